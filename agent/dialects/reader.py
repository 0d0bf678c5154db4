"""reader: takes one printer's bytes cut anywhere, gives print events; what each command does is its dialect's table.

The events are the same however the bytes are sliced: a run of text comes out when the next command ends it, or at
give_up. Never raises: what cannot be read comes out as Unreadable.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from agent.dialects.glyphs import Glyphs
from agent.dialects.grammar import Grammar
from agent.dialects.macros import Macros
from agent.dialects.page import Page
from agent.dialects.pictures import Drawer
from agent.dialects.pixels import Pixels
from agent.dialects.state import SETTINGS, DialectState
from agent.dialects.style import style_of
from agent.dialects.tokenizer import Token, Tokenizer
from agent.dialects.turned import Turned
from agent.print_events import Cut, PrintEvent, Raster, Text, Unreadable

RUN_LIMIT = 1 << 14
"""Bytes of text without any command between them; more come out in several events."""
FEW_DRAWN = 3
"""A till that draws no more characters than this has drawn a currency sign or a leaf, not its text."""
LINE_DOTS = 30
MOST_DRAWN = 32 << 20
"""Bytes of pictures in a job; a receipt as long as an arm has 300,000."""
INTERRUPTING = frozenset((b"\x10\x04", b"\x1b\x06"))
"""Status requests: no ink, and text goes on behind them."""
AMONG_ROWS = "text between rows of pixels is not read"
NO_INK = "a control byte that prints nothing"
A_SIGN_DRAWN = "a sign drawn by the till itself"
TEXT_DRAWN = "characters drawn by the till itself are not read"
MACRO = "what a macro prints is not read"
CANCELLED = "the till cancelled what was not printed yet, some of this may be lost"
PAGE_LOST = "a page that was never printed is lost"
CUT_TAILS = frozenset(((b"C", b"\1"), (b"C", b"\2"), (b"a", b"\x1b@")))
"""Brother's ESC i C n and ESC i a n, behind the ESC i that cuts everywhere else, and what ends them as text."""
UNKNOWN_SIGN = "\ufffd"

Action = Callable[["CommandReader", Token], None]


class CommandReader:
    """One stream. `state` is what the till has set so far; hand it to the next reader of the same connection.

    `silent`: control bytes that leave no ink, and behind which text goes on.
    """

    def __init__(
        self, state: DialectState, grammar: Grammar, actions: Mapping[bytes, Action], silent: frozenset[bytes]
    ) -> None:
        self._style = style_of(state)
        self.page = Page()
        self.turned = Turned(state.upside_down)
        self.pixels = Pixels()
        self.drawer = Drawer()
        self.glyphs = Glyphs()
        self.macros = Macros()
        self.symbols: dict[int, bytes] = {}
        self.line_dots = LINE_DOTS
        self.line_spaced = False
        """The till has set the spacing (ESC 3) and not left it to the printer."""
        self.line_wide = 1
        self.inked = self.printed = False
        """Text came since the last line end; since the last cut."""
        self._grammar = grammar
        self._tokenizer = Tokenizer(grammar, reading=True, bare_bold=state.bare_bold, display=state.display)
        self._actions, self._passing = actions, silent | INTERRUPTING
        self._events: list[PrintEvent] = []
        self._run = b""
        self._run_at = 0
        self._cut_end = self._drawn = 0
        self._slice, self._slice_at = b"", 0

    @property
    def state(self) -> DialectState:
        return self._style.state

    def feed(self, data: bytes) -> list[PrintEvent]:
        self._slice, self._slice_at = data, self._slice_at + len(self._slice)
        if self.macros.is_open:
            self.macros.saw(data)
        self._take(self._tokenizer.feed(data))
        return self._taken()

    def give_up(self) -> list[PrintEvent]:
        """The line went quiet: what is half-read is named and dropped; the next byte is read afresh."""
        self._take(self._tokenizer.give_up())
        self._flush()
        self.end_pixels()
        if self.page.open:
            at = self.page.at
            self.page.close()
            self.emit(Unreadable(at, 0, PAGE_LOST))
        self.end_turned()
        return self._taken()

    def emit(self, event: PrintEvent) -> None:
        if self.page.open:
            self.page.add(event)
        elif self.turned.open:
            self._events += self.turned.add(event)
        else:
            self._events.append(event)

    def emit_page(self, events: Iterable[PrintEvent]) -> None:
        """On the paper, also while the page is still open."""
        self.end_turned()
        self._events += events

    def turn(self, *, is_on: bool) -> None:
        """Upside-down printing begins or ends."""
        self.end_turned()
        self.turned.open = is_on

    def end_turned(self) -> None:
        self._events += self.turned.taken()

    def cut(self, event: Cut, end: int) -> None:
        self.inked = self.printed = False
        self._cut_end = end
        self.end_turned()
        if self.page.open:
            self.page.add(event)
        else:
            self._events.append(event)

    def macro(self, token: Token) -> None:
        """GS :"""
        self.macros.begin_or_end(token.start, token.end, self._slice_at, self._slice)

    def print_macro(self, token: Token, times: int) -> None:
        """Everything it does is done where GS ^ stands."""
        data = None if self.page.open else self.macros.to_print(times)
        if data is None:
            self.emit(Unreadable(token.start, token.end - token.start, MACRO))
            return
        inner = CommandReader(self.state, self._grammar, self._actions, self._passing)
        inner.drawer, inner.glyphs, inner.symbols = self.drawer, self.glyphs, self.symbols
        for event in inner.feed(data) + inner.give_up():
            self.emit(replace(event, at=token.start))
        self._style = inner._style

    def end_pixels(self) -> None:
        if picture := self.pixels.taken(with_dots=self._drawn < MOST_DRAWN):
            self.draw(picture)

    def draw(self, picture: Raster) -> None:
        """A picture; without its dots once a job has more of them than any receipt, so that noise fills no memory."""
        self._drawn += len(picture.data)
        self.emit(picture if self._drawn <= MOST_DRAWN else replace(picture, data=b""))

    def _taken(self) -> list[PrintEvent]:
        events, self._events = self._events, []
        return events

    def _take(self, tokens: list[Token]) -> None:
        """The one loop over everything; what it does most is written out in it, because it decides the speed."""
        actions, passing, page = self._actions, self._passing, self.page
        for token in tokens:
            start, _, key, _, data, why = token
            if not key:
                if self._style.is_display:
                    continue
                if self._run or len(data) >= RUN_LIMIT:
                    self._collect(start, data)
                else:
                    self._run, self._run_at = data, start
                continue
            if key in passing and (not page.open or key in INTERRUPTING):
                continue
            if self._run:
                self._flush(key)
            if not self._style.is_display:
                if why:
                    self.emit(Unreadable(start, token.end - start, why))
                elif key in actions:
                    actions[key](self, token)
                elif len(key) == 1 and key not in passing:
                    self.emit(Unreadable(start, 1, NO_INK))
            if key in SETTINGS and not why:
                self._style = self._style.behind(token)

    def _collect(self, at: int, data: bytes) -> None:
        if self._run:
            self._run += data
        else:
            self._run, self._run_at = data, at
        while len(self._run) >= RUN_LIMIT:
            rest, at = self._run[RUN_LIMIT:], self._run_at + RUN_LIMIT
            self._run = self._run[:RUN_LIMIT]
            self._flush()
            self._run, self._run_at = rest, at

    def _flush(self, ended_by: bytes = b"") -> None:
        """Gives the text that has come, in the style that was in force."""
        if not self._run:
            return
        data, self._run, style = self._run, b"", self._style
        if self._run_at == self._cut_end and (data, ended_by) in CUT_TAILS:
            return
        if self.pixels.open:
            self.emit(Unreadable(self._run_at, len(data), AMONG_ROWS))
            return
        self.inked = self.printed = True
        cell = style.cell * self.line_wide
        if style.drawn and not style.drawn.isdisjoint(data):
            self._flush_drawn(data, cell)
            return
        event = Text(self._run_at, style.decode(data), cell, style.tall, style.emphasis)
        if self.page.open or self.turned.open:
            self.emit(event)
        else:
            self._events.append(event)

    def _flush_drawn(self, data: bytes, cell: int) -> None:
        """Shapes the till has drawn itself mean what it drew: shown as unknown, never as the letter they replace."""
        style, drawn = self._style, self._style.drawn
        hit = bytes(code for code in data if code in drawn)
        harmless = len(drawn) <= FEW_DRAWN and not any(bytes((code,)).isalnum() for code in hit)
        self.emit(Unreadable(self._run_at, len(hit), A_SIGN_DRAWN if harmless else TEXT_DRAWN))
        signs = [UNKNOWN_SIGN if code in drawn else style.decode(bytes((code,))) for code in data]
        unknown = [code for code, sign in zip(data, signs, strict=True) if sign == UNKNOWN_SIGN]
        shapes = self.glyphs.shapes(code if code in drawn else -1 for code in unknown)
        self.emit(Text(self._run_at, "".join(signs), cell, style.tall, style.emphasis, shapes))
