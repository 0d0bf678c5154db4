"""session: the box's side of the link: takes what the tap says, gives the bytes of both directions in order; no I/O.

What it hands on is exactly what was on the line, each byte once, or a `Lost` with its length. It asks again for what
did not come, forgets what comes twice, and tells the tap what is on the disk only when told so itself (`kept`).
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from firmware_bridge import messages
from firmware_bridge.events import (
    Direction,
    Event,
    Health,
    Identified,
    Incompatible,
    Known,
    Line,
    Lost,
    Passed,
    Said,
    SpeedFound,
    Tap,
)
from firmware_bridge.framing import END_BYTE, Unframer, frame

ASK_AGAIN_SECONDS = 0.3
"""Longer than a chunk takes from the tap to us, so that what is on its way is not asked for twice."""
IDENTIFY_SECONDS = 1.0
TALK_SECONDS = 1.0
"""We say something at least so often; a tap that hears nothing for 4 s takes the box for gone."""
SILENT_SECONDS = 5.0
"""A tap that says nothing for so long (it reports each second) is asked who it is again."""
TELL_CHUNKS = 8
"""While the disk stalls the tap hears so often how far our memory has come, should its own be full."""
MOST_SAMPLES = 32


@dataclass(slots=True)
class _Stream:
    """One direction, as far as we have it."""

    number: int = 0
    """Of the chunk that must come next."""
    offset: int = 0
    """Of the byte that must come next, gaps counted."""
    kept: int = 0
    """Bytes before this offset are on the disk."""
    ends: deque[tuple[int, int]] = field(default_factory=deque)
    """(number behind a chunk, offset behind it) of chunks handed on and not known to be on the disk."""
    durable: int = 0
    told: int = 0
    """Chunks before this number the tap knows to be in our memory."""
    asked_at: float = float("-inf")


@dataclass(frozen=True, slots=True)
class _TimeSample:
    round_trip: float
    ours: float
    theirs_us: int


class Session:
    """One opening of the port. `now` is seconds of a clock that never steps; `nonce` differs at each opening.

    What is `known` is not handed on again, and not told as kept before `kept` says so.
    """

    def __init__(self, nonce: int, line: Line, now: float, known: Known | None = None) -> None:
        self._nonce, self._line, self._known = nonce, line, known
        self._unframer = Unframer()
        self._out = bytearray(END_BYTE)  # ends whatever noise the tap has heard before
        self._streams = (_Stream(), _Stream())
        self._samples = deque[_TimeSample](maxlen=MOST_SAMPLES)
        self._asked_time = dict[int, float]()
        self._identified_at = self._heard_at = self._talked_at = now
        self._asked_at = now - IDENTIFY_SECONDS
        self._line_sent_at = now - TALK_SECONDS
        self.tap: Tap | None = None
        self.only_asks = False
        """The tap's bytes are not for us: nothing of them is told as received, and the line stays as it is set."""
        self.out_of_order = self.repeated = self.foreign = 0
        """Chunks that came too early, once more, or from another life of the tap."""

    @property
    def damaged(self) -> int:
        """Frames that came damaged."""
        return self._unframer.damaged

    def data_to_send(self) -> bytes:
        out, self._out = bytes(self._out), bytearray()
        return out

    def receive(self, data: bytes, now: float) -> list[Event]:
        """Never raises, whatever comes."""
        events: list[Event] = []
        for body in self._unframer.feed(data):
            found = messages.unpack(body)
            if found is not None:
                message, values, rest = found
                events += self._take(message.name, dict(zip(message.fields, values, strict=True)), rest, now)
        return events

    def tick(self, now: float) -> None:
        """To be called several times a second."""
        if self.tap is None or now - self._heard_at > SILENT_SECONDS:
            if now - self._asked_at >= IDENTIFY_SECONDS:
                self._asked_at = now
                self._say(messages.IDENTIFY.pack(messages.VERSION, self._nonce))
        elif now - self._talked_at >= TALK_SECONDS:
            self._talked_at = now
            self._ask_time(now)
            for direction in messages.DIRECTIONS:
                self._tell_kept(direction)
        for direction in messages.DIRECTIONS:
            self._settle(direction)

    def kept(self, direction: Direction, offset: int) -> None:
        """Bytes before `offset` are on the disk, which has said so."""
        stream = self._streams[direction]
        stream.kept = max(stream.kept, offset)
        self._settle(direction)

    def silent_for(self, now: float) -> float:
        """Seconds since the tap last said something to us, or since the port was opened."""
        return now - self._heard_at

    def unkept(self, direction: Direction) -> int:
        """Bytes handed on and not known to be on the disk."""
        stream = self._streams[direction]
        return max(0, stream.offset - stream.kept)

    def confirm(self) -> None:
        """This firmware works: it need not go back to the one before."""
        if self.tap is not None:
            self._say(messages.CONFIRM.pack(self.tap.boot, ord(self.tap.slot)))

    def ask_to_leave(self, to: int) -> None:
        """`to`: messages.REPL or messages.AGAIN_FROM_START."""
        if self.tap is not None:
            self._say(messages.LEAVE.pack(self.tap.boot, bytes.fromhex(self.tap.serial), to))

    # What the tap says.

    def _take(self, name: str, values: dict[str, Any], rest: bytes, now: float) -> Iterator[Event]:
        if name == "HELLO":
            yield from self._met(values, rest, now)
        elif self.tap is None or values.get("boot") != self.tap.boot:
            self.foreign += 1
        else:
            self._heard_at = now
            if name == "CHUNK":
                yield from self._chunk(values, rest, now)
            elif name == "HEALTH":
                yield self._health(values, now)
            elif name == "TIME":
                self._time(values, now)
            elif name == "LOG":
                yield Said(values["level"], rest.decode(errors="replace"))
            elif name == "BAUD_FOUND":
                yield SpeedFound(values["direction"], values["baud"], values["pulse_ns"])

    def _met(self, values: dict[str, Any], rest: bytes, now: float) -> Iterator[Event]:
        if values["version"] != messages.VERSION:
            yield Incompatible(values["version"])
            return
        if values["nonce"] != self._nonce:  # unasked: it started, or takes us for gone
            if now - self._asked_at >= ASK_AGAIN_SECONDS:
                self._asked_at = now
                self._say(messages.IDENTIFY.pack(messages.VERSION, self._nonce))
            return
        self._heard_at = self._talked_at = now
        again = self.tap is not None and self.tap.boot == values["boot"]
        if not again:
            yield from self._new_life(values, rest, now)
        for direction in messages.DIRECTIONS:
            self._ask_for(direction, now)
        self._tell_line(now)
        self._ask_time(now)

    def _new_life(self, values: dict[str, Any], rest: bytes, now: float) -> Iterator[Event]:
        names = ("to_printer", "from_printer")
        first = tuple(values[f"{name}_first_offset"] for name in names)
        held = tuple(values[f"{name}_next_offset"] - values[f"{name}_first_offset"] for name in names)
        self.tap = Tap(
            values["version"],
            values["serial"].hex(),
            values["boot"],
            (values["major"], values["minor"], values["patch"]),
            chr(values["slot"]),
            values["capabilities"],
            rest.decode(errors="replace"),
            (values["to_printer_ring"], values["from_printer_ring"]),
            (held[0], held[1]),
        )
        self._streams = (_Stream(), _Stream())
        for stream, name in zip(self._streams, names, strict=True):
            stream.number = stream.durable = stream.told = values[f"{name}_first"]
            stream.offset = stream.kept = values[f"{name}_first_offset"]
        if self._known and (self._known.serial, self._known.boot) == (self.tap.serial, self.tap.boot):
            for stream, offset in zip(self._streams, self._known.offsets, strict=True):
                stream.offset = offset  # a tap that begins behind it gave something up: told with its first chunk
        self._samples.clear()
        self._asked_time.clear()
        # It may answer an earlier question than the last: any answer to TIME_ASK is better.
        self._samples.append(_TimeSample(IDENTIFY_SECONDS, now, values["uptime_us"]))
        yield Identified(self.tap, (first[0], first[1]))

    def _chunk(self, values: dict[str, Any], payload: bytes, now: float) -> Iterator[Event]:
        direction, number = values["direction"], values["number"]
        if direction not in messages.DIRECTIONS:
            return
        stream = self._streams[direction]
        if number < stream.number:
            self.repeated += 1
        elif number > stream.number:
            self._too_early(direction, now)
        else:
            yield from self._next(direction, values, payload)

    def _too_early(self, direction: Direction, now: float) -> None:
        """Something before it was lost on the way: asked for again, once at a time."""
        self.out_of_order += 1
        if now - self._streams[direction].asked_at >= ASK_AGAIN_SECONDS:
            self._ask_for(direction, now)

    def _next(self, direction: Direction, values: dict[str, Any], payload: bytes) -> Iterator[Event]:
        stream, offset, at = self._streams[direction], values["offset"], self._ours(values["stamp_us"])
        length = int.from_bytes(payload, "little") if values["kind"] == messages.OVERFLOW else len(payload)
        if offset > stream.offset:
            yield Lost(direction, stream.offset, offset - stream.offset, "the wire tap gave it up", at)
            stream.offset = offset
        stream.number = values["number"] + 1
        known = max(0, stream.offset - offset)
        stream.offset = max(stream.offset, offset + length)
        stream.ends.append((stream.number, offset + length))
        if stream.number - stream.told >= TELL_CHUNKS:
            self._tell_kept(direction)
        if known >= length:
            return
        if values["kind"] == messages.OVERFLOW:
            yield Lost(direction, offset + known, length - known, "the wire tap's memory was full", at)
            return
        yield Passed(direction, offset + known, payload[known:], at, values["stamp_us"])
        if values["errors"]:
            yield Lost(direction, offset + length, None, _line_errors(values["errors"]), at)

    def _health(self, values: dict[str, Any], now: float) -> Health:
        """Also how we learn that the last chunk was lost on the way: nothing comes behind it."""
        for direction, name in enumerate(("to_printer", "from_printer")):
            stream = self._streams[direction]
            behind = values[f"{name}_next"] > stream.number and values["unsent"] == 0
            if behind and now - stream.asked_at >= ASK_AGAIN_SECONDS:
                self._ask_for(direction, now)
            if values[f"{name}_first"] > stream.number:  # it gave up what we never had
                self._ask_for(direction, now)
                stream.number = values[f"{name}_first"]
            baud, bits, parity, stop = self._line.as_sent()
            same = (values[f"{name}_bits"], values[f"{name}_parity"], values[f"{name}_stop"]) == (bits, parity, stop)
            if not same or baud not in (0, values[f"{name}_baud"]):
                self._tell_line(now)
        return Health({name: value for name, value in values.items() if name != "boot"})

    def _time(self, values: dict[str, Any], now: float) -> None:
        sent = self._asked_time.pop(values["token"], None)
        if sent is not None:
            self._samples.append(_TimeSample(now - sent, (now + sent) / 2, values["uptime_us"]))

    # What we say.

    def _say(self, body: bytes) -> None:
        self._out += frame(body)

    def _ask_for(self, direction: Direction, now: float) -> None:
        if self.tap is not None:
            stream = self._streams[direction]
            stream.asked_at = now
            self._say(messages.AGAIN.pack(self.tap.boot, direction, stream.number))

    def _settle(self, direction: Direction) -> None:
        """Tells the tap what it may forget, if that is more than before."""
        stream = self._streams[direction]
        before = stream.durable
        while stream.ends and stream.ends[0][1] <= stream.kept:
            stream.durable = stream.ends.popleft()[0]
        if stream.durable != before:
            self._tell_kept(direction)

    def _tell_kept(self, direction: Direction) -> None:
        if self.tap is not None and not self.only_asks:
            stream = self._streams[direction]
            stream.told = stream.number
            self._say(messages.KEPT.pack(self.tap.boot, direction, stream.durable, stream.number))

    def _tell_line(self, now: float) -> None:
        if self.tap is not None and not self.only_asks and now - self._line_sent_at >= TALK_SECONDS:
            self._line_sent_at = now
            for direction in messages.DIRECTIONS:
                self._say(messages.LINE.pack(self.tap.boot, direction, *self._line.as_sent()))

    def _ask_time(self, now: float) -> None:
        if self.tap is not None:
            token = int(now * 1e6) & 0xFFFFFFFFFFFFFFFF
            self._asked_time = {token: now}
            self._say(messages.TIME_ASK.pack(self.tap.boot, token))

    def _ours(self, stamp_us: int) -> float:
        """The tap's moment on our clock, by the sample with the shortest way there and back among the last ones."""
        best = min(self._samples, key=lambda sample: sample.round_trip)
        return best.ours + (stamp_us - best.theirs_us) / 1e6


def _line_errors(bits: int) -> str:
    names = {
        messages.FRAMING: "framing",
        messages.PARITY: "parity",
        messages.BREAK: "break",
        messages.OVERRUN: "overrun",
    }
    return "line errors at the wire tap: " + ", ".join(name for bit, name in names.items() if bits & bit)
