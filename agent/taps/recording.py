"""recording: takes a captured file, gives its bytes to the journal as one session, once; prints nothing."""

import asyncio
import json
import logging
import os
from collections.abc import Mapping
from pathlib import Path

from agent.errors import PortUnavailable
from agent.journal.record import Direction, RecordKind
from agent.taps.lane import Lane
from agent.taps.print_path.caretaker import Keepsake
from agent.taps.print_path.desk import Stream
from agent.taps.print_path.nowhere import Nowhere
from agent.taps.print_path.parts import LaneCounts, Parts
from agent.taps.print_path.pump import Pump

LOG = logging.getLogger(__name__)
PLAYED = "played"


class Recording:
    """Played once in the life of the service: a mark among the kept descriptors outlives a restart of the process."""

    def __init__(
        self, lane: Lane, parts: Parts, counts: LaneCounts, kept: Mapping[Keepsake, int] | None = None
    ) -> None:
        self._lane, self._parts, self._counts = lane, parts, counts
        self._played = bool(kept)
        self._ended = asyncio.Event()
        self.ready = asyncio.Event()
        for descriptor in (kept or {}).values():
            os.close(descriptor)

    @property
    def quiet(self) -> bool:
        return not self.ready.is_set() or self._ended.is_set() or self._played

    def stop_accepting(self) -> None:
        """What is being played is played to its end."""

    async def run(self) -> None:
        if not self._played:
            await self._play(Path(self._lane.path))
            self._mark()
        self.ready.set()

    async def _play(self, path: Path) -> None:
        keeper, lane = self._parts.keeper, self._lane
        try:
            file = _FileEnd(path)
        except OSError as error:
            raise PortUnavailable(f"{path}: {error.strerror}", hint="Name a file that can be read.") from error
        stream = Stream(lane.name, keeper.next_session(), Direction.TO_PRINTER)
        keeper.note(RecordKind.OPENED, stream, 0, json.dumps({"peer": str(path)}).encode())
        self._counts.sessions += 1
        pump = Pump(
            stream,
            file,
            keeper,
            on_bytes=self._passed,
            on_end=self._ended.set,
            on_error=lambda error, _: LOG.error("lane %s: %s: %s", lane.name, path, error),
        )
        pump.sink = Nowhere()
        self.ready.set()
        try:
            pump.arrived()
            await self._ended.wait()
        finally:
            pump.close()
            file.close()
        keeper.note(RecordKind.CLOSED, stream, pump.progress.sent, json.dumps({"cause": "end of the file"}).encode())
        keeper.sync(stream)

    def _mark(self) -> None:
        self._played = True
        descriptor = os.memfd_create("played", os.MFD_CLOEXEC)
        self._parts.caretaker.keep(Keepsake(PLAYED, self._lane.name), descriptor)
        os.close(descriptor)

    def _passed(self, count: int) -> None:
        self._counts.bytes_to_printer += count
        self._counts.last_byte_at = self._parts.clock.wall().timestamp()


class _FileEnd:
    """A file as a pump's source."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")

    def look(self, skip: int, limit: int) -> bytes:  # noqa: ARG002  (reading is consuming here)
        return self._file.read(limit)

    def consume(self, count: int) -> None:
        """Reading consumed it."""

    def close(self) -> None:
        self._file.close()
