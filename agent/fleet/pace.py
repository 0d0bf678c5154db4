"""pace: how often the uplink speaks and how long it waits to try again; does no I/O, gives only numbers."""

import zlib
from dataclasses import dataclass
from random import Random

from agent.clock import Clock


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds. The defaults are the fleet's convention; tests and the demo hand in shorter ones."""

    first_connect_s: float = 30
    """A street that gets its power back must not arrive at the broker in one second."""
    step_s: float = 2
    ceiling_s: float = 300
    stable_s: float = 120
    """A connection shorter than this does not count as mended."""
    refused_from_s: float = 30
    refused_to_s: float = 300
    """After 'not authorised': somebody has to act first, so there is no hurry."""
    status_s: float = 60
    birth_s: float = 3600
    outbox_s: float = 5
    timeout_s: float = 20
    """A publish without its acknowledgement for this long means that the line is dead (an idle client cannot tell)."""
    goodbye_s: float = 2
    keepalive_s: int = 60
    will_delay_s: int = 45
    """A reconnect within it shows no gap at all (MQTT 5)."""
    session_s: int = 3600
    """Short, because old commands must die; nothing important depends on the session."""
    health_spread_s: float = 10


def health_offset(device: str, pace: Pace) -> float:
    """The device's own moment in the minute, the same for ever: ten thousand boxes do not report at once."""
    return zlib.crc32(device.encode()) / 2**32 * pace.health_spread_s


class Backoff:
    """Full jitter: anything between now and a ceiling that doubles with each failure."""

    def __init__(self, pace: Pace, clock: Clock, random: Random) -> None:
        self._pace, self._clock, self._random = pace, clock, random
        self._failures = 0
        self._connected_at: float | None = None

    def first(self) -> float:
        return self._random.random() * self._pace.first_connect_s

    def connected(self) -> None:
        self._connected_at = self._clock.monotonic()

    def delay(self, *, refused: bool) -> float:
        """Seconds until the next try, after a connection that broke or never came."""
        since, self._connected_at = self._connected_at, None
        if since is not None and self._clock.monotonic() - since >= self._pace.stable_s:
            self._failures = 0
        if refused:
            return self._random.uniform(self._pace.refused_from_s, self._pace.refused_to_s)
        # 2**10 is past every ceiling; beyond ~1000 failures the float would overflow
        ceiling = min(self._pace.ceiling_s, self._pace.step_s * 2.0 ** min(self._failures, 10))
        self._failures += 1
        return self._random.random() * ceiling
