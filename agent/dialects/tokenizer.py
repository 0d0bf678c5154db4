"""tokenizer: takes printer bytes cut anywhere, gives commands, control bytes and runs of text; knows no meaning.

Standard library only, because the tap looks for cuts with it. Counted data is skipped by arithmetic.
"""

import re
from typing import NamedTuple

from agent.dialects.escpos_table import (
    DISPLAY_WINDOW,
    ESCPOS,
    FOR_DISPLAY,
    KANJI_GLYPH,
    KANJI_GLYPH_BYTES,
    display_window,
    kanji_glyph,
)
from agent.dialects.grammar import CONTROL_GROUP, STARTS, TEXT_GROUP, Grammar
from agent.dialects.pieces import MAX_HEAD, WIDEST_ROW, Measure, Piece, real_time, word
from agent.dialects.star_extensions import ROWS, row

TEXT = b""
_ROW_LETTERS = b"".join(ROWS)
_BETWEEN_ROWS = STARTS + _ROW_LETTERS
_TEXT_BETWEEN_ROWS_RE = re.compile(rb"[^\x00-\x1f%s]+" % _ROW_LETTERS)
ROW_HEAD = 3
FEED_STEP = 1 << 16
"""Bytes looked at in one go: keeps small what is copied when a slice ends inside a command."""
MAX_KEPT = 4 << 20
"""Counted data above this is skipped and not kept: a picture of 4 MiB is 60,000 rows of a receipt printer."""
_ALWAYS_KEPT = 64
"""Requests and font choices carry their meaning in counted data; it is short."""
_TEACHING_SIMPLE = frozenset((b"\x1b@", b"\x1bj", b"\x1d\xf9", b"\x1b="))
_TEACHING = _TEACHING_SIMPLE | {b"\x1bE", b"\x1bF", b"\x1bW", b"\x1c(", b"\x1b*"}
"""Commands that change how long later ones are; the first never need measuring, the others do when they change it."""


ANOTHER = b"\x1b@"


class Token(NamedTuple):
    """One command, one control byte (`key` is that byte) or a run of text (`key` is TEXT, `data` its bytes).

    Rows of pixels that look alike come as one token, whose key is the letter they begin with.
    """

    start: int
    """Offset in the stream, like `end`. A status request taken out of a command's middle is a token before it."""
    end: int
    key: bytes
    head: bytes = b""
    data: bytes = b""
    """All behind the head, when it was asked for and is not longer than MAX_KEPT."""
    why: str = ""
    """Set when these bytes cannot be read."""


_new = tuple.__new__
"""Makes a Token in half the time: a receipt has hundreds."""


class Tokenizer:
    """Cuts a stream into tokens, the same ones however it is sliced (only text and rows may come in several).

    `reading`: text, control bytes and counted data are given too; otherwise commands only, much faster.
    """

    def __init__(
        self, grammar: Grammar = ESCPOS, *, reading: bool = False, bare_bold: bool = False, display: bool = False
    ) -> None:
        self._as_made = grammar
        self._grammar = grammar.with_bare_bold if bare_bold else grammar
        self._reading = reading
        self._seen = 0
        self._pending = b""
        self._kanji_font = 0
        self._display = display
        self._rows = False
        self._close()

    def feed(self, data: bytes) -> list[Token]:
        tokens: list[Token] = []
        for at in range(0, len(data), FEED_STEP):
            self._feed_step(data[at : at + FEED_STEP], tokens)
        return tokens

    def give_up(self) -> list[Token]:
        """The line went quiet: what is half-read is dropped, and the next byte is read afresh."""
        tokens: list[Token] = []
        head = self._head or self._pending
        start = self._start if self._head else self._seen - len(self._pending)
        if head and not self._tell_whole(start, tokens):
            lost = f", {self._skip} bytes of its data are lost" if self._skip else ""
            tokens.append(Token(start, self._seen, head[:2], head, b"", "a command was cut off" + lost))
        self._pending = b""
        self._close()
        return tokens

    def _tell_whole(self, start: int, tokens: list[Token]) -> bool:
        """A command that may be longer, but is whole where another one follows, is whole at the end."""
        piece = None if self._head else self._measure(self._pending + ANOTHER)
        whole = piece is not None and piece == Piece(len(self._pending))
        if whole:
            self._tell_command(Token(start, self._seen, _key(self._pending), self._pending), tokens)
        return whole

    def _close(self) -> None:
        self._start, self._head, self._why = 0, b"", ""
        self._skip = 0
        self._then: Measure | None = None
        self._kept: list[bytes] | None = None
        self._keeping = 0

    def _feed_step(self, data: bytes, tokens: list[Token]) -> None:
        self._seen += len(data)
        if self._pending:
            data, self._pending = self._pending + data, b""
        base, size, at = self._seen - len(data), len(data), 0
        while at < size:
            if self._skip:
                at = self._pass_over(data, at)
            elif self._head:
                at = self._open(data, at, base, tokens)
            else:
                at = self._pass_simple(data, at, base, tokens)
                if at < size and data[at] in (_BETWEEN_ROWS if self._rows else STARTS):
                    at = self._open(data, at, base, tokens)
            if self._head and not self._skip and self._then is None:
                self._finish(base + at, tokens)

    def _pass_simple(self, data: bytes, at: int, base: int, tokens: list[Token]) -> int:
        """Goes over what is told at a glance; gives the place of what must be measured, or where it is to go on."""
        if self._rows:
            return self._pass_rows(data, at, base, tokens)
        if self._reading:
            return self._pass_reading(data, at, base, tokens)
        for found in self._grammar.command_re.finditer(data, at):
            if found.lastindex is None:
                return found.start()
            head = found[0]
            key, end = head[:2], found.end()
            tokens.append(_new(Token, (base + end - len(head), base + end, key, head, b"", "")))
            if key in _TEACHING_SIMPLE and self._learn(key, head, b""):
                return end
        return len(data)

    def _pass_reading(self, data: bytes, at: int, base: int, tokens: list[Token]) -> int:
        add, start = tokens.append, base + at
        for found in self._grammar.simple_re.finditer(data, at):
            kind = found.lastindex
            if kind is None:
                return found.start()
            matched = found[kind]
            end = start + len(matched)
            if kind == TEXT_GROUP:
                add(_new(Token, (start, end, TEXT, b"", matched, "")))
                if base + found.end() > end:
                    add(_new(Token, (end, end + 1, b"\n", b"\n", b"", "")))
                    end += 1
            elif kind == CONTROL_GROUP:
                add(_new(Token, (start, end, matched, matched, b"", "")))
            else:
                key = matched[:2]
                add(_new(Token, (start, end, key, matched, b"", "")))
                if key in _TEACHING_SIMPLE and self._learn(key, matched, b""):
                    return found.end()
            start = end
        return len(data)

    def _pass_rows(self, data: bytes, at: int, base: int, tokens: list[Token]) -> int:
        """As long as rows of pixels may come: those that are whole, and what stands between them up to a command."""
        size = len(data)
        while at < size and data[at] not in STARTS:
            begun = at
            if data[at] in _ROW_LETTERS:
                at = self._same_rows(data, at, base, tokens)
                if at == begun:
                    break
            elif found := _TEXT_BETWEEN_ROWS_RE.match(data, at):
                at = found.end()
                self._tell(base + begun, TEXT, b"", found[0], tokens)
            else:
                at += 1
                self._tell(base + begun, data[begun:at], data[begun:at], b"", tokens)
        return at

    def _tell(self, start: int, key: bytes, head: bytes, data: bytes, tokens: list[Token]) -> None:
        if self._reading:
            tokens.append(Token(start, start + len(head or data), key, head, data))

    def _same_rows(self, data: bytes, at: int, base: int, tokens: list[Token]) -> int:
        """All whole rows from here on that begin alike, as one token; gives the place behind them."""
        header, size = data[at : at + ROW_HEAD], len(data)
        if len(header) < ROW_HEAD or word(header, 1) > WIDEST_ROW:
            return at
        step, end = ROW_HEAD + word(header, 1), at
        while end + step <= size and data.startswith(header, end):
            end += step
        if end > at:
            starts = range(at + ROW_HEAD, end, step) if self._reading else ()
            pixels = b"".join([data[start : start + step - ROW_HEAD] for start in starts])
            tokens.append(Token(base + at, base + end, header[:1], header, pixels))
        return end

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
        start = base + stop - len(window)
        if self._head or piece.counted or piece.then:
            self._begin(piece, window, start)
        else:
            head = window[: piece.head]
            self._tell_command(_new(Token, (start, start + piece.head, _key(head), head, b"", piece.why)), tokens)
        return stop - len(window) + piece.head

    def _measure(self, window: bytes) -> Piece | None:
        if self._then is not None:
            piece = self._then(window)
        elif self._rows and window[0] in _ROW_LETTERS:
            piece = row(window)
        elif self._display and window[:2] == DISPLAY_WINDOW:
            piece = display_window(window)
        elif window[:2] == KANJI_GLYPH and not self._grammar.stands_alone(window):
            piece = kanji_glyph(KANJI_GLYPH_BYTES.get(self._kanji_font, KANJI_GLYPH_BYTES[0]), window)
        else:
            piece = self._grammar.measure(window)
        return piece if piece and piece.head <= len(window) else None

    def _lift(self, window: bytes, end: int, tokens: list[Token]) -> int:
        """Takes out a real-time command that stands inside another one; it counts as standing before it."""
        piece = real_time(window)
        size = piece.head if piece else len(window)
        tokens.append(Token(end - len(window), end - len(window) + size, window[:2], window[:size]))
        return size

    def _begin(self, piece: Piece, window: bytes, start: int) -> None:
        """A command of several pieces, or the next of them."""
        size = piece.counted
        if not self._head:
            self._start, self._head = start, window[: piece.head]
            self._kept = []
        elif self._kept is not None:
            self._kept.append(window[: piece.head])
            size += piece.head
        self._why = self._why or piece.why
        self._skip, self._then = piece.counted, piece.then
        self._keeping += size
        if self._keeping > (MAX_KEPT if self._reading else _ALWAYS_KEPT):
            self._kept = None

    def _finish(self, end: int, tokens: list[Token]) -> None:
        data = b"".join(self._kept) if self._kept else b""
        token = _new(Token, (self._start, end, _key(self._head), self._head, data, self._why))
        self._close()
        self._tell_command(token, tokens)

    def _tell_command(self, token: Token, tokens: list[Token]) -> None:
        tokens.append(token)
        if self._rows:
            self._learn_rows(token.key, token.head, is_broken=bool(token.why))
        if token.key in _TEACHING:
            self._learn(token.key, token.head, token.data)

    def _learn(self, key: bytes, head: bytes, data: bytes) -> bool:
        """Some commands change how long later ones are. Gives whether the grammar is another one now."""
        if key == b"\x1b*":
            self._rows = self._rows or head[2:] == b"rA"
        elif key == b"\x1c(" and head[2:3] == b"A" and data[:1] == b"0":
            self._kanji_font = data[1] if len(data) > 1 else 0
        elif key == b"\x1b@":
            self._kanji_font = 0
        elif key == b"\x1b=":
            self._display = head[2] in FOR_DISPLAY
        before = self._grammar
        if (bare := bare_bold(key, head)) is not None:
            self._grammar = self._as_made.with_bare_bold if bare else self._as_made
        return self._grammar is not before

    def _learn_rows(self, key: bytes, head: bytes, *, is_broken: bool) -> None:
        """ESC * r A begins rows of pixels without a prefix. What is no row ends them: no text is lost."""
        if head[:4] == b"\x1b*rB" or key == b"\x1b@" or (key in ROWS and is_broken):
            self._rows = False


def _key(head: bytes) -> bytes:
    return head[: 1 if head[:1] in ROWS else 2]


def bare_bold(key: bytes, head: bytes) -> bool | None:
    """Whether bold takes no parameter from here on (Bematech, Daruma and kin); None: this command says nothing."""
    if key in (b"\x1bE", b"\x1bF"):
        return True if len(head) == 2 else None
    if key == b"\x1d\xf9":
        return head[3:4] in (b"\0", b"0")  # Bematech's switch between its own language and ESC/POS
    return True if key == b"\x1bj" or (key == b"\x1bW" and len(head) == 3) else None
