"""serial_port: takes what a till sends over RS-232, read-only or on to a printer at a second port; reads none of it.

A port that goes away (unplugged adapter) is opened again when it comes back; each opening is a session.
"""

import asyncio
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass

from agent.dialects.escpos_lengths import CutScanner
from agent.errors import PortUnavailable
from agent.journal.record import Direction, RecordKind
from agent.taps.lane import Lane
from agent.taps.print_path.caretaker import Keepsake
from agent.taps.print_path.desk import Stream
from agent.taps.print_path.edges import ARRIVED, ROOM
from agent.taps.print_path.hold import Hold
from agent.taps.print_path.nowhere import Nowhere
from agent.taps.print_path.parts import LaneCounts, Parts
from agent.taps.print_path.pump import Progress, Pump, Sink
from agent.taps.print_path.resume import NOTHING, Journaled
from agent.taps.print_path.serial_end import SerialEnd

LOG = logging.getLogger(__name__)
PORT, PRINTER_PORT = "serial", "serial-printer"
STEADY_NAMES = "/dev/serial/by-"
FIRST_RETRY_SECONDS, LONGEST_RETRY_SECONDS = 0.5, 5.0
BUSY_SECONDS = 5.0
"""A line that was silent for longer before our death has lost nothing by it."""
UNKNOWN_BASE = 1 << 32
KILLED = "tap killed before the sync"


@dataclass(slots=True)
class Ports:
    """One opening. `base`: what the driver had counted as received when the session began."""

    session: int
    till: SerialEnd
    printer: SerialEnd | None
    base: int
    journaled: Journaled | None = None
    """Set when the ports came back after our death."""


class SerialPort:
    def __init__(
        self,
        lane: Lane,
        parts: Parts,
        counts: LaneCounts,
        kept: Mapping[Keepsake, int] | None = None,
        journaled: Mapping[int, Journaled] | None = None,
    ) -> None:
        self._lane, self._parts, self._counts = lane, parts, counts
        self._kept, self._journaled = dict(kept or {}), journaled or {}
        self._pumps: list[Pump] = []
        self._gone = asyncio.Event()
        self._cause = ""
        self.ready = asyncio.Event()
        if not lane.path.startswith(STEADY_NAMES):
            LOG.warning("lane %s: %s may name another adapter tomorrow; use /dev/serial/by-id/…", lane.name, lane.path)

    @property
    def quiet(self) -> bool:
        return not any(pump.in_flight or pump.progress.sent > pump.progress.consumed for pump in self._pumps)

    def stop_accepting(self) -> None:
        """A serial line cannot be told to wait."""

    async def run(self) -> None:
        delay = FIRST_RETRY_SECONDS
        while True:
            ports = self._open_or_not()
            self.ready.set()
            if ports is not None and await self._listen(ports):
                delay = FIRST_RETRY_SECONDS
            await self._parts.clock.sleep(delay)
            delay = min(delay * 2, LONGEST_RETRY_SECONDS)

    def _open_or_not(self) -> Ports | None:
        try:
            ports = self._came_back() or self._open()
        except PortUnavailable as error:
            if self._counts.fault != str(error):
                LOG.warning("lane %s: %s", self._lane.name, error)
            self._counts.fault = str(error)
            return None
        self._counts.fault, self._counts.open_sessions = "", 1
        return ports

    def _open(self) -> Ports:
        lane, caretaker = self._lane, self._parts.caretaker
        till = SerialEnd.open(lane.path, lane, write=bool(lane.printer))
        try:
            printer = SerialEnd.open(lane.printer, lane, write=True) if lane.printer else None
        except PortUnavailable:
            till.close()
            raise
        session, received = self._parts.keeper.next_session(), till.received()
        base = UNKNOWN_BASE if received is None else (received - till.waiting()) & 0xFFFFFFFF
        caretaker.keep(Keepsake(PORT, lane.name, (session, base)), till.descriptor)
        if printer is not None:
            caretaker.keep(Keepsake(PRINTER_PORT, lane.name, (session,)), printer.descriptor)
        words = json.dumps({"peer": lane.path}).encode()
        self._parts.keeper.note(RecordKind.OPENED, self._stream(session, Direction.TO_PRINTER), 0, words)
        self._counts.sessions += 1
        return Ports(session, till, printer, base)

    def _came_back(self) -> Ports | None:
        """The ports as our last life left them; what they received meanwhile is still in the kernel."""
        kept, self._kept = self._kept, {}
        printers = {
            keepsake.numbers[0]: SerialEnd(fd) for keepsake, fd in kept.items() if keepsake.what == PRINTER_PORT
        }
        back = None
        for keepsake, descriptor in kept.items():
            if keepsake.what == PORT:
                session, base = keepsake.numbers
                known = self._journaled.get(session, NOTHING)
                back = Ports(session, SerialEnd(descriptor), printers.pop(session, None), base, known)
        for session, printer in printers.items():
            self._parts.caretaker.drop(Keepsake(PRINTER_PORT, self._lane.name, (session,)))
            printer.close()
        return back

    async def _listen(self, ports: Ports) -> bool:
        """Until a port goes away; True when bytes came."""
        self._gone.clear()
        taken_before = self._counts.bytes_to_printer
        self._pumps = self._connect(ports)
        watched = [end.descriptor for end in (ports.till, ports.printer) if end is not None]
        try:
            for descriptor in watched:
                self._parts.edges.watch(descriptor, self._changed, self._failed)
            await self._gone.wait()
            self._end(ports)
        finally:
            for descriptor in watched:
                self._parts.edges.forget(descriptor)
            for pump in self._pumps:
                pump.close()
            for end in (ports.till, ports.printer):
                if end is not None:
                    end.close()
            self._pumps, self._counts.open_sessions = [], 0
        return self._counts.bytes_to_printer > taken_before

    def _connect(self, ports: Ports) -> list[Pump]:
        forward = self._pump(ports, Direction.TO_PRINTER, ports.till, ports.printer or Nowhere())
        if ports.printer is None:
            return [forward]
        return [forward, self._pump(ports, Direction.FROM_PRINTER, ports.printer, ports.till)]

    def _pump(self, ports: Ports, direction: Direction, source: SerialEnd, sink: Sink) -> Pump:
        stream = self._stream(ports.session, direction)
        passes_through = direction is Direction.TO_PRINTER and ports.printer is not None
        pump = Pump(
            stream,
            source,
            self._parts.keeper,
            progress=self._progress(ports, direction),
            scanner=CutScanner(self._lane.dialect) if direction is Direction.TO_PRINTER else None,
            hold=Hold(stream, self._parts.keeper, self._counts.hold) if passes_through else None,
            quiet_seconds=self._lane.quiet_seconds,
            at_once=True,
            on_bytes=self._passed if direction is Direction.TO_PRINTER else self._answered,
            on_end=self._gone.set,
            on_error=self._lost,
        )
        pump.sink = sink
        return pump

    def _progress(self, ports: Ports, direction: Direction) -> Progress:
        """Goes on behind what the journal has, and names what was in our hands when we died."""
        known = ports.journaled
        if known is None:
            return Progress()
        kept = known.kept(direction, 0)
        if direction is Direction.FROM_PRINTER:
            return Progress(kept, kept, kept)
        lost = self._lost_bytes(ports, kept)
        if lost is None and self._parts.clock.wall().timestamp() - known.last_wall_us / 1e6 < BUSY_SECONDS:
            self._parts.keeper.gap(self._stream(ports.session, direction), kept, None, KILLED)
        end = kept + (lost or 0)
        return Progress(end, end, kept)

    def _lost_bytes(self, ports: Ports, kept: int) -> int | None:
        """By the driver's own count; None where it keeps none."""
        received = ports.till.received()
        if received is None or ports.base == UNKNOWN_BASE:
            return None
        taken = (received - ports.base) % UNKNOWN_BASE - ports.till.waiting()
        lost = (taken - kept) % UNKNOWN_BASE
        return lost if lost < UNKNOWN_BASE // 2 else None

    def _end(self, ports: Ports) -> None:
        lane, keeper, caretaker = self._lane, self._parts.keeper, self._parts.caretaker
        forward = self._pumps[0]
        LOG.warning("lane %s: %s is gone: %s", lane.name, lane.path, self._cause)
        words = json.dumps({"cause": self._cause}).encode()
        keeper.note(RecordKind.CLOSED, forward.stream, forward.progress.sent, words)
        keeper.sync(forward.stream)
        caretaker.drop(Keepsake(PORT, lane.name, (ports.session, ports.base)))
        if ports.printer is not None:
            caretaker.drop(Keepsake(PRINTER_PORT, lane.name, (ports.session,)))

    def _stream(self, session: int, direction: Direction) -> Stream:
        return Stream(self._lane.name, session, direction)

    def _changed(self, changes: int) -> None:
        if changes & (ARRIVED | ROOM):
            for pump in self._pumps:
                pump.arrived()

    def _passed(self, count: int) -> None:
        self._counts.bytes_to_printer += count
        self._counts.last_byte_at = self._parts.clock.wall().timestamp()

    def _answered(self, count: int) -> None:
        self._counts.bytes_from_printer += count

    def _lost(self, error: OSError, at_source: bool) -> None:
        self._cause = f"{'read' if at_source else 'write'}: {error.strerror}"
        self._gone.set()

    def _failed(self, error: Exception) -> None:
        self._cause = f"fault in the tap: {error!r}"
        self._gone.set()
