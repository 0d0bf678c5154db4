"""xml_document: takes an XML document's bytes cut anywhere, gives its elements as they begin and end; knows no printer.

The standard library's expat, which fetches nothing by itself. A document that declares entities is refused: they are
how a small document becomes a huge one, and no till needs them.
"""

from functools import lru_cache
from xml.parsers import expat

from agent.cheap_value import cheap_value

MOST_DEPTH = 32
MOST_TEXT = 8 << 20
"""Characters of one element; a picture's base64 has a few hundred thousand."""
BROKEN = "this XML breaks off or is damaged: the rest of it is lost"
ENCODING = "this XML names an encoding that nobody knows, and is not read"
ENTITIES = "this XML declares entities, and that is not read"


@cheap_value
class Opened:
    """`name` without its namespace, in lower case; attribute names likewise."""

    at: int
    name: str
    attributes: dict[str, str]


@cheap_value
class Closed:
    """`text`: its own characters, not those of elements inside it; `at`: where it was opened."""

    at: int
    name: str
    text: str


@cheap_value
class Broken:
    at: int
    why: str


Part = Opened | Closed | Broken


class _Refused(Exception):  # a way out of expat's handlers; never leaves this file
    """The document does what no till needs."""


class XmlDocument:
    """Never raises. After a Broken nothing more comes."""

    def __init__(self) -> None:
        self._parts: list[Part] = []
        self._open: list[tuple[str, int, list[str]]] = []
        self._size = 0
        self._over = False
        self._fed = self._last = 0
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.StartElementHandler = self._opened
        self._parser.EndElementHandler = self._closed
        self._parser.CharacterDataHandler = self._text
        self._parser.EntityDeclHandler = self._refuse_entities

    def feed(self, data: bytes) -> list[Part]:
        self._fed += len(data)
        return self._parse(data, is_last=False)

    def end(self) -> list[Part]:
        return self._parse(b"", is_last=True) if self._fed else []

    def _parse(self, data: bytes, *, is_last: bool) -> list[Part]:
        if not self._over:
            try:
                self._parser.Parse(data, is_last)
            except expat.ExpatError:
                self._break(BROKEN)
            except (LookupError, ValueError):
                self._break(ENCODING)
            except _Refused as refused:
                self._break(str(refused))
        parts, self._parts = self._parts, []
        return parts

    def _break(self, why: str) -> None:
        """What stands in the elements that never close was printed, or would have been: it is given too."""
        self._over = True
        at = self._last  # expat's own place depends on how the bytes were cut
        for name, begin, text in reversed(self._open):
            self._parts.append(Closed(begin, name, "".join(text)))
        self._parts.append(Broken(at, why))

    def _opened(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._open) >= MOST_DEPTH:
            raise _Refused("this XML is nested deeper than any print job, and is not read")
        at = self._last = self._parser.CurrentByteIndex
        self._open.append((_plain(name), at, []))
        self._parts.append(Opened(at, _plain(name), {_plain(one): value for one, value in attributes.items()}))

    def _closed(self, _: str) -> None:
        name, at, text = self._open.pop()
        self._size -= sum(map(len, text))
        self._parts.append(Closed(at, name, "".join(text)))

    def _text(self, text: str) -> None:
        if self._open:
            self._size += len(text)
            if self._size > MOST_TEXT:
                raise _Refused("this XML holds more text than any receipt, and is not read")
            self._open[-1][2].append(text)

    def _refuse_entities(self, *_: object) -> None:
        raise _Refused(ENTITIES)


@lru_cache(1 << 10)
def _plain(name: str) -> str:
    return name.rpartition(" ")[2].lower()
