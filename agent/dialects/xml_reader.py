"""xml_reader: what the XML languages' readers share: elements looked up in two tables; knows none of them."""

from collections.abc import Mapping
from typing import Any, ClassVar, Protocol

from agent.dialects.state import DialectState
from agent.dialects.xml_document import Broken, Closed, Opened, Part, XmlDocument
from agent.dialects.xml_pieces import Style
from agent.print_events import PrintEvent, Unreadable


class AtBegin(Protocol):
    def __call__(self, reader: Any, at: int, attributes: Mapping[str, str], /) -> object: ...


class AtEnd(Protocol):
    def __call__(self, reader: Any, at: int, attributes: Mapping[str, str], text: str, /) -> object: ...


class XmlReader:
    """One document. Never raises; what prints and is not understood comes out as Unreadable."""

    silent: ClassVar[frozenset[str]] = frozenset()
    """Elements whose own characters print nothing."""

    def __init__(self, state: DialectState, begins: Mapping[str, AtBegin], ends: Mapping[str, AtEnd]) -> None:
        self.state = state
        self._style = Style()
        self._begins, self._ends = begins, ends
        self._document = XmlDocument()
        self._attributes: list[Mapping[str, str]] = []
        self._events: list[PrintEvent] = []

    def feed(self, data: bytes) -> list[PrintEvent]:
        return self._read(self._document.feed(data))

    def give_up(self) -> list[PrintEvent]:
        return self._read(self._document.end())

    def emit(self, *events: PrintEvent) -> None:
        self._events += events

    def _read(self, parts: list[Part]) -> list[PrintEvent]:
        for part in parts:
            match part:
                case Opened(at, name, attributes):
                    self._open(at, name, attributes)
                case Closed(at, name, text):
                    self._close(at, name, text)
                case Broken(at, why):
                    self.emit(Unreadable(at, 0, why))
        events, self._events = self._events, []
        return events

    def _open(self, at: int, name: str, attributes: Mapping[str, str]) -> None:
        self._attributes.append(attributes)
        if act := self._begins.get(name):
            act(self, at, attributes)

    def _close(self, at: int, name: str, text: str) -> None:
        attributes = self._attributes.pop()
        if act := self._ends.get(name):
            act(self, at, attributes, text)
        elif name not in self.silent and text.strip():
            self.emit(Unreadable(at, 0, f"<{name}> holds text, and what it prints is not read"))
