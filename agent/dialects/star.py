"""star: takes Star's printer bytes, gives their text as well as lengths alone allow; does not read the language yet.

Whoever uses it says so first (NOT_READ), so that nothing on such a paper is trusted before Star is read properly.
"""

from agent.dialects import escpos
from agent.dialects.escpos_lengths import Token
from agent.dialects.escpos_table import ESCPOS
from agent.dialects.star_table import DIFFERENT
from agent.dialects.state import DialectState
from agent.print_events import Cut, DrawerKick, Feed, Move, Raster, Return, Tab

NOT_READ = "this is Star's printer language, which is not read yet"
_LENGTHS = {**ESCPOS, **DIFFERENT}


class Reader(escpos.Reader):
    def __init__(self, state: DialectState | None = None) -> None:
        super().__init__(state, _LENGTHS, ACTIONS)
        self.pixels = False

    def _collect(self, token: Token) -> None:
        if not self.pixels:
            super()._collect(token)


def is_cut(head: bytes) -> bool:
    """ESC d n: 0 full, 1 partial, 2 and 3 the same after feeding; also as digits."""
    return head[:2] == b"\x1bd" and head[2:3] in (b"\0", b"\1", b"\2", b"\3", b"0", b"1", b"2", b"3")


def _cut_or_feed(reader: escpos.Reader, token: Token) -> None:
    reader.emit(Cut(token.start, bool(token.head[2] & 1)) if is_cut(token.head) else Feed(token.start))


def _extension(reader: escpos.Reader, token: Token) -> None:
    head = token.head
    if head[2:3] in (b"A", b"R") and len(head) == 5:
        relative = head[2:3] == b"R"
        reader.emit(Move(token.start, int.from_bytes(head[3:5], "little", signed=relative), relative))
    elif head[2:3] == b"S":
        reader.emit(Raster(token.start, head[4] * 8, head[6] | head[7] << 8))


def _raster_mode(reader: escpos.Reader, token: Token) -> None:
    """Between ESC * r A and ESC * r B come rows of pixels without a prefix: nothing there is text."""
    if isinstance(reader, Reader) and token.head[3:4] in (b"A", b"B"):
        reader.pixels = token.head[3:4] == b"A"
        if reader.pixels:
            reader.emit(Raster(token.start, 0, 0))


def _picture(reader: escpos.Reader, token: Token) -> None:
    reader.emit(Raster(token.start, token.head[2] | token.head[3] << 8, 24))


ACTIONS: dict[bytes, escpos.Action] = {
    b"\n": lambda reader, token: reader.emit(Feed(token.start)),
    b"\r": lambda reader, token: reader.emit(Return(token.start)),
    b"\t": lambda reader, token: reader.emit(Tab(token.start, reader.state.tabs)),
    b"\x1ba": lambda reader, token: reader.emit(Feed(token.start, min(token.head[2], 8))),
    b"\x1bd": _cut_or_feed,
    b"\x1b\x1d": _extension,
    b"\x1b*": _raster_mode,
    b"\x1bX": _picture,
    b"\x1bK": _picture,
    b"\x1bL": _picture,
    b"\x1bk": _picture,
    b"\x07": lambda reader, token: reader.emit(DrawerKick(token.start)),
}
