"""star_webprnt: takes Star WebPRNT XML cut anywhere, gives print events; sends no answer.

The print document travels as escaped text inside <Request> (as the vendor's own script sends it), or as plain elements
there. Its texts write blanks and control characters as \\x20, a backslash as two. <rawdata> carries Star's printer
bytes in base64, which the Star reader reads.
"""

import codecs
import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from agent.dialects import star
from agent.dialects.evidence import Language
from agent.dialects.state import DialectState
from agent.dialects.xml_pieces import Style, barcode, font, from_base64, number, text_events, truth
from agent.dialects.xml_reader import XmlReader
from agent.print_events import Align, Aligned, Cut, DrawerKick, Feed, Move, Raster, Unreadable

NO_BASE64 = "a <rawdata> that is no base64 is not read"
NO_PICTURE = "a picture whose data is damaged is lost"
BLACK_MARK_DOTS = 8
_ESCAPES_RE = re.compile(r"(?:\\x[0-9a-fA-F]{2})+|\\\\")
_CODECS = {
    "utf8": "utf-8",
    "cp998": "cp437",
    "cp999": "cp437",
    "korea": "euc_kr",
    "blank": "cp437",
    "cp928": "iso8859_7",
}
_ALIGNS = {"left": Align.LEFT, "center": Align.CENTRE, "right": Align.RIGHT}
_SILENT = frozenset(("papertype",))


class Reader(XmlReader):
    """One document; the inner one is read when the outer one has given it whole."""

    silent = _SILENT

    def __init__(self, state: DialectState | None = None, *, is_inner: bool = False) -> None:
        super().__init__(replace(state or DialectState(), language=Language.STAR_WEBPRNT), _AT_BEGIN, _AT_END)
        self._is_inner = is_inner
        self._codec = "utf-8"

    def read_inner(self, at: int, _: Mapping[str, str], text: str) -> None:
        """The document itself, when it came as text and not as elements."""
        if not text.strip():
            return
        if self._is_inner:
            self.emit(Unreadable(at, 0, "a request inside a request is not read"))
            return
        inner = Reader(self.state, is_inner=True)
        self.emit(*(replace(event, at=at) for event in inner.feed(text.strip().encode()) + inner.give_up()))

    # What the elements do.

    def reset(self, _at: int, _attributes: Mapping[str, str]) -> None:
        self._style = Style()

    def set_style(self, _: int, attributes: Mapping[str, str]) -> None:
        if not attributes:
            return
        style = self._style
        self._style = Style(
            font=font(attributes, style.font),
            wide=max(1, min(6, number(attributes, "width", style.wide))),
            tall=max(1, min(6, number(attributes, "height", style.tall))),
            spacing=max(0, number(attributes, "characterspace", style.spacing)),
            emphasis=truth(attributes, "emphasis", style.emphasis),
        )
        if page := attributes.get("codepage", "").lower():
            self._codec = _codec(page)

    def text(self, at: int, _: Mapping[str, str], text: str) -> None:
        self.emit(*text_events(at, unescaped(text, self._codec), self._style))

    def align(self, at: int, attributes: Mapping[str, str]) -> None:
        self.emit(Aligned(at, _ALIGNS.get(attributes.get("position", "left").lower(), Align.LEFT)))

    def feed_paper(self, at: int, attributes: Mapping[str, str]) -> None:
        if "unit" in attributes and "line" not in attributes:
            self.emit(Feed(at, 0, number(attributes, "unit") * 2))  # quarters of a millimetre, at 8 dots each
        else:
            self.emit(Feed(at, number(attributes, "line", 1)))

    def raw(self, at: int, _: Mapping[str, str], text: str) -> None:
        data = from_base64(text)
        if data is None:
            self.emit(Unreadable(at, len(text), NO_BASE64))
            return
        reader = star.Reader(replace(self.state, language=Language.STAR))
        self.emit(*(replace(event, at=at) for event in reader.feed(data) + reader.give_up()))

    def image(self, at: int, attributes: Mapping[str, str], text: str) -> None:
        width, height, data = number(attributes, "width"), number(attributes, "height"), from_base64(text)
        if data is None or len(data) < -(-width // 8) * height:
            self.emit(Unreadable(at, len(text), NO_PICTURE))
        self.emit(Raster(at, width, height, data or b""))

    def qr(self, at: int, _: Mapping[str, str], text: str) -> None:
        self.emit(barcode(at, "qr", unescaped(text, self._codec)))

    def pdf417(self, at: int, _: Mapping[str, str], text: str) -> None:
        self.emit(barcode(at, "pdf417", unescaped(text, self._codec)))

    def barcode(self, at: int, attributes: Mapping[str, str], text: str) -> None:
        self.emit(barcode(at, attributes.get("symbology", ""), unescaped(text, self._codec)))


def unescaped(text: str, codec: str) -> str:
    """What the vendor's builder wrote as \\x20: blanks, control characters, and bytes in the page's own code."""
    return text if "\\" not in text else _ESCAPES_RE.sub(lambda found: _decoded(found[0], codec), text)


def _decoded(escapes: str, codec: str) -> str:
    return "\\" if escapes == "\\\\" else bytes.fromhex(escapes.replace("\\x", "")).decode(codec, "replace")


def _codec(page: str) -> str:
    name = _CODECS.get(page, page)
    try:
        return codecs.lookup(name).name
    except LookupError:
        return "cp437"


_AT_BEGIN: dict[str, Callable[[Reader, int, Mapping[str, str]], None]] = {
    "initialization": Reader.reset,
    "text": Reader.set_style,
    "alignment": Reader.align,
    "feed": Reader.feed_paper,
    "absoluteposition": lambda reader, at, said: reader.emit(Move(at, number(said, "position"))),
    "relativeposition": lambda reader, at, said: reader.emit(Move(at, number(said, "position"), relative=True)),
    "logo": lambda reader, at, _: reader.emit(Raster(at, 0, 0)),
    "ruledline": lambda reader, at, _: reader.emit(Feed(at, 0, BLACK_MARK_DOTS)),
    "peripheral": lambda reader, at, _: reader.emit(DrawerKick(at)),
    "cutpaper": lambda reader, at, said: reader.emit(Cut(at, said.get("type", "").lower() == "partial")),
}
_AT_END: dict[str, Callable[[Reader, int, Mapping[str, str], str], None]] = {
    "text": Reader.text,
    "request": Reader.read_inner,
    "rawdata": Reader.raw,
    "bitimage": Reader.image,
    "barcode": Reader.barcode,
    "qrcode": Reader.qr,
    "pdf417": Reader.pdf417,
}
