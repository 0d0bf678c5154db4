"""epos_xml: takes Epson ePOS-Print XML cut anywhere, gives print events; sends no answer, opens no envelope's header.

Elements and attributes as ePOS-Print XML documents and the vendor's own builder writes them. An attribute of <text>
holds for the texts behind it. <command> carries printer bytes in hex, which the ESC/POS reader reads.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from agent.dialects import escpos
from agent.dialects.evidence import Language
from agent.dialects.state import DialectState
from agent.dialects.xml_pieces import Style, barcode, font, from_base64, from_hex, number, text_events, truth
from agent.dialects.xml_reader import XmlReader
from agent.print_events import (
    Align,
    Aligned,
    Cut,
    DrawerKick,
    Feed,
    Move,
    PageEnd,
    PageMove,
    PrintEvent,
    Raster,
    Unreadable,
)

LINE_DOTS = 30
SIDEWAYS = "a page printed sideways is not read"
NO_HEX = "a <command> that is no hex is not read"
NO_PICTURE = "a picture whose data is damaged is lost"
_ALIGNS = {"left": Align.LEFT, "center": Align.CENTRE, "right": Align.RIGHT}
_SILENT = frozenset(("devid", "timeout", "printjobid"))
"""What the envelope's header says to the printer."""


class Reader(XmlReader):
    """One document."""

    silent = _SILENT

    def __init__(self, state: DialectState | None = None) -> None:
        super().__init__(replace(state or DialectState(), language=Language.EPOS_XML), _AT_BEGIN, _AT_END)
        self._page: tuple[int, int] | None = None
        """Where the page's area begins."""
        self._y = 0

    # What the elements do.

    def text(self, at: int, _: Mapping[str, str], text: str) -> None:
        for event in text_events(at, text, self._style):
            self.emit(self._line_down(at, self._page) if isinstance(event, Feed) and self._page else event)

    def set_style(self, at: int, attributes: Mapping[str, str]) -> None:
        if not attributes:
            return
        style = self._style
        self._style = Style(
            font=font(attributes, style.font),
            wide=_size(attributes, "width", "dw", style.wide),
            tall=_size(attributes, "height", "dh", style.tall),
            emphasis=truth(attributes, "em", style.emphasis),
        )
        if aligned := _ALIGNS.get(attributes.get("align", "").lower()):
            self.emit(Aligned(at, aligned))
        if "x" in attributes:
            self.emit(self._across(at, number(attributes, "x")))
        if "y" in attributes and self._page is not None:
            self._y = number(attributes, "y")
            self.emit(PageMove(at, None, self._page[1] + self._y))

    def _across(self, at: int, x: int) -> PrintEvent:
        return Move(at, x) if self._page is None else PageMove(at, self._page[0] + x, None)

    def _line_down(self, at: int, area: tuple[int, int]) -> PrintEvent:
        self._y += LINE_DOTS * self._style.tall
        return PageMove(at, area[0], area[1] + self._y)

    def set_area(self, at: int, attributes: Mapping[str, str]) -> None:
        self._page, self._y = (number(attributes, "x"), number(attributes, "y")), 0
        self.emit(PageMove(at, *self._page))

    def go_to(self, at: int, attributes: Mapping[str, str]) -> None:
        left, top = self._page or (0, 0)
        self._y = number(attributes, "y")
        self.emit(PageMove(at, left + number(attributes, "x"), top + self._y))

    def turn_page(self, at: int, attributes: Mapping[str, str]) -> None:
        if attributes.get("dir", "left_to_right").lower() != "left_to_right":
            self.emit(Unreadable(at, 0, SIDEWAYS))

    def end_page(self, at: int, _: Mapping[str, str], __: str) -> None:
        self._page = None
        self.emit(PageEnd(at))

    def feed_paper(self, at: int, attributes: Mapping[str, str]) -> None:
        if self._page is not None:
            for _ in range(min(number(attributes, "line", 1), 127)):
                self.emit(self._line_down(at, self._page))
        elif "unit" in attributes:
            self.emit(Feed(at, 0, number(attributes, "unit")))
        elif "pos" not in attributes:
            self.emit(Feed(at, number(attributes, "line", 1)))

    def command(self, at: int, _: Mapping[str, str], text: str) -> None:
        data = from_hex(text)
        if data is None:
            self.emit(Unreadable(at, len(text), NO_HEX))
            return
        reader = escpos.Reader(self.state)
        self.emit(*(replace(event, at=at) for event in reader.feed(data) + reader.give_up()))

    def image(self, at: int, attributes: Mapping[str, str], text: str) -> None:
        width, height = number(attributes, "width"), number(attributes, "height")
        if attributes.get("mode", "mono").lower() != "mono":
            self.emit(Raster(at, width, height))  # 16 shades of grey: a picture, and no text's
            return
        data = from_base64(text)
        if data is None or len(data) < -(-width // 8) * height:
            self.emit(Unreadable(at, len(text), NO_PICTURE))
        self.emit(Raster(at, width, height, data or b""))

    def barcode(self, at: int, attributes: Mapping[str, str], text: str) -> None:
        self.emit(barcode(at, attributes.get("type", ""), text))

    def symbol(self, at: int, attributes: Mapping[str, str], text: str) -> None:
        kind = attributes.get("type", "").lower()
        self.emit(barcode(at, "qr" if kind.startswith("qrcode") else kind, text))


def _size(attributes: Mapping[str, str], name: str, doubled: str, usual: int) -> int:
    if name in attributes:
        return max(1, min(8, number(attributes, name, usual)))
    return (2 if truth(attributes, doubled, False) else 1) if doubled in attributes else usual


_AT_BEGIN: dict[str, Callable[[Reader, int, Mapping[str, str]], None]] = {
    "text": Reader.set_style,
    "feed": Reader.feed_paper,
    "page": Reader.set_area,
    "area": Reader.set_area,
    "position": Reader.go_to,
    "direction": Reader.turn_page,
    "logo": lambda reader, at, _: reader.emit(Raster(at, 0, 0)),
    "pulse": lambda reader, at, _: reader.emit(DrawerKick(at)),
    "cut": lambda reader, at, attributes: reader.emit(Cut(at)) if attributes.get("type") != "reserve" else None,
}
_AT_END: dict[str, Callable[[Reader, int, Mapping[str, str], str], None]] = {
    "text": Reader.text,
    "page": Reader.end_page,
    "command": Reader.command,
    "image": Reader.image,
    "barcode": Reader.barcode,
    "symbol": Reader.symbol,
}
