"""page: holds what a till puts on a page until it is printed or thrown away; prints nothing itself."""

from agent.print_events import PageEnd, PageMove, PrintEvent, Text, Unreadable

LIMIT = 20_000
"""Events on one page; a page of a receipt has a few hundred."""

TURNED = "a page printed in several directions is not read"


class Page:
    """Page mode (ESC L … FF). Positions are dots from the page's top left; an area (ESC W) moves the origin."""

    def __init__(self) -> None:
        self.open = False
        self.at = 0
        self._events: list[PrintEvent] = []
        self._origin = (0, 0)
        self._y = 0
        self._direction = 0
        self._directions: set[int] = set()

    def begin(self, at: int) -> None:
        if not self.open:
            self.open, self.at = True, at
            self._directions = set()
            self.area(at, 0, 0)

    def close(self) -> None:
        self.open = False
        self._events = []

    def clear(self, at: int) -> None:
        """CAN: what stands on the page is thrown away."""
        if self.open:
            self._events = []
            self.area(at, *self._origin)

    def area(self, at: int, x: int, y: int) -> None:
        self._origin, self._y = (x, y), 0
        self.add(PageMove(at, x, y))

    def to(self, at: int, y: int) -> None:
        self._y = y
        self.add(PageMove(at, None, self._origin[1] + y))

    def down(self, at: int, dots: int, *, back: bool = True) -> None:
        """Down (or up) by `dots`; with `back` also to the line's start, as a line feed does."""
        self._y += dots
        self.add(PageMove(at, self._origin[0] if back else None, self._origin[1] + self._y))

    def across(self, at: int, dots: int) -> None:
        self.add(PageMove(at, self._origin[0] + dots, None))

    def turn(self, direction: int) -> None:
        """By quarters. A page printed in one direction is read in it: positions count from its own top left."""
        self._direction = direction

    def add(self, event: PrintEvent) -> None:
        if isinstance(event, Text):
            self._directions.add(self._direction)
        if len(self._events) < LIMIT:
            self._events.append(event)

    def printed(self, at: int) -> list[PrintEvent]:
        """The page's events in the order they were given; the page stays, as ESC FF leaves it."""
        events = [*self._events, PageEnd(at)]
        if len(self._events) >= LIMIT:
            events.append(Unreadable(self.at, 0, "a page too full to be one: the rest of it is lost"))
        if len(self._directions) > 1:
            events.append(Unreadable(self.at, 0, TURNED))
        return events
