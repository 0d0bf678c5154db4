"""session: one till's connection, from accept to close, over any number of printer connections; takes no turns."""

import asyncio
import json
import logging
import os
from collections.abc import Callable

from agent.dialects.escpos_lengths import CutScanner
from agent.journal.record import Direction, RecordKind
from agent.taps.lane import Lane
from agent.taps.print_path.caretaker import Keepsake
from agent.taps.print_path.desk import Stream
from agent.taps.print_path.edges import ARRIVED, ENDED, ROOM
from agent.taps.print_path.hold import Hold
from agent.taps.print_path.leg import Leg
from agent.taps.print_path.nowhere import Nowhere
from agent.taps.print_path.parts import LaneCounts, Parts
from agent.taps.print_path.pump import Progress, Pump, Sink, Source
from agent.taps.print_path.resume import Journaled
from agent.taps.print_path.socket_counters import consumed, has_received_fin, sent
from agent.taps.print_path.tcp_end import TcpEnd
from agent.wrapping import Framer, Wrapping, framer

LOG = logging.getLogger(__name__)
TILL, TILL_ENDED = "till", "till-ended"
AFTER_CUT_BYTES = 64
"""Kicks, feeds and status requests behind a cut are shorter than this; more is the next receipt."""
BETWEEN_JOBS_SECONDS = 2.0
LAST_ANSWERS_SECONDS = 5.0
"""A till that sent its end still gets answers for so long after the printer has taken everything."""
GENTLE_SECONDS = 2.0
"""A printer is given so long to answer our end with its own."""
SYNC_AT_END_SECONDS = 0.25
CHECK_SECONDS = 0.25


class Session:
    """`journaled` is given when the connection came back after our death."""

    def __init__(
        self,
        lane: Lane,
        number: int,
        till: TcpEnd,
        parts: Parts,
        *,
        counts: LaneCounts,
        on_wish: Callable[["Session"], None],
        journaled: Journaled | None = None,
    ) -> None:
        self.number, self._lane, self._till, self._parts, self._counts = number, lane, till, parts, counts
        self._on_wish = on_wish
        self._loop = asyncio.get_running_loop()
        self.news = asyncio.Event()
        """Set when something happened that ends a session, or that another till wants the printer."""
        self._keepsake = Keepsake(TILL, lane.name, (number,))
        self._journaled = journaled
        self._closed_before = bool(journaled and journaled.closed)
        self.came_back = journaled is not None
        """Begun before our death."""
        self._forward = self._to_printer(journaled)
        self._back: Pump | None = None
        self._broken = False
        self._end_remembered = bool(journaled and journaled.ended)
        self._cause = "closed by the till"
        self._wishes = False
        """Bytes, or the end, wait while no printer is attached."""

    def note_opening_if_lost(self) -> None:
        """For one that came back: we may have died between accepting it and journaling that."""
        unknown = self._journaled is None or not self._journaled.last_wall_us
        if unknown and self._forward.progress.consumed == 0:
            self.note_opening()

    def note_opening(self) -> None:
        words = json.dumps({"peer": self._till.peer()}).encode()
        self._parts.keeper.note(RecordKind.OPENED, self._forward.stream, 0, words)

    def watch(self) -> None:
        self._parts.edges.watch(self._till.socket.fileno(), self._till_changed, self._failed)

    @property
    def sent(self) -> int:
        return self._forward.progress.sent

    @property
    def answered(self) -> int:
        return self._back.progress.sent if self._back else sent(self._till.socket, opened_by_us=False)

    @property
    def quiet(self) -> bool:
        """Nothing of it is on its way, neither to the printer nor to the journal."""
        progress = self._forward.progress
        return not self._forward.in_flight and progress.sent == progress.consumed

    def between_jobs(self) -> bool:
        """The moment at which another till may have the printer."""
        idle = self._loop.time() - max(self._forward.last_byte_at, self._back.last_byte_at if self._back else 0.0)
        behind_a_cut = self._forward.since_cut <= AFTER_CUT_BYTES
        return self.quiet and idle >= (BETWEEN_JOBS_SECONDS if behind_a_cut else self._lane.quiet_seconds)

    def left_without_a_byte(self) -> bool:
        """The till went away and nothing of it waits to be printed."""
        if not self.quiet:
            return False
        try:
            return not self._till.look(0, 1)
        except BlockingIOError:
            return False
        except OSError:
            return True

    def has_gone_out(self, leg: Leg) -> None:
        """Over a printer connection that came back but has no more use."""
        self._forward.progress.sent = max(leg.sent, self._forward.progress.sent)

    async def serve(self, leg: Leg, must_yield: Callable[[], bool]) -> bool:
        """Runs until the session is over (True) or stands between two jobs while another wants the printer (False)."""
        self.has_gone_out(leg)
        answered = sent(self._till.socket, opened_by_us=False)
        consumed_answers = leg.answers_consumed
        kept = self._answers_kept(consumed_answers)
        self._attach(leg.end, leg.end, Progress(consumed_answers, max(answered, consumed_answers), kept))
        self._parts.edges.watch(leg.end.socket.fileno(), self._printer_changed, self._failed)
        try:
            over = await self._until_over(must_yield, lambda: leg.taken_in)
            self._wishes = over  # then there is nothing more to wish for
            await self._part_from(leg)
            leg.drop(self._parts.caretaker)
        finally:
            self._detach()
            self._parts.edges.forget(leg.end.socket.fileno())
            leg.end.socket.close()  # stopped in the middle: the caretaker's copy goes on in our next life
        return over

    async def serve_virtually(self, sink: Sink, answers: Source) -> None:
        """Runs to the end; what the journal has, a virtual printer has had."""
        progress = self._forward.progress
        progress.sent = max(progress.kept, progress.consumed)
        kept = self._answers_kept(self.answered)
        self._attach(sink, answers, Progress(kept, max(kept, self.answered), kept))
        try:
            await self._until_over(lambda: False, lambda: True)
        finally:
            self._detach()

    def turn_back(self) -> None:
        """Answers are there."""
        if self._back is not None:
            self._back.arrived()

    async def end(self, cause: str = "") -> None:
        """Journals the end, on disk if that is quick, then lets the connection go."""
        synced = asyncio.Event()
        self._parts.keeper.sync(self._forward.stream, done=lambda _: synced.set())
        await self._parts.clock.wait(synced, SYNC_AT_END_SECONDS)
        if not self._closed_before:
            words = json.dumps({"cause": cause or self._cause}).encode()
            self._parts.keeper.note(RecordKind.CLOSED, self._forward.stream, self.sent, words)
            self._parts.keeper.sync()
        self._forward.finish_consuming()
        self._parts.caretaker.drop(self._keepsake)
        if self._end_remembered:
            self._parts.caretaker.drop(Keepsake(TILL_ENDED, self._lane.name, (self.number,)))
        self._till.part(reset=self._broken)
        self.abandon()

    def abandon(self) -> None:
        """Stops moving bytes and tells nobody; our next life goes on with it when the descriptors are kept."""
        self._detach()
        self._forward.close()
        if self._till.socket.fileno() >= 0:
            self._parts.edges.forget(self._till.socket.fileno())
            self._till.socket.close()

    def _to_printer(self, journaled: Journaled | None) -> Pump:
        stream = Stream(self._lane.name, self.number, Direction.TO_PRINTER)
        scanner, progress = _scanner(self._lane), Progress()
        if journaled is not None:
            taken = consumed(self._till.socket, ended=journaled.ended)
            kept = journaled.kept(Direction.TO_PRINTER, taken)
            progress = Progress(taken, taken, kept)
            scanner.feed(journaled.recent[: len(journaled.recent) - max(0, kept - taken)])
        return Pump(
            stream,
            self._till,
            self._parts.keeper,
            progress=progress,
            scanner=scanner,
            hold=Hold(stream, self._parts.keeper, self._counts.hold),
            quiet_seconds=self._lane.quiet_seconds,
            on_bytes=self._passed_to_printer,
            on_end=self.news.set,
            on_error=self._to_printer_failed,
        )

    def _attach(self, sink: Sink, answers: Source, progress: Progress) -> None:
        self._back = Pump(
            Stream(self._lane.name, self.number, Direction.FROM_PRINTER),
            answers,
            self._parts.keeper,
            progress=progress,
            on_bytes=self._passed_from_printer,
            on_end=self.news.set,
            on_error=self._from_printer_failed,
        )
        self._back.sink, self._forward.sink, self._wishes = self._till, sink, False
        self._back.arrived()
        self._forward.arrived()

    def _answers_kept(self, consumed_answers: int) -> int:
        """Only the first printer connection after our death begins where the journal may lag behind."""
        journaled, self._journaled = self._journaled, None
        return journaled.kept(Direction.FROM_PRINTER, consumed_answers) if journaled else consumed_answers

    def _detach(self) -> None:
        self._forward.sink = None
        if self._back is not None:
            self._back.close()
            self._back = None

    async def _until_over(self, must_yield: Callable[[], bool], taken_in: Callable[[], bool]) -> bool:
        while not self._is_over(taken_in):
            others_wait = must_yield()
            if others_wait and self.between_jobs():
                return self._back is not None and self._back.ended
            self.news.clear()
            patient = not others_wait and not self._forward.ended
            await self._parts.clock.wait(self.news, 3600 if patient else CHECK_SECONDS)
        return True

    def _is_over(self, taken_in: Callable[[], bool]) -> bool:
        if self._broken or self._back is None:
            return True
        if not self._forward.ended:
            return False
        idle = self._loop.time() - max(self._forward.last_byte_at, self._back.last_byte_at)
        return self._back.ended or (taken_in() and idle > LAST_ANSWERS_SECONDS)

    async def _part_from(self, leg: Leg) -> None:
        """Says our end and waits for the printer's: closing with answers unread would reset what it still prints."""
        self._forward.sink = None
        if self._broken or self._back is None:
            return
        try:
            leg.end.finish()
        except OSError as error:
            LOG.debug("lane %s: the printer was gone first: %s", self._lane.name, error)
        deadline = self._loop.time() + GENTLE_SECONDS
        while not (self._back.ended or self._broken) and self._loop.time() < deadline:
            self.news.clear()
            await self._parts.clock.wait(self.news, CHECK_SECONDS)

    def _remember_end(self) -> None:
        """For our next life: should the till reset the connection too, its counters will no longer tell."""
        if not self._end_remembered and has_received_fin(self._till.socket):
            self._end_remembered = True
            with open(os.memfd_create(TILL_ENDED, os.MFD_CLOEXEC)) as mark:
                self._parts.caretaker.keep(Keepsake(TILL_ENDED, self._lane.name, (self.number,)), mark.fileno())

    def _till_changed(self, changes: int) -> None:
        self._let_till_move(changes)
        if changes & ENDED and not (self._forward.ended and self.quiet):
            self._remember_end()

    def _let_till_move(self, changes: int) -> None:
        if self._forward.sink is None:
            if changes & ARRIVED and not self._wishes:
                self._wishes = True
                self._on_wish(self)
            return
        if changes & ARRIVED:
            self._forward.arrived(with_end=bool(changes & ENDED))
        if changes & ROOM and self._back is not None and self._back.in_flight:
            self._back.turn()

    def _printer_changed(self, changes: int) -> None:
        if changes & ARRIVED and self._back is not None:
            self._back.arrived(with_end=bool(changes & ENDED))
        if changes & ROOM and self._forward.in_flight:
            self._forward.turn()

    def _passed_to_printer(self, count: int) -> None:
        self._counts.bytes_to_printer += count
        self._counts.last_byte_at = self._parts.clock.wall().timestamp()

    def _passed_from_printer(self, count: int) -> None:
        self._counts.bytes_from_printer += count

    def _to_printer_failed(self, error: OSError, at_source: bool) -> None:
        if at_source:
            self._cause = f"till: {error}"  # what it sent before is all out, so the printer gets a proper end
        else:
            self._break(f"printer: {error}")

    def _from_printer_failed(self, error: OSError, at_source: bool) -> None:
        if at_source:
            self._break(f"printer: {error}")
        elif self._back is not None:
            self._back.sink = Nowhere()

    def _failed(self, error: Exception) -> None:
        self._break(f"fault in the tap: {error!r}")

    def _break(self, cause: str) -> None:
        """The till must learn that its job did not go through: it will be reset."""
        self._broken, self._cause = True, cause
        for pump in (self._forward, self._back):
            if pump is not None:
                pump.sink = None
        self.news.set()


def _scanner(lane: Lane) -> Framer:
    """What is held until it is on disk: the byte that cuts the paper; of a web printer's till, the last one of a
    request, because the paper falls behind that."""
    held = framer(lane.wrapping) if lane.wrapping is Wrapping.HTTP else None
    return held or CutScanner(lane.dialect)
