"""wire_tap: takes what a microcontroller on the till's serial line has heard, gives it to the journal; prints nothing.

The microcontroller holds every byte until it is told that the journal's sync has returned, so neither our death nor the
box's reboot loses any. One life of the microcontroller is one session of the journal, whose offsets are the tap's own:
after a restart the journal itself says from where on it must be sent again.
"""

import asyncio
import fcntl
import json
import logging
import os
import random
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from agent.journal.record import Direction, RecordKind, Stamp
from agent.taps.lane import Lane
from agent.taps.print_path.desk import Stream
from agent.taps.print_path.parts import LaneCounts, Parts
from agent.taps.wire_tap_life import Life, last_life
from firmware_bridge.events import Event, Health, Identified, Incompatible, Line, Lost, Passed, Said, SpeedFound, Tap
from firmware_bridge.link import Link, LinkUnavailable
from firmware_bridge.session import Session

LOG = logging.getLogger(__name__)
TICK_SECONDS = 0.1
FIRST_RETRY_SECONDS, LONGEST_RETRY_SECONDS = 0.5, 5.0
SILENT_SECONDS = 8.0
"""A port behind which nobody says who he is for so long is not, or not any more, a wire tap."""


def set_aside(run: Path, lane: str) -> Path:
    """The file by which `tillpost wire-tap` asks for the port of a lane: while it is locked, the port is left to it.

    A lock and not a process's number, because systemd hides other users' processes from the tap.
    """
    return run / f"wire-tap-{lane}.lock"


@dataclass(slots=True)
class _Current:
    """One opening of the port."""

    link: Link
    session: Session
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    cause: str = ""
    confirmed: bool = False


class WireTap:
    """`set_aside`: while this file is locked by somebody, the port is left to him."""

    def __init__(self, lane: Lane, parts: Parts, counts: LaneCounts, journal: Path, set_aside: Path) -> None:
        self._lane, self._parts, self._counts = lane, parts, counts
        self._journal, self._set_aside = journal, set_aside
        self._life: Life | None = None
        self._current: _Current | None = None
        self._told = ""
        self._noted = False
        self.ready = asyncio.Event()

    @property
    def quiet(self) -> bool:
        """Nothing of what we were handed waits for the disk; what we were not handed is safe where it is."""
        current = self._current
        return current is None or not any(current.session.unkept(direction) for direction in Direction)

    def stop_accepting(self) -> None:
        """The tap holds what comes from now on."""

    async def run(self) -> None:
        self._life = await asyncio.to_thread(last_life, self._journal, self._lane.name)
        delay = FIRST_RETRY_SECONDS
        while True:
            link = self._open_or_not()
            self.ready.set()
            if link is not None and await self._listen(link):
                delay = FIRST_RETRY_SECONDS
            await self._parts.clock.sleep(delay)
            delay = min(delay * 2, LONGEST_RETRY_SECONDS)

    def _open_or_not(self) -> Link | None:
        if self._left_to_another():
            self._counts.fault = "left to 'tillpost wire-tap', which works on it"
            return None
        try:
            link = Link(self._lane.path)
        except LinkUnavailable as error:
            self._tell(str(error))
            return None
        return link

    def _tell(self, fault: str) -> None:
        """Once, however often it is tried again."""
        if self._told != fault:
            LOG.warning("lane %s: %s", self._lane.name, fault)
        self._told = self._counts.fault = fault

    def _left_to_another(self) -> bool:
        try:
            with self._set_aside.open() as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:  # there is none
            return False
        return False

    # One opening.

    async def _listen(self, link: Link) -> bool:
        """Until the port goes away; True when a wire tap answered."""
        lane, clock, loop = self._lane, self._parts.clock, asyncio.get_running_loop()
        line = Line(lane.baud, lane.data_bits, lane.parity, lane.stop_bits)
        known = self._life.known() if self._life else None
        session = Session(random.getrandbits(32), line, clock.monotonic(), known)
        current = self._current = _Current(link, session)
        loop.add_reader(link.descriptor, self._readable, current)
        try:
            while not current.gone.is_set():
                self._turn(current)
                if session.silent_for(clock.monotonic()) > SILENT_SECONDS:
                    self._fail(current, "no wire tap answers; 'tillpost wire-tap info' tells more")
                if self._left_to_another():
                    self._fail(current, "left to 'tillpost wire-tap'")
                await clock.wait(current.gone, TICK_SECONDS)
            self._tell(f"{lane.path}: {current.cause}")
        finally:
            loop.remove_reader(link.descriptor)
            link.close()
            self._current, self._counts.open_sessions = None, 0
        return session.tap is not None

    def _readable(self, current: _Current) -> None:
        try:
            events = current.session.receive(current.link.read(), self._parts.clock.monotonic())
            for event in events:
                self._take(current, event)
        except OSError as error:
            self._fail(current, f"unplugged ({error.strerror})")
        except Exception as error:  # supervises: told as the opening's end, which is then tried again
            LOG.exception("lane %s failed", self._lane.name)
            self._fail(current, f"fault in the tap: {error!r}")
        else:
            self._turn(current)

    def _turn(self, current: _Current) -> None:
        try:
            current.session.tick(self._parts.clock.monotonic())
            current.link.write(current.session.data_to_send())
        except OSError as error:
            self._fail(current, f"unplugged ({error.strerror})")

    def _fail(self, current: _Current, cause: str) -> None:
        current.cause = current.cause or cause
        current.gone.set()

    # What the tap says.

    def _take(self, current: _Current, event: Event) -> None:
        match event:
            case Identified():
                self._met(event)
            case Passed():
                self._passed(event)
            case Lost():
                self._lost(event)
            case Health():
                self._healthy(current, event)
            case Said():
                LOG.log(event.level, "lane %s: the wire tap says: %s", self._lane.name, event.words)
            case SpeedFound():
                LOG.info("lane %s: the line runs at %d baud", self._lane.name, event.baud)
            case Incompatible():
                words = f"the wire tap speaks version {event.version} of the protocol: tillpost wire-tap flash --force"
                self._fail(current, words)

    def _met(self, event: Identified) -> None:
        tap, life = event.tap, self._life
        if life is None or not life.is_of(tap):
            if life is not None:
                self._end_life(life, tap)
            life = self._begin_life(tap, event.first_offset)
        elif not self._noted:
            self._note_opened(life, tap, self._parts.keeper.next_session())
        self._noted = True
        self._told = self._counts.fault = ""
        self._counts.open_sessions = 1
        self._listen_for(life)
        self._parts.keeper.sync()  # what our last life wrote may not be on the disk yet, and is told as kept only then

    def _begin_life(self, tap: Tap, base: tuple[int, int]) -> Life:
        self._life = life = Life(self._parts.keeper.next_session(), tap.serial, tap.boot, list(base))
        self._counts.sessions += 1
        self._note_opened(life, tap, life.session)
        return life

    def _end_life(self, life: Life, tap: Tap | None) -> None:
        """The tap lost its memory, or is another one; what it had told us of and not handed over is gone."""
        keeper, stream = self._parts.keeper, self._stream(life, Direction.TO_PRINTER)
        if tap is not None:
            at_least = max(0, life.known_end - life.base[0] - life.handed[0])
            words = f"at least {at_least} bytes" if at_least else "perhaps bytes that it had just heard"
            another = "another wire tap was plugged in" if tap.serial != life.serial else "the wire tap started anew"
            keeper.gap(stream, life.handed[0], None, f"{another}: {words}")
        keeper.note(RecordKind.CLOSED, stream, life.handed[0], json.dumps({"cause": "the wire tap restarted"}).encode())
        keeper.sync(stream)
        for direction in Direction:
            keeper.unlisten(self._stream(life, direction))

    def _note_opened(self, life: Life, tap: Tap, session: int) -> None:
        """Its beginning; and once more, under a number of its own, by each process: a restart soon finds the newest.

        Only before this process has handed anything on: then what was handed is what was written.
        """
        words = {"peer": self._lane.path, "board": tap.board, **life.as_words()}
        stream = Stream(self._lane.name, session, Direction.TO_PRINTER)
        self._parts.keeper.note(RecordKind.OPENED, stream, 0, json.dumps(words).encode())

    def _passed(self, event: Passed) -> None:
        life = self._living()
        direction = Direction(event.direction)
        if direction is Direction.TO_PRINTER:
            self._count_and_split(event, life)
            life = self._living()
        else:
            self._counts.bytes_from_printer += len(event.payload)
        offset = event.offset - life.base[direction]
        stream = self._stream(life, direction)
        self._parts.keeper.passed(stream, offset, event.payload, at_once=True, when=self._moment(event.at))
        life.handed[direction] = offset + len(event.payload)

    def _count_and_split(self, event: Passed, life: Life) -> None:
        """What was heard before the box started has no time of this boot: there a silence must part the jobs itself."""
        self._counts.bytes_to_printer += len(event.payload)
        self._counts.last_byte_at = self._moment(event.at).wall_us / 1e6
        silence = (event.stamp_us - life.last_stamp_us) / 1e6
        if event.at < 0 and life.last_stamp_us and silence > self._lane.quiet_seconds:
            tap = self._current.session.tap if self._current else None
            self._end_life(life, None)
            base = (event.offset, life.base[1] + life.handed[1])
            if tap is not None and self._current is not None:
                self._listen_for(self._begin_life(tap, base))
        self._living().last_stamp_us = event.stamp_us

    def _lost(self, event: Lost) -> None:
        life, direction = self._living(), Direction(event.direction)
        offset = event.offset - life.base[direction]
        stream = self._stream(life, direction)
        LOG.warning("lane %s: %s bytes are missing: %s", self._lane.name, event.length or "some", event.cause)
        self._parts.keeper.gap(stream, offset, event.length, event.cause, when=self._moment(event.at))
        life.handed[direction] = offset + (event.length or 0)

    def _healthy(self, current: _Current, event: Health) -> None:
        life, tap = self._living(), current.session.tap
        life.known_end = max(life.known_end, event.figures["to_printer_next_offset"])
        if tap is not None:
            self._counts.wire_tap = _figures(tap, event, current.session)
        if not current.confirmed:  # it has answered, handed over and reported: this firmware works
            current.confirmed = True
            current.session.confirm()

    # What became of it.

    def _listen_for(self, life: Life) -> None:
        for direction in Direction:
            on_synced = partial(self._synced, life) if direction is Direction.TO_PRINTER else None
            on_written = partial(self._written, life, direction)
            self._parts.keeper.listen(self._stream(life, direction), on_written, on_synced)

    def _written(self, life: Life, direction: Direction, offset: int) -> None:
        life.written[direction] = max(life.written[direction] or 0, offset)

    def _synced(self, life: Life, safe: bool) -> None:
        """All that was written by now is on the disk: the tap may forget it."""
        current = self._current
        if not safe or current is None or current.session.tap is None or not life.is_of(current.session.tap):
            return
        for direction in Direction:
            if life.written[direction] is not None:
                current.session.kept(direction, life.base[direction] + (life.written[direction] or 0))
        self._turn(current)

    def _living(self) -> Life:
        if self._life is None:
            raise RuntimeError("bytes came before the wire tap said who it is")
        return self._life

    def _stream(self, life: Life, direction: Direction) -> Stream:
        return Stream(self._lane.name, life.session, direction)

    def _moment(self, at: float) -> Stamp:
        """A moment of the monotonic clock, which may lie before the box's start, as records carry it."""
        now = self._parts.keeper.stamp()
        age_ns = now.monotonic_ns - round(at * 1e9)
        return Stamp(now.boot, max(0, now.monotonic_ns - age_ns), now.wall_us - age_ns // 1000, now.trusted)


def _figures(tap: Tap, event: Health, session: Session) -> dict[str, Any]:
    who = {
        "serial": tap.serial,
        "board": tap.board,
        "firmware": ".".join(map(str, tap.firmware)),
        "slot": tap.slot,
        "protocol": tap.version,
        "boot": f"{tap.boot:08x}",
        "pid": os.getpid(),
    }
    return {**who, **event.figures, "frames_damaged": session.damaged}
