"""tap: takes print bytes from the lanes, gives them to the printer first and to the journal after; reads no receipts.

FLOW 1. A process of its own in the printing path: small, the standard library only, and nothing in it waits for the
disk, the agent or the service manager. Its orders come as JSON in the environment (TILLPOST_TAP), its listening
sockets from systemd or our supervisor, which also keep its connections when it dies.
"""

import asyncio
import json
import logging
import os
import signal
import socket
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

from agent.clock import Clock, SystemClock
from agent.errors import JournalBusy, StorageFull
from agent.journal.late import LateWriter
from agent.journal.ring import KeptJournal
from agent.journal.writer import JournalWriter
from agent.taps.lane import Lane, TapKind, from_json
from agent.taps.print_path.address import parse_address
from agent.taps.print_path.caretaker import Caretaker, Keepsake
from agent.taps.print_path.edges import Edges
from agent.taps.print_path.keeper import Keeper
from agent.taps.print_path.parts import LaneCounts, Parts
from agent.taps.print_path.resume import Journaled, journaled
from agent.taps.print_path.status import StatusFile
from agent.taps.recording import Recording
from agent.taps.serial_port import SerialPort
from agent.taps.tcp_lane import TcpLane
from agent.taps.wire_tap import WireTap, set_aside

LOG = logging.getLogger(__name__)
ORDERS = "TILLPOST_TAP"
SEGMENT_BYTES = 2 << 20
"""Smaller than the journal's own choice: after our death the newest ones are read before the store prints on."""
SWITCH_SECONDS = 0.0002
"""How long the journal's thread may keep the interpreter while bytes wait to go to the printer (usually 5 ms)."""
FINISHING_SECONDS = 2.0
READY_SECONDS = 3.0
FIRST_RETRY_SECONDS, LONGEST_RETRY_SECONDS = 0.2, 10.0


@dataclass(frozen=True, slots=True)
class Orders:
    """What the tap is told."""

    lanes: Sequence[Lane]
    journal: Path
    wake: Path
    status: Path

    @classmethod
    def parse(cls, text: str) -> "Orders":
        fields = json.loads(text)
        lanes = from_json(json.dumps(fields["lanes"]))
        return cls(lanes, Path(fields["journal"]), Path(fields["wake"]), Path(fields["status"]))


class Tap(Protocol):
    """One way of getting print bytes, for one lane."""

    ready: asyncio.Event

    async def run(self) -> None: ...

    def stop_accepting(self) -> None: ...

    @property
    def quiet(self) -> bool:
        """Nothing is on its way."""


class Heirloom(NamedTuple):
    """What came for one lane from the process that started us."""

    listener: socket.socket | None
    kept: dict[Keepsake, int]


class TapProcess:
    """All lanes, one journal. A lane that fails is tried again and does not disturb the others."""

    def __init__(self, orders: Orders, caretaker: Caretaker, clock: Clock) -> None:
        self._orders, self._caretaker, self._clock = orders, caretaker, clock
        self._counts = {lane.name: LaneCounts() for lane in orders.lanes}
        self._taps: dict[str, Tap] = {}
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        self._stopping.set()

    async def run(self) -> None:
        """Until `stop`; then what is on its way is finished, journaled and synced."""
        heirlooms = inherit(self._caretaker, self._orders.lanes)
        numbers = {
            keepsake.numbers[0] for heirloom in heirlooms.values() for keepsake in heirloom.kept if keepsake.numbers
        }
        known = self._journaled(numbers)
        edges = Edges(asyncio.get_running_loop())
        keeper = Keeper(await self._open_journal(), self._orders.wake)
        parts = Parts(keeper, edges, self._caretaker, self._clock)
        status = StatusFile(self._orders.status, lambda: self._figures(keeper), self._clock)
        try:
            async with asyncio.TaskGroup() as tasks:
                running = [
                    tasks.create_task(self._keep_running(lane, parts, heirlooms[lane.name], known), name=lane.name)
                    for lane in self._orders.lanes
                ]
                running.append(tasks.create_task(status.run(), name="status"))
                running.append(tasks.create_task(self._say_alive(keeper), name="watchdog"))
                running.append(tasks.create_task(self._say_ready(), name="ready"))
                await self._stopping.wait()
                self._caretaker.stopping()
                await self._finish()
                for task in running:
                    task.cancel()
        finally:
            await keeper.close()
            await status.write()
            edges.close()
            self._caretaker.close()

    async def _open_journal(self) -> KeptJournal:
        """A tap that was just killed may still hold the folder for a moment."""
        while True:
            try:
                return KeptJournal(self._writer())
            except JournalBusy as error:
                LOG.warning("%s", error)
                await self._clock.sleep(FIRST_RETRY_SECONDS)
            except (OSError, StorageFull):
                LOG.exception("the journal cannot be opened; the store prints on, and its bytes wait in memory")
                return KeptJournal(LateWriter(self._writer, self._clock))

    def _journaled(self, sessions: set[int]) -> Mapping[int, Journaled]:
        """How far each connection that outlived us was kept; nothing where the journal cannot be read."""
        try:
            return journaled(self._orders.journal, sessions)
        except OSError as error:
            LOG.warning("the journal cannot be read: %s", error)
            return {}

    def _writer(self) -> JournalWriter:
        return JournalWriter(self._orders.journal, self._clock, segment_bytes=SEGMENT_BYTES)

    async def _keep_running(self, lane: Lane, parts: Parts, heirloom: Heirloom, known: Mapping[int, Journaled]) -> None:
        """Supervises one lane."""
        delay, counts = FIRST_RETRY_SECONDS, self._counts[lane.name]
        while True:
            try:
                self._taps[lane.name] = tap = make_tap(lane, parts, counts, heirloom, known, self._orders)
                await tap.run()
            except Exception as error:  # supervises: told in the log and the status file, and tried again
                counts.fault = str(error)
                LOG.exception("lane %s stopped", lane.name)
            else:
                return
            heirloom = heirloom._replace(kept={})
            await self._clock.sleep(delay)
            delay = min(delay * 2, LONGEST_RETRY_SECONDS)

    async def _say_ready(self) -> None:
        """When all lanes listen; a lane that cannot must not keep the others from being called ready."""
        waited = 0.0
        while waited < READY_SECONDS and not all(
            lane.name in self._taps and self._taps[lane.name].ready.is_set() for lane in self._orders.lanes
        ):
            await self._clock.sleep(0.02)
            waited += 0.02
        self._caretaker.ready()

    async def _say_alive(self, keeper: Keeper) -> None:
        """Only while the loop turns and the journal's thread lives; a stalled disk is not death."""
        every = self._caretaker.watchdog_seconds / 2
        while every and keeper.alive:
            self._caretaker.alive()
            await self._clock.sleep(every)

    async def _finish(self) -> None:
        for tap in self._taps.values():
            tap.stop_accepting()
        waited = 0.0
        while waited < FINISHING_SECONDS and not all(tap.quiet for tap in self._taps.values()):
            await self._clock.sleep(0.02)
            waited += 0.02

    def _figures(self, keeper: Keeper) -> dict[str, object]:
        return {
            "pid": os.getpid(),
            "boot": self._clock.boot,
            "journal": keeper.figures(),
            "lanes": {name: {**asdict(counts), "gaps": keeper.gaps[name]} for name, counts in self._counts.items()},
        }


def make_tap(  # noqa: PLR0917  (what any tap may need)
    lane: Lane,
    parts: Parts,
    counts: LaneCounts,
    heirloom: Heirloom,
    known: Mapping[int, Journaled],
    orders: Orders,
) -> Tap:
    if lane.tap.port:
        return TcpLane(lane, parts, counts, listener=heirloom.listener, kept=heirloom.kept, journaled=known)
    if lane.tap is TapKind.SERIAL_PORT:
        return SerialPort(lane, parts, counts, heirloom.kept, known)
    if lane.tap is TapKind.WIRE_TAP:
        return WireTap(lane, parts, counts, orders.journal, set_aside(orders.status.parent, lane.name))
    return Recording(lane, parts, counts, heirloom.kept)


def inherit(caretaker: Caretaker, lanes: Sequence[Lane]) -> dict[str, Heirloom]:
    """Listening sockets by lane name, else by port; kept descriptors by the name we gave them; the rest is closed."""
    heirlooms = {lane.name: Heirloom(None, {}) for lane in lanes}
    for name, descriptor in caretaker.inherited():
        keepsake = Keepsake.parse(name)
        if keepsake is None:
            _inherit_listener(heirlooms, lanes, name, descriptor)
        elif keepsake.lane in heirlooms:
            heirlooms[keepsake.lane].kept[keepsake] = descriptor
        else:
            LOG.warning("lane %s is no more: its connection is closed", keepsake.lane)
            caretaker.drop(keepsake)
            os.close(descriptor)
    return heirlooms


def _inherit_listener(heirlooms: dict[str, Heirloom], lanes: Sequence[Lane], name: str, descriptor: int) -> None:
    listener = socket.socket(fileno=descriptor)
    port = listener.getsockname()[1] if listener.family in (socket.AF_INET, socket.AF_INET6) else None
    tcp = [lane for lane in lanes if lane.tap.port and heirlooms[lane.name].listener is None]
    for lane in sorted(tcp, key=lambda lane: lane.name != name):
        if lane.name == name or parse_address(lane.listen).port == port:
            heirlooms[lane.name] = heirlooms[lane.name]._replace(listener=listener)
            return
    LOG.warning("no lane for the listening socket %r (port %s)", name, port)
    listener.close()


async def run_tap(orders: Orders, environ: Mapping[str, str], clock: Clock) -> None:
    tap = TapProcess(orders, Caretaker(environ), clock)
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, tap.stop)
    await tap.run()


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    sys.setswitchinterval(SWITCH_SECONDS)
    asyncio.run(run_tap(Orders.parse(os.environ[ORDERS]), os.environ, SystemClock()))


if __name__ == "__main__":
    main()
