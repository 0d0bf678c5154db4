"""ink: takes print events, gives the paper as a grey picture and notes on what could not be drawn as it was."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import segno
from PIL import Image, ImageDraw

from agent.drawing.fonts import is_wide, missing_notes, shape, text_font
from agent.paper.rows import places_of
from agent.paper.sheet import DRAWN, FONT_A_DOTS, Mark, place
from agent.print_events import Barcode, Cut, PrintEvent, Raster, Text

BORDER = 16
"""White dots around what is printed."""
WHITE, GREY, BLACK = 255, 150, 0
UNDRAWN_PICTURE = "A picture lies in the printer itself (a logo stored there); its place is marked with a frame"
AS_BARS = "Barcodes are drawn as bars with their digits below, not as a scanner would read them"
TOO_LONG = "The paper is longer than 3.7 m; the rest is not drawn"


@dataclass(frozen=True, slots=True)
class Drawing:
    image: Image.Image
    notes: tuple[str, ...]

    def png(self) -> bytes:
        out = io.BytesIO()
        self.image.save(out, "PNG", optimize=True)
        return out.getvalue()


def draw(events: Sequence[PrintEvent], width_dots: int) -> Drawing:
    """The paper as printed, `width_dots` wide and a border of 16 dots around. Never raises."""
    sheet = place(events, width_dots)
    right = max((mark.x + mark.width for mark in sheet.marks), default=0)
    size = (min(max(width_dots, right), 4 * width_dots) + 2 * BORDER, sheet.height + 2 * BORDER)
    image = Image.new("L", size, WHITE)
    notes: dict[str, None] = {}
    for mark in sheet.marks:
        for note in _INKS[type(mark.what)](image, mark):
            notes[note] = None
    if sheet.cropped:
        notes[TOO_LONG] = None
    return Drawing(image, tuple(notes))


def _text(image: Image.Image, mark: Mark) -> list[str]:
    text = mark.what
    assert isinstance(text, Text)
    shapes = iter(text.drawn)
    for column, sign in enumerate(places := places_of(text.text)):
        if not sign.strip():
            continue
        if sign == DRAWN and (own := next(shapes, None)):
            _raster(image, Mark(mark.x + column * text.cell, mark.y, own.width, own.height, own))
            continue
        width = text.cell * (2 if is_wide(sign) else 1)
        mask = shape(sign, width, mark.height, text.emphasis)
        image.paste(BLACK, (BORDER + mark.x + column * text.cell, BORDER + mark.y), mask)
    return missing_notes(set("".join(places)))


def _raster(image: Image.Image, mark: Mark) -> list[str]:
    picture = mark.what
    assert isinstance(picture, Raster)
    stride = -(-picture.width // 8)
    rows = min(picture.height, len(picture.data) // stride) if stride else 0
    if not rows:
        return _frame(image, mark)
    dots = Image.frombytes("1", (picture.width, rows), picture.data[: rows * stride])
    image.paste(BLACK, (BORDER + mark.x, BORDER + mark.y), dots)
    return []


def _frame(image: Image.Image, mark: Mark) -> list[str]:
    """Where a picture was whose dots never came over the wire."""
    pen, (x, y) = ImageDraw.Draw(image), (BORDER + mark.x, BORDER + mark.y)
    pen.rectangle((x, y, x + mark.width - 1, y + mark.height - 1), outline=GREY)
    pen.text((x + 8, y + mark.height // 2 - 8), "picture", fill=GREY, font=text_font(16, bold=False))
    return [UNDRAWN_PICTURE]


def _barcode(image: Image.Image, mark: Mark) -> list[str]:
    code = mark.what
    assert isinstance(code, Barcode)
    if code.symbology == "qr" and _qr(image, mark, code.data):
        return []
    _bars(image, mark, code)
    return [AS_BARS]


def _qr(image: Image.Image, mark: Mark, data: str) -> bool:
    try:
        matrix = segno.make_qr(data or " ", error="m").matrix
    except ValueError:  # more data than any QR code holds
        return False
    dots = max(1, mark.width // len(matrix))
    left, pen = BORDER + mark.x + (mark.width - dots * len(matrix)) // 2, ImageDraw.Draw(image)
    for row, modules in enumerate(matrix):
        for column, module in enumerate(modules):
            if module:
                x, y = left + column * dots, BORDER + mark.y + row * dots
                pen.rectangle((x, y, x + dots - 1, y + dots - 1), fill=BLACK)
    return True


def _bars(image: Image.Image, mark: Mark, code: Barcode) -> None:
    """Bars for the eye: as wide as the bits of the data tell, with the data as words below."""
    pen, high = ImageDraw.Draw(image), mark.height - FONT_A_DOTS
    left, top = BORDER + mark.x, BORDER + mark.y
    x = left
    for byte in code.data.encode("utf-8", "replace") or b" ":
        for bit in range(4):
            wide = 2 + (byte >> bit & 1) * 2
            if x + wide < left + mark.width:
                pen.rectangle((x, top, x + wide - 1, top + high - 1), fill=BLACK)
            x += wide + 2 + (byte >> (bit + 4) & 1) * 2
    label = f"{code.symbology} {code.data}"
    pen.text((left, top + high + 2), label[: max(1, mark.width // 8)], fill=BLACK, font=text_font(14, bold=False))


def _cut(image: Image.Image, mark: Mark) -> list[str]:
    pen, y = ImageDraw.Draw(image), BORDER + mark.y + mark.height // 2
    for x in range(0, image.width, 16):
        pen.line((x, y, x + 8, y), fill=GREY, width=2)
    return []


_INKS: dict[type, Callable[[Image.Image, Mark], list[str]]] = {
    Text: _text,
    Raster: _raster,
    Barcode: _barcode,
    Cut: _cut,
}
