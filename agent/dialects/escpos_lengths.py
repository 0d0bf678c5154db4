"""escpos_lengths: takes printer bytes cut anywhere, gives commands, cuts and status requests; reads no text.

Standard library only, because the tap looks for cuts and requests with it. Counted data is skipped by arithmetic.
"""

import re
from functools import partial
from typing import NamedTuple

from agent.dialects.escpos_table import BARE_BOLD, ESCPOS, KANJI_GLYPH, KANJI_GLYPH_BYTES, kanji_glyph, measure
from agent.dialects.evidence import CUT_PARAMETERS, Evidence, Language
from agent.dialects.name import DialectName
from agent.dialects.pieces import MAX_HEAD, Measure, Piece, real_time
from agent.dialects.star_extensions import ROWS
from agent.dialects.star_table import STAR
from agent.dialects.star_table import is_cut as is_star_cut

TEXT = b""
_TEXT_RE = re.compile(rb"[^\x00-\x1f]+")
_COMMAND_RE = re.compile(rb"[\x10\x12\x1b\x1c\x1d\x1f]")
_STARTS = frozenset(b"\x10\x12\x1b\x1c\x1d\x1f")
_TEXT_BETWEEN_ROWS_RE = re.compile(rb"[^\x00-\x1fbk]+")
_COMMAND_OR_ROW_RE = re.compile(rb"[\x10\x12\x1b\x1c\x1d\x1fbk]")
FEED_STEP = 1 << 16
"""Bytes looked at in one go: keeps small what is copied when a slice ends inside a command."""
MAX_KEPT = 4 << 20
"""Counted data above this is skipped and not kept: a picture of 4 MiB is 60,000 rows of a receipt printer."""
_ALWAYS_KEPT = 64
"""Requests and font choices carry their meaning in counted data; it is short."""


class Token(NamedTuple):
    """One command, one control byte (`key` is that byte) or a run of text (`key` is TEXT, `data` its bytes)."""

    start: int
    """Offset in the stream, like `end`. A status request taken out of a command's middle is a token before it."""
    end: int
    key: bytes
    head: bytes = b""
    data: bytes = b""
    """All behind the head, when it was asked for and is not longer than MAX_KEPT."""
    why: str = ""
    """Set when these bytes cannot be read."""


class Tokenizer:
    """Cuts a stream into tokens, the same ones however it is sliced (only a run of text may come in several).

    `reading`: text, control bytes and counted data are given too; otherwise commands only, much faster.
    """

    def __init__(self, table: dict[bytes, Measure] = ESCPOS, *, reading: bool = False, bare_bold: bool = False) -> None:
        self._as_made = table
        self._table = {**table, **(BARE_BOLD if bare_bold else {})}
        self._reading = reading
        self._seen = 0
        self._pending = b""
        self._set_kanji_font(0)
        self._set_rows(False)
        self._close()

    def feed(self, data: bytes) -> list[Token]:
        tokens: list[Token] = []
        for at in range(0, len(data), FEED_STEP):
            self._feed_step(data[at : at + FEED_STEP], tokens)
        return tokens

    def give_up(self) -> list[Token]:
        """The line went quiet: what is half-read is dropped, and the next byte is read afresh."""
        head = self._head or self._pending
        why = (
            f"a command was cut off, {self._skip} bytes of its data are lost" if self._skip else "a command was cut off"
        )
        start = self._start if self._head else self._seen - len(self._pending)
        self._pending = b""
        self._close()
        return [Token(start, self._seen, head[:2], head, b"", why)] if head else []

    def _close(self) -> None:
        self._start, self._head, self._why = 0, b"", ""
        self._skip = 0
        self._then: Measure | None = None
        self._kept: list[bytes] | None = None
        self._keeping = 0

    def _feed_step(self, data: bytes, tokens: list[Token]) -> None:
        self._seen += len(data)
        data, self._pending = self._pending + data, b""
        base, size, at = self._seen - len(data), len(data), 0
        while at < size:
            if self._skip:
                at = self._pass_over(data, at)
            elif self._head or data[at] in self._starts:
                at = self._open(data, at, base, tokens)
            else:
                at = self._plain_run(data, at, base, tokens)
            if self._head and not self._skip and self._then is None:
                self._finish(base + at, tokens)

    def _plain_run(self, data: bytes, at: int, base: int, tokens: list[Token]) -> int:
        if not self._reading:
            found = self._command_re.search(data, at)
            return found.start() if found else len(data)
        if run := self._text_re.match(data, at):
            tokens.append(Token(base + at, base + run.end(), TEXT, b"", run.group()))
            return run.end()
        byte = data[at : at + 1]
        tokens.append(Token(base + at, base + at + 1, byte, byte))
        return at + 1

    def _pass_over(self, data: bytes, at: int) -> int:
        end = min(len(data), at + self._skip)
        if self._kept is not None:
            self._kept.append(data[at:end])
        self._skip -= end - at
        return end

    def _open(self, data: bytes, at: int, base: int, tokens: list[Token]) -> int:
        """Measures the piece that begins at `at` and gives where its head ends; waits when that cannot be told yet."""
        window = data[at : at + MAX_HEAD]
        stop = at + len(window)
        while piece := self._measure(window):
            if not piece.interrupted:
                break
            size = self._lift(window[piece.interrupted :], base + stop, tokens)
            window = window[: piece.interrupted] + window[piece.interrupted + size :] + data[stop : stop + size]
            stop = min(len(data), stop + size)
        if piece is None and len(window) >= MAX_HEAD:
            piece = Piece(1, why="a command without an end")
        if piece is None:
            self._pending = window
            return len(data)
        return self._begin(piece, window, base, stop - len(window))

    def _measure(self, window: bytes) -> Piece | None:
        piece = measure(self._table, window) if self._then is None else self._then(window)
        return piece if piece and piece.head <= len(window) else None

    def _lift(self, window: bytes, end: int, tokens: list[Token]) -> int:
        """Takes out a real-time command that stands inside another one; it counts as standing before it."""
        piece = real_time(window)
        size = piece.head if piece else len(window)
        tokens.append(Token(end - len(window), end - len(window) + size, window[:2], window[:size]))
        return size

    def _begin(self, piece: Piece, window: bytes, base: int, at: int) -> int:
        size = piece.counted
        if not self._head:
            self._start, self._head = base + at, window[: piece.head]
            self._kept = []
        elif self._kept is not None:
            self._kept.append(window[: piece.head])
            size += piece.head
        self._why = self._why or piece.why
        self._skip, self._then = piece.counted, piece.then
        self._keeping += size
        if self._keeping > (MAX_KEPT if self._reading else _ALWAYS_KEPT):
            self._kept = None
        return at + piece.head

    def _finish(self, end: int, tokens: list[Token]) -> None:
        head, key = self._head, self._head[: 1 if self._head[:1] in ROWS else 2]
        token = Token(self._start, end, key, head, b"".join(self._kept or ()), self._why)
        tokens.append(token)
        self._learn(key, head, token.data)
        self._close()

    def _learn(self, key: bytes, head: bytes, data: bytes) -> None:
        """Some commands change how long later ones are."""
        if self._rows or key == b"\x1b*":
            self._learn_rows(key, head)
        if key == b"\x1c(" and head[2:3] == b"A" and data[:1] == b"0":
            self._set_kanji_font(data[1] if len(data) > 1 else 0)
        elif key == b"\x1b@":
            self._set_kanji_font(0)
        elif (bare := bare_bold(key, head)) is not None:
            self._table.update(BARE_BOLD if bare else {code: self._as_made[code] for code in BARE_BOLD})

    def _learn_rows(self, key: bytes, head: bytes) -> None:
        """ESC * r A begins rows of pixels without a prefix. What is no row ends them: no text is lost."""
        if head[:3] == b"\x1b*r":
            self._set_rows(head[3:] == b"A" or (self._rows and head[3:] != b"B"))
        elif key == b"\x1b@" or (key in ROWS and self._why):
            self._set_rows(False)

    def _set_rows(self, is_on: bool) -> None:
        self._rows = is_on
        self._starts = _STARTS | {ord("b"), ord("k")} if is_on else _STARTS
        self._text_re = _TEXT_BETWEEN_ROWS_RE if is_on else _TEXT_RE
        self._command_re = _COMMAND_OR_ROW_RE if is_on else _COMMAND_RE
        for letter, row in ROWS.items():
            if is_on:
                self._table[letter] = row
            else:
                self._table.pop(letter, None)

    def _set_kanji_font(self, font: int) -> None:
        self._table[KANJI_GLYPH] = partial(kanji_glyph, KANJI_GLYPH_BYTES.get(font, KANJI_GLYPH_BYTES[0]))


def bare_bold(key: bytes, head: bytes) -> bool | None:
    """Whether bold takes no parameter from here on (Bematech, Daruma and kin); None: this command says nothing."""
    if key in (b"\x1bE", b"\x1bF"):
        return True if len(head) == 2 else None
    if key == b"\x1d\xf9":
        return head[3:4] in (b"\0", b"0")  # Bematech's switch between its own language and ESC/POS
    return True if key == b"\x1bj" or (key == b"\x1bW" and len(head) == 3) else None


CUTS = (b"\x1bi", b"\x1bm")


def is_cut(key: bytes, head: bytes) -> bool:
    """GS V m [n], ESC i, ESC m."""
    return key in CUTS or (key == b"\x1dV" and len(head) > 2 and head[2] in CUT_PARAMETERS)


class CutScanner:
    """Tells behind which bytes the paper is cut, so that the tap can hold exactly those until they are on disk.

    PLAIN_TEXT has no cuts, STAR has its own. AUTO tells a cut only once the stream has shown that it is ESC/POS.
    """

    def __init__(self, dialect: DialectName) -> None:
        self._dialect = dialect
        self._tokenizer = Tokenizer(STAR) if dialect is DialectName.STAR else Tokenizer()
        self._evidence = Evidence()
        self._fed = 0

    def feed(self, data: bytes) -> list[int]:
        """Offsets in `data` just behind each byte that completes a cut; 1 … len(data), rising."""
        if self._dialect is DialectName.PLAIN_TEXT:
            return []
        before, self._fed = self._fed, self._fed + len(data)
        cuts = [token.end - before for token in self._tokenizer.feed(data) if self._is_believed_cut(token)]
        return [cut for cut in cuts if cut > 0]  # one told late has been let through already

    def give_up(self) -> None:
        """The line was quiet: a half-read command is forgotten, what is known about the language is kept."""
        self._tokenizer.give_up()

    def _is_believed_cut(self, token: Token) -> bool:
        if token.why:
            return False
        if self._dialect is DialectName.STAR:
            return is_star_cut(token.head)
        self._evidence.add(token.key, token.head)
        if not is_cut(token.key, token.head):
            return False
        return self._dialect is DialectName.ESCPOS or self._evidence.language is Language.ESCPOS


REQUESTS = frozenset((b"\x10\x04", b"\x10\x14", b"\x1dr", b"\x1da", b"\x1dI", b"\x1dj", b"\x1bv", b"\x1bu"))
"""Commands a printer answers: DLE EOT, DLE DC4, GS r, GS a, GS I, GS j, ESC v, ESC u; and GS ( H."""


class RequestScanner:
    """Tells which status requests were completed, in order, each with all its bytes (`1D 28 48 06 00 30 30 …`)."""

    def __init__(self) -> None:
        self._tokenizer = Tokenizer()

    def feed(self, data: bytes) -> list[bytes]:
        return [token.head + token.data for token in self._tokenizer.feed(data) if _asks(token)]

    def give_up(self) -> None:
        self._tokenizer.give_up()


def _asks(token: Token) -> bool:
    if token.why:
        return False
    if token.key == b"\x1bv":
        return len(token.head) == 2
    return token.key in REQUESTS or token.head[:3] == b"\x1d(H"
