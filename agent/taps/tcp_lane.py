"""tcp_lane: takes what tills send to one TCP port, gives it to the printer and the answers back; reads none of it.

A real printer serves one connection: tills wait in turn, accepted and never refused. A till keeps the printer until it
closes; while another waits it gives it up between two jobs (behind a cut and 2 s idle; without a cut when the line has
been quiet as long as ends a job), because some tills hold their connection for ever. It gets the printer back, over a
new connection, with its next bytes. A printer's web server takes several connections at once, and so do we then.
Without a printer every till has one of its own that we play (agent/taps/devices).
"""

import asyncio
import logging
import os
import socket
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace

from agent.taps.devices import device_for
from agent.taps.lane import Lane
from agent.taps.print_path.address import Address, parse_address
from agent.taps.print_path.caretaker import Keepsake
from agent.taps.print_path.leg import PRINTER, Leg
from agent.taps.print_path.parts import LaneCounts, Parts
from agent.taps.print_path.resume import NOTHING, Journaled
from agent.taps.print_path.session import TILL, TILL_ENDED, Session
from agent.taps.print_path.tcp_end import TcpEnd
from agent.wrapping import Wrapping

LOG = logging.getLogger(__name__)
BACKLOG = 128
MOST_SESSIONS = 100
"""Further tills wait in the kernel's backlog."""
CONNECT_SECONDS = 3.0
FIRST_RETRY_SECONDS, LONGEST_RETRY_SECONDS = 0.1, 5.0


class TcpLane:
    """`kept` are this lane's descriptors from before our death; `journaled`: what the journal has of their sessions."""

    def __init__(
        self,
        lane: Lane,
        parts: Parts,
        counts: LaneCounts,
        *,
        listener: socket.socket | None = None,
        kept: Mapping[Keepsake, int] | None = None,
        journaled: Mapping[int, Journaled] | None = None,
    ) -> None:
        self._lane, self._parts, self._counts, self._listener = lane, parts, counts, listener
        self._sessions: dict[int, Session] = {}
        self._legs: dict[int, Leg] = {}
        """Printer connections that came back, by session."""
        self._fresh, self._wishing = deque[Session](), deque[Session]()
        """Never served yet; and those with something for the printer, in the order of asking."""
        self._serving: Session | None = None
        self._ending = 0
        self._changed = asyncio.Event()
        self._accepting: asyncio.Task[None] | None = None
        self.ready = asyncio.Event()
        self._restore(kept or {}, journaled or {})

    @property
    def quiet(self) -> bool:
        """Nothing is on its way between a till, the printer and the journal."""
        return not self._ending and all(session.quiet for session in self._sessions.values())

    @property
    def _takes_turns(self) -> bool:
        return bool(self._lane.printer) and self._lane.wrapping is not Wrapping.HTTP

    def stop_accepting(self) -> None:
        if self._accepting is not None:
            self._accepting.cancel()

    async def run(self) -> None:
        listener = self._listener or _listener(parse_address(self._lane.listen))
        try:
            await self._serve_tills(listener)
        except Exception as error:
            for session in tuple(self._sessions.values()):
                await session.end(f"fault in the tap: {error!r}")
            raise
        finally:
            for session in self._sessions.values():
                session.abandon()
            if self._listener is None:
                listener.close()

    async def _serve_tills(self, listener: socket.socket) -> None:
        listener.setblocking(False)
        async with asyncio.TaskGroup() as tasks:
            for session in self._sessions.values():
                self._start(session, tasks)
            if self._takes_turns:
                tasks.create_task(self._take_turns(tasks), name=f"{self._lane.name}: printer")
            self._accepting = tasks.create_task(self._accept(listener, tasks), name=f"{self._lane.name}: tills")
            self.ready.set()

    def _restore(self, kept: Mapping[Keepsake, int], journaled: Mapping[int, Journaled]) -> None:
        for keepsake, descriptor in kept.items():
            number = keepsake.numbers[0]
            if keepsake.what == TILL:
                known = journaled.get(number, NOTHING)
                if Keepsake(TILL_ENDED, self._lane.name, (number,)) in kept:
                    known = replace(known, ended=True)
                self._make_session(number, socket.socket(fileno=descriptor), known).note_opening_if_lost()
            elif keepsake.what == PRINTER:
                self._legs[number] = Leg.restored(keepsake, socket.socket(fileno=descriptor))
            else:
                os.close(descriptor)
        for number, leg in tuple(self._legs.items()):
            session = self._sessions.get(number)
            if session is None or leg.spent:
                if session is not None:
                    session.has_gone_out(leg)
                del self._legs[number]
                leg.drop(self._parts.caretaker)
                leg.end.socket.close()

    def _make_session(self, number: int, connection: socket.socket, journaled: Journaled | None = None) -> Session:
        session = Session(
            self._lane,
            number,
            TcpEnd(connection),
            self._parts,
            counts=self._counts,
            on_wish=self._wished,
            journaled=journaled,
        )
        self._sessions[number] = session
        self._fresh.append(session)
        self._counts.open_sessions = len(self._sessions)
        return session

    async def _accept(self, listener: socket.socket, tasks: asyncio.TaskGroup) -> None:
        """Accepts in the loop's own callback: until it is kept, an accepted connection would not survive our death."""
        loop = asyncio.get_running_loop()
        while True:
            loop.add_reader(listener.fileno(), self._accept_one, listener, tasks)
            try:
                await self._change(lambda: len(self._sessions) >= MOST_SESSIONS)
            finally:
                loop.remove_reader(listener.fileno())
            await self._change(lambda: len(self._sessions) < MOST_SESSIONS)

    def _accept_one(self, listener: socket.socket, tasks: asyncio.TaskGroup) -> None:
        try:
            connection, _ = listener.accept()
        except OSError as error:  # the till gave up first, or we have too many descriptors: the next call tells
            LOG.warning("lane %s: %s", self._lane.name, error)
            self._counts.refused += 1
            return
        number = self._parts.keeper.next_session()
        self._parts.caretaker.keep(Keepsake(TILL, self._lane.name, (number,)), connection.fileno())
        session = self._make_session(number, connection)
        session.note_opening()
        self._counts.sessions += 1
        self._start(session, tasks)

    def _start(self, session: Session, tasks: asyncio.TaskGroup) -> None:
        session.watch()
        if not self._takes_turns:
            serve = self._serve_beside if self._lane.printer else self._serve_virtually
            tasks.create_task(serve(session), name=f"{self._lane.name}: session {session.number}")
        self._changed.set()

    async def _serve_virtually(self, session: Session) -> None:
        printer = device_for(self._lane)
        printer.on_answer = session.turn_back
        if session.came_back and self._lane.wrapping:
            printer.hang_up()  # it never heard how the conversation began; the till begins it anew
        await session.serve_virtually(printer, printer)
        await self._end(session)

    async def _serve_beside(self, session: Session) -> None:
        """With a printer connection of its own, from its first byte to its end."""
        leg = self._legs.pop(session.number, None) or await self._reach_printer(session)
        if leg is not None:
            await session.serve(leg, lambda: False)
        await self._end(session)

    async def _take_turns(self, tasks: asyncio.TaskGroup) -> None:
        while True:
            session = await self._next()
            leg = self._legs.pop(session.number, None) or await self._reach_printer(session)
            self._serving = self._taken(session)  # it may have wished again while the printer was being reached
            over = leg is None or await session.serve(leg, lambda: bool(self._wishing))
            self._serving = None
            if over:
                tasks.create_task(self._end(session), name=f"{self._lane.name}: end of session {session.number}")

    async def _next(self) -> Session:
        """Those whose printer connection came back, then those with something to print, then the newcomers."""
        await self._change(lambda: bool(self._legs or self._wishing or self._fresh))
        if self._legs:
            return self._taken(self._sessions[next(iter(self._legs))])
        return self._taken((self._wishing or self._fresh)[0])

    def _taken(self, session: Session) -> Session:
        """Off the lists of those who wait."""
        for waiting in (self._wishing, self._fresh):
            if session in waiting:
                waiting.remove(session)
        return session

    def _wished(self, session: Session) -> None:
        if self._takes_turns:
            self._wishing.append(session)
            self._changed.set()
            if self._serving is not None:
                self._serving.news.set()

    async def _change(self, wanted: Callable[[], bool]) -> None:
        """Until it is so."""
        while not wanted():
            self._changed.clear()
            await self._changed.wait()

    async def _reach_printer(self, session: Session) -> Leg | None:
        """A new connection to the printer, however long it takes; None when the till left with nothing to print."""
        address, delay = parse_address(self._lane.printer), FIRST_RETRY_SECONDS
        while not session.left_without_a_byte():
            try:
                connection = await _connect(address)
            except OSError as error:
                self._printer_away(error)
                await self._parts.clock.sleep(delay)
                delay = min(delay * 2, LONGEST_RETRY_SECONDS)
                continue
            self._counts.printer_ok = True
            leg = Leg(self._lane.name, session.number, session.sent, session.answered, TcpEnd(connection))
            leg.keep(self._parts.caretaker)
            return leg
        return None

    def _printer_away(self, error: OSError) -> None:
        if self._counts.printer_ok is not False:
            LOG.warning("lane %s: the printer at %s is away: %s", self._lane.name, self._lane.printer, error)
        self._counts.printer_ok = False

    async def _end(self, session: Session) -> None:
        self._ending += 1
        try:
            await session.end()
        finally:
            self._ending -= 1
        self._sessions.pop(session.number, None)
        self._counts.open_sessions = len(self._sessions)
        self._taken(session)
        self._changed.set()


def _listener(address: Address) -> socket.socket:
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    return socket.create_server(address, family=family, backlog=BACKLOG)


async def _connect(address: Address) -> socket.socket:
    """Raises OSError, of which TimeoutError is one."""
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(CONNECT_SECONDS):
        found = await loop.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
        family, kind, protocol, _, target = found[0]
        connection = socket.socket(family, kind, protocol)
        connection.setblocking(False)
        try:
            await loop.sock_connect(connection, target)
        except BaseException:
            connection.close()
            raise
    return connection
