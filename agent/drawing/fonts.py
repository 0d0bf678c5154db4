"""fonts: finds a font for each character on this machine, gives its shape in a cell of dots; draws no paper."""

import unicodedata
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

PLACES = (Path("/usr/share/fonts/truetype/dejavu"), Path("/usr/share/fonts/dejavu"), Path("/usr/share/fonts/TTF"))
"""Where Debian's fonts-dejavu-core and its cousins put DejaVu."""
WIDE_PLACES = (
    Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"),
    Path("/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc"),
    Path("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc"),
    Path("/usr/share/fonts/opentype/ipafont-gothic/ipag.ttf"),
    Path("/usr/share/fonts/truetype/nanum/NanumGothicCoding.ttf"),
    Path("/usr/share/fonts/truetype/unifont/unifont.ttf"),
)
"""Where Debian's packages put fonts with Chinese, Japanese or Korean signs."""
NO_FONT = "DejaVu Sans Mono is not installed, so a simpler font was used: apt install fonts-dejavu-core"
NO_WIDE_FONT = "Signs of two columns are drawn as boxes, no font for them is installed: apt install fonts-noto-cjk"
ADVANCE = 0.602
"""Width of a DejaVu Sans Mono character in parts of the font's size."""
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


def is_wide(sign: str) -> bool:
    return unicodedata.east_asian_width(sign) in "WF"


@cache
def text_font(size: int, *, bold: bool) -> Font:
    name = "DejaVuSansMono-Bold.ttf" if bold else "DejaVuSansMono.ttf"
    for place in PLACES:
        if (place / name).is_file():
            return ImageFont.truetype(str(place / name), size)
    return ImageFont.load_default(size)


@cache
def wide_font(size: int) -> Font | None:
    found = next((place for place in WIDE_PLACES if place.is_file()), None)
    return ImageFont.truetype(str(found), size) if found else None


def missing_notes(signs: set[str]) -> list[str]:
    """What a person should know about how these signs were drawn."""
    notes = [] if any(place.is_dir() for place in PLACES) else [NO_FONT]
    if any(map(is_wide, signs)) and wide_font(16) is None:
        notes.append(NO_WIDE_FONT)
    return notes


@cache
def shape(sign: str, width: int, height: int, bold: bool) -> Image.Image:
    """The sign as a mask of width x height dots, black = 255; a box when no font has it."""
    cell = max(1, width)
    size = max(6, round(cell / (1.0 if is_wide(sign) else ADVANCE)), round(height * 0.82))
    font = wide_font(size) if is_wide(sign) else text_font(size, bold=bold)
    drawn = Image.new("L", (max(1, round(size * (1.0 if is_wide(sign) else ADVANCE))), round(size * 1.2)), 0)
    pen = ImageDraw.Draw(drawn)
    if font is None:
        pen.rectangle((1, 1, drawn.width - 3, drawn.height - 4), outline=255, width=max(1, size // 16))
    else:
        pen.text((0, 0 if is_wide(sign) else -round(size * 0.02)), sign, fill=255, font=font)
    return drawn.resize((cell, height), Image.Resampling.LANCZOS)
