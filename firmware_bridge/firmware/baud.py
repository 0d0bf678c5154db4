"""baud: takes the lengths of pulses seen on a line, gives the usual speed they stand for; knows no pin."""

SPEEDS = (1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200)
TOLERANCE = 8
"""In hundredths. The nearest two of these speeds are half as long again apart."""


def speed_of(pulse_ns: int) -> int:
    """The speed whose bit is so long; 0 when none is."""
    for speed in SPEEDS:
        bit = 1000000000 // speed
        if abs(pulse_ns - bit) * 100 <= bit * TOLERANCE:
            return speed
    return 0


class Finder:
    """Believes a speed once enough bytes' worth of pulses agreed on the shortest."""

    ENOUGH = 16

    def __init__(self) -> None:
        self.shortest_ns = 0
        self._agreed = 0

    def saw(self, pulse_ns: int) -> int:
        """One look's shortest pulse; gives the speed once it is sure, else 0."""
        if pulse_ns <= 0:
            return 0
        if self.shortest_ns == 0 or pulse_ns * 100 < self.shortest_ns * (100 - TOLERANCE):
            self.shortest_ns, self._agreed = pulse_ns, 0
        if abs(pulse_ns - self.shortest_ns) * 100 <= self.shortest_ns * TOLERANCE:
            self._agreed += 1
        return speed_of(self.shortest_ns) if self._agreed >= self.ENOUGH else 0
