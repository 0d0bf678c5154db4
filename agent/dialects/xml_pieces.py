"""xml_pieces: what the XML languages share: attributes as numbers and truths, text as print events; no elements."""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from agent.dialects.state import FONT_A, FONT_B
from agent.print_events import Barcode, Feed, PrintEvent, Return, Tab, Text

_PIECE_RE = re.compile(r"[^\t\n\r\x0c]+|\r\n|[\t\n\r\x0c]")


@dataclass(frozen=True, slots=True)
class Style:
    """How the next characters are printed; set by attributes, in force until set anew."""

    font: int = FONT_A
    wide: int = 1
    tall: int = 1
    spacing: int = 0
    emphasis: bool = False

    @property
    def cell(self) -> int:
        return (self.font + self.spacing) * self.wide


def text_events(at: int, text: str, style: Style) -> Iterator[PrintEvent]:
    for piece in _PIECE_RE.findall(text):
        if piece in ("\n", "\r\n", "\x0c"):
            yield Feed(at)
        elif piece == "\t":
            yield Tab(at)
        elif piece == "\r":
            yield Return(at)
        else:
            yield Text(at, piece, style.cell, style.tall, style.emphasis)


def number(attributes: Mapping[str, str], name: str, usual: int = 0) -> int:
    """A whole number of an attribute; `usual` where it is missing or is none."""
    if name not in attributes:
        return usual
    text = attributes[name].strip()
    return int(text) if re.fullmatch(r"-?\d{1,6}", text) else usual


def truth(attributes: Mapping[str, str], name: str, usual: bool) -> bool:
    if name not in attributes:
        return usual
    return {"true": True, "1": True, "false": False, "0": False}.get(attributes.get(name, "").strip().lower(), usual)


def font(attributes: Mapping[str, str], usual: int) -> int:
    """'font_a' and the rest; only A is 12 dots wide."""
    name = attributes.get("font", "").strip().lower()
    return usual if not name else FONT_A if name.endswith("_a") else FONT_B


def from_base64(text: str) -> bytes | None:
    """None when it is none."""
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return None


def from_hex(text: str) -> bytes | None:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return None


def barcode(at: int, kind: str, data: str) -> Barcode:
    return Barcode(at, kind.strip().lower() or "barcode", data)
