"""turned: takes the events of lines printed upside down, gives them last line first, as the turned paper is read."""

from agent.print_events import Align, Aligned, Barcode, Feed, PrintEvent, Raster

LIMIT = 20_000
"""Events; a receipt of a thousand lines has five thousand."""


class Turned:
    """`open` while the till prints upside down. Each line comes out with the alignment it was printed with."""

    def __init__(self, is_open: bool) -> None:
        self.open = is_open
        self._lines: list[list[PrintEvent]] = []
        self._line: list[PrintEvent] = []
        self._align: Align | None = None
        self._size = 0

    def add(self, event: PrintEvent) -> list[PrintEvent]:
        """Gives what is finished: nothing, but of more lines than any receipt has."""
        if isinstance(event, Aligned):
            self._align = event.align
        elif not self._line and self._align is not None:
            self._line.append(Aligned(event.at, self._align))
        self._line.append(event)
        self._size += 1
        if _ends_line(event):
            self._end_line()
        return self.taken() if self._size >= LIMIT else []

    def taken(self) -> list[PrintEvent]:
        """All so far, the last line first."""
        self._end_line()
        events = [event for line in reversed(self._lines) for event in line]
        self._lines, self._size = [], 0
        return events

    def _end_line(self) -> None:
        if self._line:
            self._lines.append(self._line)
            self._line = []


def _ends_line(event: PrintEvent) -> bool:
    if isinstance(event, Feed):
        return event.lines > 0
    return isinstance(event, Barcode) or (isinstance(event, Raster) and not event.inline)
