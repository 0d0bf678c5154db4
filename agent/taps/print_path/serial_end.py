"""serial_end: one serial port as a pump's source and sink; opens it without flushing and without touching modem lines.

pyserial is not used: its open discards what the port has already received.
"""

import array
import fcntl
import os
import struct
import termios
from typing import Self

from agent.errors import PortUnavailable
from agent.taps.lane import Lane

_RECEIVED = 4
_TIOCGICOUNT = 0x545D
_DATA_BITS = {7: termios.CS7, 8: termios.CS8}
_PARITIES = {"N": 0, "E": termios.PARENB, "O": termios.PARENB | termios.PARODD}


class SerialEnd:
    """`skip` in `look` means nothing here: what is read from a serial port is gone from the kernel."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor

    @classmethod
    def open(cls, path: str, lane: Lane, *, write: bool) -> Self:
        """Exclusive. Raises PortUnavailable."""
        access = os.O_RDWR if write else os.O_RDONLY
        try:
            descriptor = os.open(path, access | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            raise PortUnavailable(f"{path}: {error.strerror}") from error
        try:
            _take(descriptor, lane)
        except (OSError, termios.error) as error:
            os.close(descriptor)
            raise PortUnavailable(f"{path}: in use by another program, or not a serial port ({error})") from error
        return cls(descriptor)

    def look(self, skip: int, limit: int) -> bytes:  # noqa: ARG002
        return os.read(self.descriptor, limit)

    def consume(self, count: int) -> None:
        """Reading consumed it."""

    def send(self, data: memoryview) -> int:
        return os.write(self.descriptor, data)

    def finish(self) -> None:
        """A serial line has no end."""

    def received(self) -> int | None:
        """Bytes the driver has received on this line, ever (32 bits, wraps); None when it does not count."""
        counts = bytearray(80)
        try:
            fcntl.ioctl(self.descriptor, _TIOCGICOUNT, counts)
        except OSError:
            return None
        return int(struct.unpack_from("=20I", counts)[_RECEIVED])

    def waiting(self) -> int:
        answer = array.array("i", [0])
        fcntl.ioctl(self.descriptor, termios.FIONREAD, answer)
        return answer[0]

    def close(self) -> None:
        os.close(self.descriptor)


def _take(descriptor: int, lane: Lane) -> None:
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    fcntl.ioctl(descriptor, termios.TIOCEXCL)
    control = list(termios.tcgetattr(descriptor)[6])
    speed = getattr(termios, f"B{lane.baud}", None)
    if speed is None:
        raise OSError(f"{lane.baud} baud is not a speed of this system")
    # Without HUPCL our closing leaves DTR and RTS as they are; XON and XOFF travel through as the bytes they are.
    flags = termios.CREAD | termios.CLOCAL | _DATA_BITS[lane.data_bits] | _PARITIES[lane.parity]
    flags |= termios.CSTOPB if lane.stop_bits == 2 else 0
    control[termios.VMIN], control[termios.VTIME] = 1, 0
    termios.tcsetattr(descriptor, termios.TCSANOW, [0, 0, flags, 0, speed, speed, control])
