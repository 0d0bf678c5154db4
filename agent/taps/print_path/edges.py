"""edges: tells sockets' owners that something changed (bytes came, room came, the end came); reads and writes nothing.

Bytes stay in the kernel until they are in the journal, so a level-triggered loop would spin on them. This is one
edge-triggered epoll whose own descriptor the asyncio loop watches: each arrival is told once.
"""

import asyncio
import logging
import select
from collections.abc import Callable

LOG = logging.getLogger(__name__)
_EVERY_CHANGE = select.EPOLLIN | select.EPOLLOUT | select.EPOLLRDHUP | select.EPOLLET
ARRIVED = select.EPOLLIN | select.EPOLLRDHUP | select.EPOLLHUP | select.EPOLLERR
ENDED = select.EPOLLRDHUP | select.EPOLLHUP | select.EPOLLERR
ROOM = select.EPOLLOUT | select.EPOLLHUP | select.EPOLLERR

OnFault = Callable[[Exception], None]
OnChange = Callable[[int], None]
"""Called with the epoll bits that are set; must look at the socket until it blocks, nothing is told twice."""


class Edges:
    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop, self._epoll = loop, select.epoll()
        self._owners: dict[int, tuple[OnChange, OnFault]] = {}
        loop.add_reader(self._epoll.fileno(), self._turn)

    def watch(self, descriptor: int, on_change: OnChange, on_fault: OnFault) -> None:
        """What is already there is told as a first change; `on_fault` hears of an error `on_change` let escape."""
        self._owners[descriptor] = (on_change, on_fault)
        self._epoll.register(descriptor, _EVERY_CHANGE)

    def forget(self, descriptor: int) -> None:
        """To be called before the descriptor is closed."""
        if self._owners.pop(descriptor, None):
            self._epoll.unregister(descriptor)

    def close(self) -> None:
        self._loop.remove_reader(self._epoll.fileno())
        self._epoll.close()

    def _turn(self) -> None:
        for descriptor, changes in self._epoll.poll(0):
            if descriptor in self._owners:
                on_change, on_fault = self._owners[descriptor]
                try:
                    on_change(changes)
                except Exception as error:  # supervises: one session's fault must not swallow the others' news
                    LOG.exception("descriptor %d: its session failed", descriptor)
                    on_fault(error)
