"""leg: one connection to the store's printer, made for one session; knows how much of the session went over it."""

import socket
from typing import Self

from agent.taps.print_path.caretaker import Caretaker, Keepsake
from agent.taps.print_path.socket_counters import consumed, may_have_sent_fin, sent, unacknowledged
from agent.taps.print_path.tcp_end import TcpEnd

PRINTER = "printer"


class Leg:
    """A session may have several, one after the other: it gives the printer up between jobs when others want it."""

    def __init__(self, lane: str, session: int, base: int, answers_base: int, end: TcpEnd) -> None:
        self.keepsake = Keepsake(PRINTER, lane, (session, base, answers_base))
        self.end, self._base, self._answers_base = end, base, answers_base

    @classmethod
    def restored(cls, keepsake: Keepsake, connection: socket.socket) -> Self:
        session, base, answers_base = keepsake.numbers
        return cls(keepsake.lane, session, base, answers_base, TcpEnd(connection))

    @property
    def sent(self) -> int:
        """Offset in the session up to which bytes were handed to the printer, by us or in an earlier life."""
        return self._base + sent(self.end.socket, opened_by_us=True)

    @property
    def answers_consumed(self) -> int:
        return self._answers_base + consumed(self.end.socket)

    @property
    def spent(self) -> bool:
        """Our end was said on it: nothing more can go over it."""
        return may_have_sent_fin(self.end.socket)

    @property
    def taken_in(self) -> bool:
        """The printer has acknowledged all of it."""
        return unacknowledged(self.end.socket) == 0

    def keep(self, caretaker: Caretaker) -> None:
        """Before the first byte is sent."""
        caretaker.keep(self.keepsake, self.end.socket.fileno())

    def drop(self, caretaker: Caretaker) -> None:
        """It will not be needed any more."""
        caretaker.drop(self.keepsake)
        self.end.part()
