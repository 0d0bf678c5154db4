"""bitmaps: takes pixels as printers are sent them (columns, scaled rows, planes), gives rows; knows no commands.

Rows everywhere: one bit per dot, 1 is black, the left dot in the highest bit, each row padded to whole bytes.
"""

from functools import cache

LARGEST = 8 << 20
"""Bytes of rows; 130 m of paper. What would be larger has no rows (b'')."""
_ONES = tuple(bytes(0x30 + (byte >> bit & 1) for byte in range(256)) for bit in range(7, -1, -1))
"""For each bit, from the highest: which of the digits 0 and 1 it is, by byte."""


def stride(width: int) -> int:
    """Bytes of a row."""
    return (width + 7) // 8


def from_columns(columns: bytes, high: int) -> bytes:
    """Columns of `high` bytes each, the upper dot in the highest bit; gives 8 * high rows."""
    width = len(columns) // high
    if not width or stride(width) * 8 * high > LARGEST:
        return b""
    size, padding = stride(width), -width % 8
    planes = (columns[byte : width * high : high] for byte in range(high))
    return b"".join(
        (int(plane.translate(ones), 2) << padding).to_bytes(size, "big") for plane in planes for ones in _ONES
    )


def scaled(rows: bytes, width: int, wide: int, tall: int) -> bytes:
    """Each dot `wide` dots wide and `tall` dots high."""
    size = stride(width)
    if not size or len(rows) * wide * tall > LARGEST:
        return b""
    if wide > 1:
        wider = stride(width * wide)
        rows = b"".join(
            b"".join(map(_wider(wide).__getitem__, rows[at : at + size]))[:wider] for at in range(0, len(rows), size)
        )
        size = wider
    if tall > 1:
        rows = b"".join(rows[at : at + size] * tall for at in range(0, len(rows), size))
    return rows


@cache
def _wider(times: int) -> tuple[bytes, ...]:
    """For each byte, its bits written so many times each."""
    return tuple(
        int("".join(digit * times for digit in f"{byte:08b}"), 2).to_bytes(times, "big") for byte in range(256)
    )


def together(one: bytes, other: bytes) -> bytes:
    """Both planes of a picture in two colours, as black."""
    if len(one) != len(other):
        return one or other
    return (int.from_bytes(one, "big") | int.from_bytes(other, "big")).to_bytes(len(one), "big")


def side_by_side(pictures: list[tuple[int, bytes]], height: int) -> bytes:
    """Pictures of one height, each as (width, rows), from left to right."""
    width = sum(wide for wide, _ in pictures)
    if stride(width) * height > LARGEST:
        return b""
    out = bytearray()
    for row in range(height):
        line = 0
        for wide, rows in pictures:
            size = stride(wide)
            line = line << wide | int.from_bytes(rows[row * size : (row + 1) * size], "big") >> (-wide % 8)
        out += (line << (-width % 8)).to_bytes(stride(width), "big")
    return bytes(out)


def from_bmp(data: bytes) -> tuple[int, int, bytes]:
    """A Windows bitmap with one bit a dot: width, height, rows. Of any other kind only the size, and no rows."""
    if len(data) < 54 or data[:2] != b"BM":
        return 0, 0, b""
    start, header = (int.from_bytes(data[at : at + 4], "little") for at in (10, 14))
    width, height = (int.from_bytes(data[at : at + 4], "little", signed=True) for at in (18, 22))
    depth, packed = int.from_bytes(data[28:30], "little"), int.from_bytes(data[30:34], "little")
    bottom_up, height = height > 0, abs(height)
    if not 0 < width <= 1 << 14 or not 0 < height <= 1 << 16:
        return 0, 0, b""
    step = (width + 31) // 32 * 4
    pixels = data[start : start + step * height]
    if depth != 1 or packed or len(pixels) < step * height:
        return width, height, b""
    lines = [pixels[at : at + stride(width)] for at in range(0, step * height, step)]
    rows = b"".join(reversed(lines) if bottom_up else lines)
    first_colour_is_white = sum(data[14 + header : 14 + header + 3]) > 3 * 0x7F
    return width, height, rows if first_colour_is_white else _inverted(rows, width)


def _inverted(rows: bytes, width: int) -> bytes:
    size, padding = stride(width), (1 << -width % 8) - 1
    line = ((1 << size * 8) - 1) ^ padding
    return b"".join(
        (line ^ (int.from_bytes(rows[at : at + size], "big") & line)).to_bytes(size, "big")
        for at in range(0, len(rows), size)
    )
