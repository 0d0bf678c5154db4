"""pictures: takes a whole picture command, gives the Raster it prints, or what it stores to be printed later.

Formats: the makers' command references. Widths are bytes in GS v 0 and Star's rows, dots in GS ( L, columns in ESC *.
"""

from dataclasses import replace

from agent.dialects import bitmaps
from agent.dialects.escpos_table import HIGH_COLUMNS
from agent.dialects.tokenizer import Token
from agent.print_events import Raster

STORE_RASTER, STORE_COLUMNS, PRINT_STORED = 112, 113, (2, 50)
"""Functions of GS ( L and GS 8 L: into the print buffer, and out of it."""
DEFINE_RASTER, DEFINE_COLUMNS, PRINT_NAMED = (67, 83), (68, 84), (69, 85)
"""Into the printer's memory under a name of two characters, kept (67 …) or until the power goes (83 …)."""
SINGLE_DENSITY = b"\x00\x20"
"""Modes of ESC * whose dots are two dots wide."""
_TALL_COLUMN = 3
"""A dot of an 8-dot column is three dots high: both modes are a line of 24."""
MOST_NAMED = 64
"""Pictures remembered by name; a till has one logo or two."""
MOST_SCALED = 3
NOWHERE = 0


class Drawer:
    """What a till has drawn into the printer and not printed yet."""

    def __init__(self) -> None:
        self._buffer: tuple[int, Raster] | None = None
        self._named: dict[bytes, Raster] = {}
        self._larger: dict[tuple[bytes, int, int], Raster] = {}
        self._stored = 0

    def graphics(self, token: Token) -> Raster | None:
        """GS ( L, GS 8 L: what it prints, if it prints; its parameters are m fn …"""
        data = token.data
        function = data[1] if len(data) > 1 else NOWHERE
        if function in (STORE_RASTER, STORE_COLUMNS):
            self._store(data)
        elif function in PRINT_STORED and self._buffer:
            (_, picture), self._buffer = self._buffer, None
            return replace(picture, at=token.start)
        elif function in (*DEFINE_RASTER, *DEFINE_COLUMNS):
            self._define(data)
        elif function in PRINT_NAMED:
            wide, tall = (_doubled(data[4]), _doubled(data[5])) if len(data) > 5 else (1, 1)
            return self.named(token.start, _place(function) + data[2:4], wide, tall)
        return None

    def _store(self, data: bytes) -> None:
        """m fn a bx by c xL xH yL yH d…; a second colour of the same size lies over the first."""
        if len(data) < 10:
            return
        picture = _of_size(data, 6, data[10:], is_columns=data[1] == STORE_COLUMNS)
        picture = _scaled(picture, _doubled(data[3]), _doubled(data[4]))
        before = self._buffer
        if before and before[0] != data[5] and before[1].width == picture.width and before[1].height == picture.height:
            picture = replace(picture, data=bitmaps.together(before[1].data, picture.data))
        self._buffer = (data[5], picture)

    def _define(self, data: bytes) -> None:
        """m fn a kc1 kc2 b xL xH yL yH [c d…]*b."""
        if len(data) < 10:
            return
        width, height = _word(data, 6), _word(data, 8)
        is_columns = data[1] in DEFINE_COLUMNS
        size = width * bitmaps.stride(height) if is_columns else bitmaps.stride(width) * height
        picture = Raster(NOWHERE, width, height)
        for plane in range(min(data[5], 4)):
            start = 11 + plane * (size + 1)
            drawn = _of_size(data, 6, data[start : start + size], is_columns=is_columns)
            picture = replace(picture, data=bitmaps.together(picture.data, drawn.data))
        self.define(_place(data[1]) + data[3:5], picture)

    def bitmap(self, token: Token) -> None:
        """GS D m fn a kc1 kc2 b c BM…: a Windows bitmap, kept (fn 67) or until the power goes (fn 83)."""
        head = token.head
        if len(head) > 8:
            width, height, rows = bitmaps.from_bmp(head[9:] + token.data)
            self.define(_place(head[3]) + head[5:7], Raster(NOWHERE, width, height, rows))

    def define(self, name: bytes, picture: Raster) -> None:
        """As a printer's memory is small, so is what is remembered: what is too much has a size and no dots."""
        if name not in self._named and len(self._named) >= MOST_NAMED:
            return
        self._stored += len(picture.data)
        self._named[name] = picture if self._stored <= bitmaps.LARGEST else replace(picture, data=b"")
        self._larger.clear()

    def named(self, at: int, name: bytes, wide: int = 1, tall: int = 1) -> Raster:
        """A picture stored in this job; one stored long ago has neither size nor dots."""
        picture = self._named.get(name)
        if picture is None:
            return Raster(at, 0, 0)
        if (name, wide, tall) not in self._larger:
            self._larger[name, wide, tall] = _scaled(picture, wide, tall)
        return replace(self._larger[name, wide, tall], at=at)

    def downloaded(self, token: Token) -> None:
        """GS * x y d: x*8 columns of y bytes; GS / prints it."""
        self.define(b"*", _columns_of_eight(token.head[2], token.head[3], token.data))

    def logos(self, token: Token) -> None:
        """FS q n [xL xH yL yH d]*n; FS p prints one by its number."""
        self.stored_logos(b"q", token.head[2], token.data)

    def stored_logos(self, kind: bytes, count: int, data: bytes) -> None:
        at = 0
        for number in range(1, count + 1):
            if len(data) < at + 4:
                return
            wide, high = _word(data, at), _word(data, at + 2)
            size = wide * high * 8
            self.define(kind + bytes((number,)), _columns_of_eight(wide, high, data[at + 4 : at + 4 + size]))
            at += 4 + size


def raster(token: Token) -> Raster:
    """GS v 0 m xL xH yL yH d: width in bytes, height in dots."""
    width, height = _word(token.head, 4) * 8, _word(token.head, 6)
    return _scaled(Raster(token.start, width, height, token.data), *modes(token.head[3]))


def upright(token: Token) -> Raster:
    """GS Q 0 m xL xH yL yH d: x columns of y bytes."""
    columns, high = _word(token.head, 4), _word(token.head, 6)
    rows = bitmaps.from_columns(token.data, high) if high else b""
    return _scaled(Raster(token.start, columns, high * 8, rows), *modes(token.head[3]))


def columns(token: Token) -> Raster:
    """ESC * m nL nH d: n columns of 8 or 24 dots."""
    mode = token.head[2]
    high = 3 if mode in HIGH_COLUMNS else 1
    return column_image(token.start, _word(token.head, 3), high, token.data, 2 if mode in SINGLE_DENSITY else 1)


def column_image(at: int, columns: int, high: int, data: bytes, wide: int = 1) -> Raster:
    """A line of 24 dots in columns of `high` bytes: 3, or 1 whose dots are three dots high."""
    picture = Raster(at, columns, high * 8, bitmaps.from_columns(data, high), inline=True)
    return _scaled(picture, wide, 1 if high == _TALL_COLUMN else _TALL_COLUMN)


def rows(at: int, bytes_wide: int, height: int, data: bytes, *, inline: bool = False) -> Raster:
    return Raster(at, bytes_wide * 8, height, data, inline)


def modes(mode: int) -> tuple[int, int]:
    """How many dots wide and tall a dot is: bits 0 and 1, also as digits."""
    return 1 + (mode & 1), 1 + (mode >> 1 & 1)


def _doubled(scale: int) -> int:
    """GS ( L knows 1 and 2."""
    return 2 if scale == 2 else 1


def _scaled(picture: Raster, wide: int, tall: int) -> Raster:
    wide, tall = min(max(wide, 1), MOST_SCALED), min(max(tall, 1), MOST_SCALED)
    if wide == tall == 1:
        return picture
    data = bitmaps.scaled(picture.data, picture.width, wide, tall)
    return replace(picture, width=picture.width * wide, height=picture.height * tall, data=data)


def _of_size(data: bytes, at: int, dots: bytes, *, is_columns: bool) -> Raster:
    """`dots` of a picture whose width and height in dots stand at `at`."""
    width, height = _word(data, at), _word(data, at + 2)
    if is_columns:
        high = bitmaps.stride(height)
        dots = bitmaps.from_columns(dots[: width * high], high) if high else b""
    size = bitmaps.stride(width) * height
    return Raster(NOWHERE, width, height, dots[:size] if len(dots) >= size else b"")


def _columns_of_eight(wide: int, high: int, data: bytes) -> Raster:
    return Raster(NOWHERE, wide * 8, high * 8, bitmaps.from_columns(data, high) if high else b"")


def _place(function: int) -> bytes:
    """Which memory: what is kept and what is lost with the power have names of their own."""
    return b"kept" if function in (67, 68, 69) else b"lost"


def _word(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 2], "little")
