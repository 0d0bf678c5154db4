"""page: holds what a till puts on a page until it is printed or thrown away; prints nothing itself."""

from agent.print_events import PageEnd, PageMove, PrintEvent, Unreadable

LIMIT = 20_000
"""Events on one page; a page of a receipt has a few hundred."""


class Page:
    """Page mode (ESC L … FF). Positions are dots from the page's top left; an area (ESC W) moves the origin."""

    def __init__(self) -> None:
        self.open = False
        self.at = 0
        self._events: dict[int, list[PrintEvent]] = {}
        self._size = 0
        self._origin = (0, 0)
        self._y = 0
        self._direction = 0

    def begin(self, at: int) -> None:
        if not self.open:
            self.open, self.at = True, at
            self.area(at, 0, 0)

    def close(self) -> None:
        self.open = False
        self._forget()

    def clear(self, at: int) -> None:
        """CAN: what stands on the page is thrown away."""
        if self.open:
            self._forget()
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
        """By quarters. What is printed in one direction is read in it: positions count from its own top left."""
        if direction != self._direction:
            self._direction = direction
            self.area(self.at, *self._origin)

    def add(self, event: PrintEvent) -> None:
        if self._size < LIMIT:
            self._events.setdefault(self._direction, []).append(event)
            self._size += 1

    def printed(self, at: int) -> list[PrintEvent]:
        """What was put on it, upright first, then as one reads it when the paper is turned, each in the order given.

        The page stays, as ESC FF leaves it.
        """
        events = [event for direction in sorted(self._events) for event in (*self._events[direction], PageEnd(at))]
        if self._size >= LIMIT:
            events.append(Unreadable(self.at, 0, "a page too full to be one: the rest of it is lost"))
        return events or [PageEnd(at)]

    def _forget(self) -> None:
        self._events, self._size = {}, 0
