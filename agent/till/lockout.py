"""lockout: counts wrong PINs per source and over all, gives how long to wait; reads no clock and checks no PIN.

An attempt is counted as wrong before it is checked and taken off when it was right, so that many at once gain nothing.
It is forgotten by a restart; only somebody on the box can cause one.
"""

from collections import OrderedDict
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address


@dataclass(frozen=True, slots=True)
class Patience:
    """So many wrong ones are free; then the wait doubles from `first_s` to `longest_s`, and `calm_s` forgets."""

    free: int
    first_s: float
    longest_s: float
    calm_s: float


SOURCE = Patience(free=5, first_s=30, longest_s=15 * 60, calm_s=30 * 60)
EVERYBODY = Patience(free=30, first_s=10, longest_s=5 * 60, calm_s=15 * 60)
"""Guessing from many addresses; whoever is logged in is not kept from working by it."""
SOURCES_REMEMBERED = 1024


@dataclass(slots=True)
class _Tally:
    wrong: int = 0
    last: float = 0.0
    until: float = 0.0


class Lockout:
    """Times are monotonic seconds."""

    def __init__(self) -> None:
        self._everybody = _Tally()
        self._sources: OrderedDict[str, _Tally] = OrderedDict()

    def begin(self, source: str, now: float) -> float:
        """Seconds to wait before this source may try; 0: it may, and the attempt counts as wrong until `right`."""
        wait, tally = self.wait_s(source, now), self._of(source)
        if not wait:
            _count(tally, SOURCE, now)
            _count(self._everybody, EVERYBODY, now)
        return wait

    def wait_s(self, source: str, now: float) -> float:
        return max(self._of(source).until - now, self._everybody.until - now, 0.0)

    def right(self, source: str) -> None:
        """The attempt that was begun last was no guess; the source's earlier ones are forgiven with it."""
        self._sources.pop(_network(source), None)
        self._everybody.wrong = max(0, self._everybody.wrong - 1)
        if self._everybody.wrong <= EVERYBODY.free:
            self._everybody.until = 0.0

    def _of(self, source: str) -> _Tally:
        network = _network(source)
        tally = self._sources.setdefault(network, _Tally())
        self._sources.move_to_end(network)
        while len(self._sources) > SOURCES_REMEMBERED:
            self._sources.popitem(last=False)
        return tally


def _count(tally: _Tally, patience: Patience, now: float) -> None:
    if now - tally.last > patience.calm_s:
        tally.wrong = 0
    tally.wrong, tally.last = tally.wrong + 1, now
    beyond = tally.wrong - patience.free
    if beyond >= 0:
        tally.until = now + min(patience.first_s * 2.0 ** min(beyond, 16), patience.longest_s)


def _network(source: str) -> str:
    """One device may take any address of its IPv6 network."""
    try:
        address = ip_address(source.partition("%")[0])
    except ValueError:
        return source
    return str(int(address) >> 64) if isinstance(address, IPv6Address) else source
