"""tap: the firmware: takes bytes from two lines, holds them, hands them to the box; touches hardware only by its board.

`turn` is called for ever. `listen` comes first and between any two pieces written, and allocates nothing: memory is
collected only while the box is being spoken to, and the UARTs' own buffers outlast that.
"""

from firmware_bridge import messages
from firmware_bridge.firmware.baud import Finder
from firmware_bridge.firmware.ring import Ring
from firmware_bridge.framing import Unframer, frame

TYPE_CHECKING = False
if TYPE_CHECKING:
    from firmware_bridge.board import Board

VERSION = (1, 0, 0)
PIECE_BYTES = 64
"""Written at once: what USB takes without waiting."""
STAGE_BYTES = 256
SETTLED_US = 5000
"""A chunk that is not full is sent once the line has been silent for so long, when nothing else waits to be sent."""
SILENCE_US = 1000000
"""Bytes behind such a silence are a chunk of their own, with their own time."""
HELLO_US, HEALTH_US, BOX_GONE_US = 1000000, 1000000, 4000000
FAST_BLINK_US, SLOW_BLINK_US = 125000, 500000
WRAP = 1 << 30
USUAL_LINE = (9600, 8, 0, 1)


class Line:
    """One direction: its UART, its ring and how it is set."""

    def __init__(self, board: "Board", direction: int) -> None:
        self.port = board.lines[direction]
        self.ring = Ring(board.ring_bytes[direction])
        self.finder = Finder()
        line = board.load_line(direction)
        self.unsure = line is None
        self.wanted = line or (0,) + USUAL_LINE[1:]
        self.set = line or USUAL_LINE
        self.port.set(*self.set)
        self.last_high = self.last_low = 0
        self.errors = 0

    def listen(self, stage: bytearray, high: int, low: int) -> bool:
        """Takes what has come; allocates nothing."""
        self.errors |= self.port.errors()
        waiting = self.port.any()
        if not waiting:
            return False
        if self.ring.is_open and elapsed(high, low, self.last_high, self.last_low) > SILENCE_US:
            self.ring.close()
        if self.unsure:
            self.errors |= messages.FRAMING  # heard at a guessed speed: the box must not take these bytes for true
        while waiting > 0:
            count = self.port.readinto(stage, waiting if waiting < STAGE_BYTES else STAGE_BYTES)
            if not count:
                break
            self.ring.put(stage, count, high, low, self.errors)
            self.errors = 0
            waiting -= count
        self.last_high, self.last_low = high, low
        return True


class Tap:
    def __init__(self, board: "Board", slot: int = ord("a")) -> None:
        self._board, self._slot = board, slot
        self._lines = (Line(board, messages.TO_PRINTER), Line(board, messages.FROM_PRINTER))
        self._stage = bytearray(STAGE_BYTES)
        self._unframer = Unframer()
        self._out = b""
        self._out_at = 0
        self._replies = []  # type: list[bytes]
        self._high = self._low = self._turned = 0
        self._started = board.ticks_us()
        self._low = self._turned = self._started
        self._hello_at = self._health_at = self._heard_at = -BOX_GONE_US
        self._identified = self._introduced = False
        self._full = [False, False]
        self._longest = 0
        self._turn_over = 0

    def turn(self) -> None:
        self.listen()
        self._hear()
        self._find_speed()
        self._speak()
        self._board.feed()
        self._shine()

    def listen(self) -> None:
        """The receive path; allocates nothing."""
        low = self._board.ticks_us()
        if low < self._low:
            self._high += 1
        spent = low - self._turned if low >= self._turned else 0
        self._longest = max(self._longest, spent)
        self._low = self._turned = low
        for line in self._lines:
            line.listen(self._stage, self._high, low)

    def held(self) -> int:
        """Bytes that the rings hold, heads and all."""
        return self._lines[0].ring.used + self._lines[1].ring.used

    def uptime_us(self) -> int:
        return (self._high << 30) + self._low

    def _now(self) -> int:
        low = self._board.ticks_us()
        if low < self._low:
            self._high += 1
        self._low = low
        return self.uptime_us()

    # From the box.

    def _hear(self) -> None:
        data = self._board.read()
        if not data:
            return
        for body in self._unframer.feed(data):
            found = messages.unpack(body)
            if found is not None:
                self._answer(found[0], found[1])

    def _answer(self, message: messages.Message, values: tuple) -> None:
        if message is messages.IDENTIFY:
            self._heard_at, self._identified = self._now(), values[0] == messages.VERSION
            self._say_hello(values[1])
            if not self._introduced:
                self._introduced = True
                self._log(messages.INFO, "started: " + self._board.started[:200])
            return
        if values[0] != self._board.boot:
            return
        self._heard_at, values = self._now(), values[1:]
        if message is messages.KEPT:
            self._kept(*values)
        elif message is messages.AGAIN:
            self._again(*values)
        elif message is messages.LINE:
            self._set_line(*values)
        elif message is messages.TIME_ASK:
            self._say(messages.TIME.pack(self._board.boot, values[0], self._heard_at))
        elif message is messages.CONFIRM and values[0] == self._slot:
            self._board.confirm(self._slot)
        elif message is messages.LEAVE:
            self._leave(*values)

    def _kept(self, direction: int, durable: int, received: int) -> None:
        if direction in messages.DIRECTIONS:
            self._lines[direction].ring.forget(durable, received)

    def _again(self, direction: int, number: int) -> None:
        if direction in messages.DIRECTIONS:
            self._lines[direction].ring.rewind(number)

    def _set_line(self, direction: int, baud: int, bits: int, parity: int, stop: int) -> None:
        wanted = (baud, bits, parity, stop)
        known = baud == 0 or 50 <= baud <= 1000000
        if direction not in messages.DIRECTIONS or not known or bits not in (7, 8) or parity > 2 or stop not in (1, 2):
            return
        line = self._lines[direction]
        if wanted == line.wanted:
            return
        line.wanted, line.finder = wanted, Finder()
        self._change(direction, (baud or line.set[0], bits, parity, stop), line.unsure and baud == 0)

    def _change(self, direction: int, setting: "tuple[int, int, int, int]", unsure: bool) -> None:
        """Saved at once, so that the first bytes after a power cut are heard at the right speed."""
        line = self._lines[direction]
        line.unsure = unsure
        if setting != line.set:
            line.ring.close()
            line.set = setting
            line.port.set(*setting)
        if not unsure:
            self._board.save_line(direction, setting)

    def _leave(self, serial: bytes, to: int) -> None:
        if serial == self._board.serial and to in (messages.REPL, messages.AGAIN_FROM_START):
            self._board.leave(to)

    # To the box.

    def _say(self, body: bytes) -> None:
        if len(self._replies) < 16:  # a box that asks faster than it reads is answered later
            self._replies.append(body)

    def _log(self, level: int, words: str) -> None:
        self._say(messages.LOG.pack(self._board.boot, level, rest=words.encode()))

    def _say_hello(self, nonce: int) -> None:
        board, values = self._board, []
        for line in self._lines:
            ring = line.ring
            ring.begin_again()
            values += [ring.size, ring.first, ring.first_offset, ring.next, ring.next_offset]
        self._hello_at = self._now()
        who = (messages.VERSION, nonce, board.boot) + VERSION + (self._slot, messages.CAPABILITIES, board.serial)
        self._say(messages.HELLO.pack(*(who + (self._hello_at,) + tuple(values)), rest=board.name.encode()))

    def _speak(self) -> None:
        """A piece at a time while USB takes them; the lines are heard in between."""
        pieces = 0
        while pieces < 8 and self._board.can_write():
            if self._out_at >= len(self._out) and not self._next_frame():
                return
            self._board.write(self._out[self._out_at : self._out_at + PIECE_BYTES])
            self._out_at += PIECE_BYTES
            pieces += 1
            self.listen()

    def _next_frame(self) -> bool:
        body = self._next_body()
        if body is None:
            return False
        self._out, self._out_at = frame(body), 0
        return True

    def _next_body(self) -> "bytes | None":
        if self._replies:
            return self._replies.pop(0)
        now = self._now()
        if not self._identified:
            if now - self._hello_at >= HELLO_US:
                self._say_hello(0)
                return self._replies.pop(0)
            return None
        if now - self._health_at >= HEALTH_US:
            self._health_at = now
            return self._health()
        self._turn_over = 1 - self._turn_over
        return self._chunk(self._turn_over) or self._chunk(1 - self._turn_over)

    def _chunk(self, direction: int) -> "bytes | None":
        line = self._lines[direction]
        ring = line.ring
        settled = elapsed(self._high, self._low, line.last_high, line.last_low) > SETTLED_US
        ring.name_lost(self._high, self._low)
        self._tell_full(direction, ring)
        if ring.unsent == 0 and ring.is_open and settled:
            ring.close()
        taken = ring.take()
        if taken is None:
            return None
        number, offset, lost, errors, stamp, payload = taken
        kind = messages.OVERFLOW if lost else messages.BYTES
        return messages.CHUNK.pack(self._board.boot, direction, kind, errors, number, offset, stamp, rest=payload)

    def _tell_full(self, direction: int, ring: Ring) -> None:
        """Once for each time that it is full, with how much was lost since the start."""
        if ring.is_losing != self._full[direction]:
            self._full[direction] = ring.is_losing
            words = "the ring of direction %d %s; %d bytes lost since the start"
            state = "is full" if ring.is_losing else "has room again"
            self._log(messages.WARNING, words % (direction, state, ring.lost))

    def _health(self) -> bytes:
        board, values = self._board, []
        for line in self._lines:
            ring = line.ring
            values += [ring.first, ring.next, ring.next_offset, ring.used, ring.lost, ring.overflows, ring.errors]
            values += line.set
        longest, self._longest = self._longest, 0
        unsent = self._lines[0].ring.unsent + self._lines[1].ring.unsent
        about = (board.boot, self._health_at, board.free_bytes(), self._unframer.damaged, longest, unsent)
        return messages.HEALTH.pack(*(about + tuple(values)))

    # The line's speed, and the light.

    def _find_speed(self) -> None:
        for direction in messages.DIRECTIONS:
            line = self._lines[direction]
            if line.wanted[0] != 0:
                continue
            found = line.finder.saw(line.port.pulse_ns())
            if found and (line.unsure or found != line.set[0]):
                self._change(direction, (found,) + line.set[1:], False)
                other = self._lines[1 - direction]
                if other.unsure and other.wanted[0] == 0:  # a printer answers at the speed it is spoken to
                    self._change(1 - direction, (found,) + other.set[1:], False)
                self._say(messages.BAUD_FOUND.pack(self._board.boot, direction, found, line.finder.shortest_ns))

    def _shine(self) -> None:
        """Dark: no power or no firmware. Slow: no box. Steady: all is well. Fast: bytes were lost or damaged."""
        now = self.uptime_us()
        if now - self._heard_at > BOX_GONE_US:
            self._identified = False
            self._board.light(now // SLOW_BLINK_US % 2 == 0)
        elif self._lines[0].ring.lost or self._lines[1].ring.lost:
            self._board.light(now // FAST_BLINK_US % 2 == 0)
        else:
            self._board.light(True)


def elapsed(high: int, low: int, since_high: int, since_low: int) -> int:
    """Microseconds, at most WRAP - 1 so that nothing is allocated for them."""
    wraps = high - since_high
    if wraps > 1 or (wraps == 1 and low >= since_low):
        return WRAP - 1
    return low - since_low if wraps == 0 else low - since_low + (WRAP - 1) + 1
