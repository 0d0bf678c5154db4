"""reader: takes one printer's bytes cut anywhere, gives print events; what each command does is its dialect's table.

The events are the same however the bytes are sliced: a run of text comes out when the next command ends it, or at
give_up. Never raises: what cannot be read comes out as Unreadable.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from agent.cheap_value import cheap_value
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
from agent.print_events import Cut, Feed, PrintEvent, Raster, Text, Unreadable

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
LINE_END, DELETE = b"\n", 0x7F
CUT_TAILS = frozenset(((b"C", b"\1"), (b"C", b"\2"), (b"a", b"\x1b@")))
"""Brother's ESC i C n and ESC i a n, behind the ESC i that cuts everywhere else, and what ends them as text."""
UNKNOWN_SIGN = "\ufffd"

Action = Callable[["CommandReader", Token], None]


@cheap_value
class Does:
    """What becomes of a command or control byte."""

    act: Action | None = None
    sets: bool = False
    """The style may be another one behind it."""
    passes: bool = False
    """It leaves no ink and parts no text."""


NOTHING = Does()
Plan = Mapping[bytes, Does]


def plan_of(actions: Mapping[bytes, Action], silent: Iterable[bytes]) -> Plan:
    """`silent`: control bytes that leave no ink, and behind which text goes on."""
    passing = INTERRUPTING.union(silent)
    keys = {*actions, *SETTINGS, *passing}
    return {key: Does(actions.get(key), key in SETTINGS, key in passing) for key in keys}


class CommandReader:
    """One stream. `state` is what the till has set so far; hand it to the next reader of the same connection."""

    def __init__(self, state: DialectState, grammar: Grammar, plan: Plan) -> None:
        self.style = style_of(state)
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
        self._plan = plan
        self._events: list[PrintEvent] = []
        self._run = b""
        self._run_at = 0
        self._cut_end = self._drawn = 0
        self._slice, self._slice_at = b"", 0
        self._has_delete = False
        """DEL is the only ASCII character of a run that prints nothing: looked for once in a slice."""

    @property
    def state(self) -> DialectState:
        return self.style.state

    def feed(self, data: bytes) -> list[PrintEvent]:
        self._slice, self._slice_at = data, self._slice_at + len(self._slice)
        self._has_delete = self._has_delete or DELETE in data
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
        inner = CommandReader(self.state, self._grammar, self._plan)
        inner.drawer, inner.glyphs, inner.symbols = self.drawer, self.glyphs, self.symbols
        for event in inner.feed(data) + inner.give_up():
            self.emit(replace(event, at=token.start))
        self.style = inner.style

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
        plan, page = self._plan, self.page
        for token in tokens:
            start, _, key, _, data, why = token
            if not key:
                if self.style.is_display:
                    continue
                if self._run or len(data) >= RUN_LIMIT:
                    self._collect(start, data)
                else:
                    self._run, self._run_at = data, start
                continue
            does = plan.get(key, NOTHING)
            if does.passes and (not page.open or key in INTERRUPTING):
                continue
            if self._run:
                self._flush(key)
            if key == LINE_END and not (page.open or self.turned.open or self.line_spaced or self.style.is_display):
                self.inked, self.line_wide = False, 1
                self._events.append(Feed(start))
            elif not self.style.is_display:
                if does.act and not why:
                    does.act(self, token)
                elif why or (len(key) == 1 and not does.passes):
                    self.emit(Unreadable(start, token.end - start, why or NO_INK))
            if does.sets and not why:
                self.style = self.style.behind(token)

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
        data, self._run, style = self._run, b"", self.style
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
        plain = style.reads_ascii and not self._has_delete and data.isascii()
        text = data.decode("ascii") if plain else style.decode(data)
        event = Text(self._run_at, text, cell, style.tall, style.emphasis)
        if self.page.open or self.turned.open:
            self.emit(event)
        else:
            self._events.append(event)

    def _flush_drawn(self, data: bytes, cell: int) -> None:
        """Shapes the till has drawn itself mean what it drew: shown as unknown, never as the letter they replace."""
        style, drawn = self.style, self.style.drawn
        hit = bytes(code for code in data if code in drawn)
        harmless = len(drawn) <= FEW_DRAWN and not any(bytes((code,)).isalnum() for code in hit)
        self.emit(Unreadable(self._run_at, len(hit), A_SIGN_DRAWN if harmless else TEXT_DRAWN))
        signs = [UNKNOWN_SIGN if code in drawn else style.decode(bytes((code,))) for code in data]
        unknown = [code for code, sign in zip(data, signs, strict=True) if sign == UNKNOWN_SIGN]
        shapes = self.glyphs.shapes(code if code in drawn else -1 for code in unknown)
        self.emit(Text(self._run_at, "".join(signs), cell, style.tall, style.emphasis, shapes))
