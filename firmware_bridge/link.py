"""link: one opening of the wire tap's USB serial port: bytes out and in, never waiting; knows no message.

Ports are found under /dev/serial/by-id, because /dev/ttyACM0 may be another device tomorrow. Opened by one process at a
time and without discarding anything: what the tap has said already is read.
"""

import fcntl
import os
import termios
from pathlib import Path
from typing import Any

BY_ID = Path("/dev/serial/by-id")
MARK = "MicroPython"
"""In the name of a Pico that runs MicroPython: usb-MicroPython_Board_in_FS_mode_<serial>-if00."""
READ_BYTES = 16 << 10
SPEED = termios.B115200
"""Means nothing over USB; but closing a port that was set to 1200 sends a Pico into its boot loader."""


class LinkUnavailable(Exception):
    """The port is not there, or somebody else has it."""


def candidates(folder: Path = BY_ID) -> list[Path]:
    """Ports that look like a microcontroller with MicroPython."""
    return sorted(path for path in folder.glob("*") if MARK in path.name) if folder.is_dir() else []


class Link:
    """Raises LinkUnavailable when the port cannot be had."""

    def __init__(self, path: str) -> None:
        try:
            self.descriptor = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            raise LinkUnavailable(f"{path}: {error.strerror}") from error
        try:
            _take(self.descriptor)
        except (OSError, termios.error) as error:
            os.close(self.descriptor)
            raise LinkUnavailable(f"{path}: in use by another program, or not a serial port ({error})") from error
        self._unsent = bytearray()

    def read(self) -> bytes:
        """What has come; b'' when nothing did. Raises OSError when the port is gone."""
        try:
            data = os.read(self.descriptor, READ_BYTES)
        except BlockingIOError:
            return b""
        if not data:
            raise OSError(0, "unplugged")
        return data

    def write(self, data: bytes) -> None:
        """Sends what goes out now and keeps the rest for the next call. Raises OSError when the port is gone."""
        self._unsent += data
        try:
            while self._unsent:
                del self._unsent[: os.write(self.descriptor, self._unsent)]
        except BlockingIOError:
            del self._unsent[: max(0, len(self._unsent) - READ_BYTES)]  # a tap that does not read is asked again anyway

    def close(self) -> None:
        os.close(self.descriptor)


def _take(descriptor: int) -> None:
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    fcntl.ioctl(descriptor, termios.TIOCEXCL)
    control = list(termios.tcgetattr(descriptor)[6])
    control[termios.VMIN], control[termios.VTIME] = 1, 0
    # HUPCL: our closing tells the tap that nobody listens, so that it does not try to write.
    flags = termios.CREAD | termios.CLOCAL | termios.CS8 | termios.HUPCL
    settings: list[Any] = [0, 0, flags, 0, SPEED, SPEED, control]
    termios.tcsetattr(descriptor, termios.TCSANOW, settings)
