"""pictures: makes receipts that are printed as pixels only, in many fonts and printer languages, with their truth."""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from agent.raster import Word

FONTS = Path("/usr/share/fonts/truetype/dejavu")
GOODS = (
    ("Dry dog food 12kg", 5499),
    ("Cat litter 10L", 1299),
    ("Chew toy, rope", 799),
    ("Leather collar M", 2450),
    ("Canned tuna feast", 189),
    ("Bird seed mix 2kg", 1075),
    ("Aquarium filter", 3899),
    ("Hamster wheel", 1620),
    ("Puppy pads 60ct", 2768),
    ("Vitamin drops", 945),
    ("Quail eggs x6", 433),
    ("Jumbo bone", 1087),
)


@dataclass(frozen=True, slots=True)
class Look:
    """How a till's driver draws: a DejaVu face, its size in dots, the width of the paper, '$' or not."""

    face: str
    size: int
    dots: int = 576
    dollar: bool = True
    columns: int = 0
    """Characters of a line, where all are equally wide; 0: amounts stand at the right edge by their dots."""
    logo: bool = False


@dataclass(frozen=True, slots=True)
class Pictured:
    """A receipt as dots, and what a perfect reader would say of it."""

    number: str
    phone: str
    subtotal: int
    tax: int
    total: int
    width: int
    height: int
    rows: bytes
    lines: tuple[str, ...]
    words: tuple[Word, ...]
    """What an OCR program without a fault would say."""


class PixelTill:
    """Draws numbered receipts; the same seed draws the same day."""

    def __init__(self, look: Look, seed: int, first_number: int = 4000, goods: int = len(GOODS)) -> None:
        """`goods`: how many different articles the shop has."""
        self._goods = GOODS[:goods]
        self._look, self._random = look, random.Random(seed)
        self._number, self._now = first_number, datetime(2026, 11, 14, 9, 12)  # noqa: DTZ001 - as printed
        self._font = ImageFont.truetype(str(FONTS / look.face), look.size)

    def sale(self, phone: str = "") -> Pictured:
        chance = self._random
        self._number += chance.randint(1, 7)
        self._now += timedelta(minutes=chance.randint(1, 40))
        sold = chance.sample(self._goods, chance.randint(1, min(4, len(self._goods))))
        goods = [(name, price + chance.randint(-80, 500)) for name, price in sold]
        subtotal = sum(price for _, price in goods)
        tax = round(subtotal * 0.085)
        total = subtotal + tax
        phone = phone or f"415555{chance.randint(100, 199):04d}"
        rows: list[tuple[str, str]] = [
            ("EXAMPLE PETS", ""),
            ("12 Example Street", ""),
            ("", ""),
            (f"Receipt #{self._number}", "Register 1"),
            (self._now.strftime("%m/%d/%Y"), self._now.strftime("%I:%M %p")),
            (f"Customer phone: {phone}", ""),
            ("-" * 32, ""),
            *((name, self._money(price)) for name, price in goods),
            ("-" * 32, ""),
            ("Subtotal", self._money(subtotal)),
            ("Sales tax 8.5%", self._money(tax)),
            ("TOTAL", self._money(total)),
            ("VISA", self._money(total)),
            ("", ""),
            ("Thank you for your visit!", ""),
        ]
        width, height, dots, words = self._draw(rows)
        lines = tuple(f"{left} {right}".strip() for left, right in rows)
        return Pictured(str(self._number), phone, subtotal, tax, total, width, height, dots, lines, words)

    def _money(self, amount: int) -> str:
        return ("$" if self._look.dollar else "") + f"{amount / 100:,.2f}"

    def _draw(self, rows: Sequence[tuple[str, str]]) -> tuple[int, int, bytes, tuple[Word, ...]]:
        look = self._look
        step = round(look.size * 1.35)
        top = 8 + (120 if look.logo else 0)
        height = top + step * len(rows) + 16
        image = Image.new("1", (look.dots, height), 0)
        pen = ImageDraw.Draw(image)
        pen.fontmode = "1"
        if look.logo:
            pen.ellipse((look.dots // 2 - 50, 8, look.dots // 2 + 50, 108), fill=1)
            pen.text((look.dots // 2 - 24, 40), "PETS", fill=0, font=self._font)
        words: list[Word] = []
        for number, (left, right) in enumerate(rows):
            y = top + number * step
            for x, text in self._placed(left, right):
                pen.text((x, y), text, fill=1, font=self._font)
                words += self._words(x, y, text)
        return look.dots, height, image.tobytes(), tuple(words)

    def _placed(self, left: str, right: str) -> list[tuple[int, str]]:
        look = self._look
        if look.columns:
            return [(4, left + right.rjust(look.columns - len(left)) if right else left)]
        return [(4, left), (look.dots - 4 - round(self._font.getlength(right)), right)]

    def _words(self, x: int, y: int, text: str) -> Iterator[Word]:
        for match in re.finditer(r"\S+", text):
            left = x + self._font.getlength(text[: match.start()])
            right = x + self._font.getlength(text[: match.end()])
            yield Word(match.group(), round(left), y, round(right), y + self._look.size, 96.0)


# ---- printer languages ------------------------------------------------------------------------------

END = b"\x1dVA\x03"


def one_image(picture: Pictured) -> bytes:
    """As Odoo prints: one GS v 0 for the whole receipt."""
    return b"\x1b@" + _raster(picture.rows, picture.width // 8) + END


def in_bands(picture: Pictured, high: int = 128) -> bytes:
    """As Windows drivers and tablets print: GS v 0 after GS v 0, without a feed between them."""
    size = picture.width // 8
    bands = [picture.rows[at : at + size * high] for at in range(0, len(picture.rows), size * high)]
    return b"\x1b@" + b"".join(_raster(band, size) for band in bands) + END


def as_graphics(picture: Pictured) -> bytes:
    """GS ( L function 112 stores, 50 prints; 8 L where it is longer than 64 KiB."""
    size, out = picture.width // 8, b"\x1b@"
    for at in range(0, len(picture.rows), size * 400):
        band = picture.rows[at : at + size * 400]
        head = b"0p0\x01\x011" + _word(picture.width) + _word(len(band) // size)
        out += b"\x1d(L" + _word(len(head) + len(band)) + head + band + b"\x1d(L\x02\x0002"
    return out + END


def as_strips(picture: Pictured) -> bytes:
    """ESC * 33 in strips of 24 dots, line spacing 24, as old drivers print."""
    size, out = picture.width // 8, bytearray(b"\x1b@\x1b3\x18")
    rows = [picture.rows[at : at + size] for at in range(0, len(picture.rows), size)]
    for top in range(0, len(rows), 24):
        strip = [int.from_bytes(row, "big") for row in rows[top : top + 24]]
        strip += [0] * (24 - len(strip))
        out += b"\x1b*\x21" + _word(picture.width)
        for x in range(picture.width):
            column = 0
            for row in strip:
                column = column << 1 | (row >> (picture.width - 1 - x) & 1)
            out += column.to_bytes(3, "big")
        out += b"\n"
    return bytes(out) + END


def as_star_raster(picture: Pictured) -> bytes:
    """Star's raster mode: a row a command, blank rows as a move down, as futurePRNT prints on a TSP100."""
    size, out, blank = picture.width // 8, bytearray(b"\x1b*rR\x1b*rA\x1b*rP0\x00"), 0
    for at in range(0, len(picture.rows), size):
        row = picture.rows[at : at + size]
        if not any(row):
            blank += 1
            continue
        if blank:
            out += b"\x1b*rY" + str(blank).encode() + b"\x00"
            blank = 0
        out += b"b" + _word(size) + row
    return bytes(out) + b"\x1b\x0c\x04\x1b*rB"


def _raster(rows: bytes, size: int) -> bytes:
    return b"\x1dv0\x00" + _word(size) + _word(len(rows) // size) + rows


def _word(number: int) -> bytes:
    return number.to_bytes(2, "little")
