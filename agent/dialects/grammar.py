"""grammar: one printer language's command lengths, and the regular expressions that tell the simple ones at once.

A command is measured from its first bytes, by the table. Most have a fixed length or one that a byte tells; a regular
expression made from the same table finds those many at a time. Whatever it does not match is measured the long way.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from agent.dialects.pieces import Measure, Piece, plain

STARTS = b"\x10\x12\x1b\x1c\x1d\x1f"
"""DLE, DC2 and the prefixes: whatever begins with them is a command."""
TEXT_GROUP, CONTROL_GROUP = 1, 2
"""Which group of `Grammar.simple_re` has matched; the third is a command, none: not simple."""


_NO_INTERRUPTION_RE = rb"(?:[^\x10]|\x10(?=[^\x04\x05\x14]))"
"""A parameter that surely begins no real-time command; 10h is double width, too."""


@dataclass(frozen=True, slots=True)
class Plain:
    """A command without counted data; a real-time command (DLE) may interrupt it."""

    length: int

    def __call__(self, window: bytes) -> Piece | None:
        return plain(self.length, window)

    @property
    def parameters_re(self) -> bytes:
        return _NO_INTERRUPTION_RE * (self.length - 2)


@dataclass(frozen=True, slots=True)
class Fixed:
    """A command without counted data that nothing interrupts: Star's printers know no DLE."""

    length: int

    def __call__(self, _window: bytes) -> Piece | None:
        return Piece(self.length)

    @property
    def parameters_re(self) -> bytes:
        return rb"[\x00-\xff]{%d}" % (self.length - 2)


class Grammar:
    """`table`: how long each command is, by its two first bytes (by one, where that is the whole command).

    `shortcuts`: for a command whose length its first parameters tell, the ones that are simple, as an expression.
    `otherwise` measures what the table does not have. `bare`: what differs once bold takes no parameter.
    """

    def __init__(
        self,
        table: Mapping[bytes, Measure],
        otherwise: Callable[[bytes], Piece | None],
        shortcuts: Mapping[bytes, bytes],
        bare: Mapping[bytes, Measure],
    ) -> None:
        self.table = dict(table)
        self._otherwise, self._shortcuts, self._bare = otherwise, dict(shortcuts), bare

    def measure(self, window: bytes) -> Piece | None:
        """The first piece of the command at the window's start; None: more bytes are needed."""
        if alone := self.table.get(window[:1]):
            return alone(window)
        known = self.table.get(window[:2])
        return known(window) if known else self._otherwise(window)

    def stands_alone(self, window: bytes) -> bool:
        """Whether the byte at the window's start is a whole command."""
        return window[:1] in self.table

    def extended(self, table: Mapping[bytes, Measure], bare: Mapping[bytes, Measure]) -> "Grammar":
        """Another language that differs from this one in these commands."""
        shortcuts = {key: after for key, after in self._shortcuts.items() if key not in table}
        return Grammar({**self.table, **table}, self._otherwise, shortcuts, bare)

    @cached_property
    def with_bare_bold(self) -> "Grammar":
        return self.extended(self._bare, self._bare) if self._bare else self

    @cached_property
    def simple_re(self) -> re.Pattern[bytes]:
        """Text (with the line end behind it), a control byte or a simple command at this place, by group."""
        controls = bytes(code for code in range(0x20) if code not in STARTS or bytes((code,)) in self.table)
        commands = self._commands(b"".join)
        return re.compile(rb"([^\x00-\x1f]+)\n?|([%s])|(%s)|[\x00-\xff]" % (_class(controls), commands))

    @cached_property
    def command_re(self) -> re.Pattern[bytes]:
        """The next command; group 1 (always empty) matches when it is simple. Text is passed over."""
        return re.compile(rb"[%s](?:%s|)" % (_class(STARTS), self._commands(_behind)))

    def _commands(self, prefixed: Callable[[tuple[bytes, bytes]], bytes]) -> bytes:
        by_prefix: dict[bytes, list[bytes]] = {}
        for key, after in self._simple():
            by_prefix.setdefault(key[:1], []).append(re.escape(key[1:]) + after)
        return b"|".join(
            prefixed((re.escape(prefix), b"(?:" + b"|".join(found) + b")")) for prefix, found in by_prefix.items()
        )

    def _simple(self) -> Iterator[tuple[bytes, bytes]]:
        """Simple commands with what may stand behind their first two bytes; those of a length stand together."""
        together: dict[tuple[bytes, bytes], list[bytes]] = {}
        for key, measure in self.table.items():
            if len(key) == 1 or key[:1] in self.table:
                continue
            if isinstance(measure, Plain | Fixed):
                together.setdefault((key[:1], measure.parameters_re), []).append(key[1:])
            elif key in self._shortcuts:
                yield key, self._shortcuts[key]
        for (prefix, after), letters in together.items():
            yield prefix, b"[%s]%s" % (_class(b"".join(letters)), after)


def _behind(command: tuple[bytes, bytes]) -> bytes:
    prefix, rest = command
    return rb"(?<=%s)%s()" % (prefix, rest)


def _class(letters: bytes) -> bytes:
    """Written out for a character class."""
    return b"".join(rb"\x%02x" % letter for letter in sorted(set(letters)))
