"""caretaker: speaks with the process that started us (systemd, or our supervisor): descriptors come from it, are kept
by it across our death, and it hears that we live; never waits for it.

Protocols: sd_listen_fds(3), sd_notify(3), sd_pid_notify_with_fds(3). The sender here is our own because the library's
blocks when the receiver's queue is full, and nothing in the printing path may wait for the service manager.
"""

import asyncio
import logging
import os
import socket
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote

from systemd.daemon import listen_fds_with_names

LOG = logging.getLogger(__name__)
RETRY_SECONDS = 0.005


@dataclass(frozen=True, slots=True)
class Keepsake:
    """The name a stored descriptor carries: what it is, whose, and the numbers needed to go on with it."""

    what: str
    lane: str
    numbers: tuple[int, ...] = ()

    def __str__(self) -> str:
        return "/".join(("tillpost", self.what, quote(self.lane, safe=""), *map(str, self.numbers)))

    @classmethod
    def parse(cls, name: str) -> "Keepsake | None":
        """None when it is the name of something else, such as a listening socket."""
        match name.split("/"):
            case ["tillpost", what, lane, *numbers] if all(number.isdigit() for number in numbers):
                return cls(what, unquote(lane), tuple(map(int, numbers)))
        return None


class Caretaker:
    """Without NOTIFY_SOCKET there is nobody: everything is accepted and nothing happens."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        address = environ.get("NOTIFY_SOCKET", "")
        self._line = _connected(address) if address else None
        self._unsent: deque[tuple[bytes, int | None]] = deque()
        self.watchdog_seconds = _watchdog_seconds(environ)

    @property
    def keeps(self) -> bool:
        """Whether descriptors handed over come back after a restart."""
        return self._line is not None

    def inherited(self) -> list[tuple[str, int]]:
        """(name, descriptor) of all that was handed to us; the second call gives nothing."""
        return [(name, descriptor) for descriptor, name in listen_fds_with_names().items()]

    def keep(self, keepsake: Keepsake, descriptor: int) -> None:
        """From now on this descriptor survives us. FDPOLL=0: also when the peer hung up, unread bytes are still in."""
        self._say(f"FDSTORE=1\nFDNAME={keepsake}\nFDPOLL=0", descriptor)

    def drop(self, keepsake: Keepsake) -> None:
        self._say(f"FDSTOREREMOVE=1\nFDNAME={keepsake}")

    def ready(self) -> None:
        self._say("READY=1")

    def stopping(self) -> None:
        self._say("STOPPING=1")

    def alive(self) -> None:
        self._say("WATCHDOG=1")

    def close(self) -> None:
        if self._line is not None:
            self._line.close()

    def _say(self, words: str, descriptor: int | None = None) -> None:
        if self._line is None:
            return
        copied = os.dup(descriptor) if descriptor is not None else None  # the caller may close his before it left
        self._unsent.append((words.encode(), copied))
        self._send()

    def _send(self) -> None:
        while self._unsent and self._line is not None:
            words, descriptor = self._unsent[0]
            try:
                socket.send_fds(self._line, [words], [descriptor] if descriptor is not None else [])
            except BlockingIOError:
                asyncio.get_running_loop().call_later(RETRY_SECONDS, self._send)
                return
            except OSError as error:
                LOG.warning("the service manager does not listen: %s", error)
            self._unsent.popleft()
            if descriptor is not None:
                os.close(descriptor)


def _connected(address: str) -> socket.socket:
    line = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    line.setblocking(False)
    line.connect("\0" + address[1:] if address.startswith("@") else address)
    return line


def _watchdog_seconds(environ: Mapping[str, str]) -> float:
    """0: nobody watches us."""
    meant_for_us = environ.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
    return int(environ.get("WATCHDOG_USEC", "0")) / 1e6 if meant_for_us else 0.0
