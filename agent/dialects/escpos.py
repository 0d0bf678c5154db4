"""escpos: takes ESC/POS commands, says what each does to the paper; measures none, knows no receipt.

The ones that only set something are in state.py.
"""

from agent.dialects.escpos_lengths import is_cut
from agent.dialects.escpos_table import ESCPOS
from agent.dialects.ink import INK, leave_pixels
from agent.dialects.moves import MOVES, line_feed
from agent.dialects.reader import CANCELLED, LINE_DOTS, RUN_LIMIT, Action, CommandReader, plan_of
from agent.dialects.state import DialectState, is_double_height
from agent.dialects.tokenizer import Token
from agent.print_events import (
    Cut,
    DrawerKick,
    Unreadable,
)

__all__ = ["RUN_LIMIT", "Reader"]

_SILENT = frozenset(bytes((code,)) for code in b"\x00\x04\x07\x0f\x11\x12\x13\x17\x18\x1a")
"""Padding, flow control, buzzers, condensed print."""
DISPLAY = "text for a customer display may be among this, which is not read apart"
_FULL_CUTS = b"\x000Aag"


class Reader(CommandReader):
    def __init__(self, state: DialectState | None = None) -> None:
        super().__init__(state or DialectState(), ESCPOS, PLAN)


def _feed_lines(reader: CommandReader, token: Token) -> None:
    if not is_double_height(reader.state, token.head):
        line_feed(reader, token, token.head[2])


def _cut(reader: CommandReader, token: Token) -> None:
    if is_cut(token.key, token.head):
        reader.cut(Cut(token.start, token.key != b"\x1dV" or token.head[2] not in _FULL_CUTS), token.end)


def _kick(reader: CommandReader, token: Token) -> None:
    reader.emit(DrawerKick(token.start))


def _kick_by_status(reader: CommandReader, token: Token) -> None:
    if len(token.head) == 3:
        reader.emit(DrawerKick(token.start))


def _kick_at_once(reader: CommandReader, token: Token) -> None:
    """DLE DC4: 1 is the drawer, 8 clears the buffers."""
    if token.head[2] == 1:
        reader.emit(DrawerKick(token.start))
    elif token.head[2] == 8:
        _clear_buffers(reader, token)


def _recover(reader: CommandReader, token: Token) -> None:
    """DLE ENQ: 2 clears the buffers."""
    if token.head[2] == 2:
        _clear_buffers(reader, token)


def _clear_buffers(reader: CommandReader, token: Token) -> None:
    """What a printer in trouble has received and not printed yet is thrown away."""
    if reader.printed:
        reader.emit(Unreadable(token.start, token.end - token.start, CANCELLED))


def _initialise(reader: CommandReader, token: Token) -> None:
    leave_pixels(reader, token)
    reader.page.close()
    reader.turn(is_on=False)
    reader.glyphs.forget()
    reader.line_dots, reader.line_spaced = LINE_DOTS, False


def _display(reader: CommandReader, token: Token) -> None:
    """Wincor's ESC # m n; which values mean the customer display is not known."""
    if token.head[2:3] != b"*":
        reader.emit(Unreadable(token.start, token.end - token.start, DISPLAY))


ACTIONS: dict[bytes, Action] = {
    **MOVES,
    **INK,
    b"\x1b@": _initialise,
    b"\x1bd": _feed_lines,
    b"\x1dV": _cut,
    b"\x1bi": _cut,
    b"\x1bm": _cut,
    b"\x1bp": _kick,
    b"\x1bv": _kick_by_status,
    b"\x10\x14": _kick_at_once,
    b"\x10\x05": _recover,
    b"\x1b#": _display,
    b"\x1d:": lambda reader, token: reader.macro(token),
    b"\x1d^": lambda reader, token: reader.print_macro(token, token.head[2]),
}
"""What each command that leaves ink, moves or cuts does."""
PLAN = plan_of(ACTIONS, _SILENT)
