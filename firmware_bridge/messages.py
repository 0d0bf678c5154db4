"""messages: the one declaration of what box and wire tap say to each other; sends nothing, decides nothing.

Runs under CPython and MicroPython. Every message is a number, then fixed fields (little-endian), then, for some, a
rest. IDENTIFY, and HELLO up to `boot`, never change; what a later version appends to the others is passed over by an
earlier one. `boot` names the tap's life: what was meant for another one is not acted upon.
"""

import struct

VERSION = 1

TO_PRINTER, FROM_PRINTER = 0, 1
DIRECTIONS = (TO_PRINTER, FROM_PRINTER)

BYTES, OVERFLOW = 0, 1
"""What a chunk is. OVERFLOW: its rest is the number (I) of bytes that found no room in the ring."""

FRAMING, PARITY, BREAK, OVERRUN = 1, 2, 4, 8
"""Line errors while a chunk was received, as bits. OVERRUN: bytes are missing in it, nobody knows how many."""

DIRECTION_FIELDS = "IIQIQIIIBBB"
"""Per direction in HEALTH: first, next, next_offset, held, lost, overflows, errors, baud, bits, parity, stop."""

STAY, REPL, AGAIN_FROM_START = 0, 1, 2
"""LEAVE's `to`: nothing, MicroPython's prompt (for an update), or a restart of the firmware."""

TWO_RINGS, STAMPS, BAUD, SLOTS = 1, 2, 4, 8
CAPABILITIES = TWO_RINGS | STAMPS | BAUD | SLOTS

DEBUG, INFO, WARNING = 10, 20, 30


class Message:
    """One kind: `fields` names what `layout` packs, in order; `rest` names the bytes behind them, or is empty."""

    def __init__(self, number: int, name: str, layout: str, fields: str, rest: str = "") -> None:
        self.number, self.name, self.layout, self.rest = number, name, "<B" + layout, rest
        self.fields = fields.split()
        self.size = struct.calcsize(self.layout)

    def pack(self, *values: int | bytes, rest: bytes = b"") -> bytes:
        return struct.pack(self.layout, self.number, *values) + rest


# From the box.
IDENTIFY = Message(0, "IDENTIFY", "BI", "version nonce")
"""Who are you? Answered by HELLO with the same nonce, so that an old answer is not taken for this one's."""
KEPT = Message(2, "KEPT", "IBII", "boot direction durable received")
"""Chunks before `durable` are on the box's disk and may be forgotten; those before `received` are in its memory."""
AGAIN = Message(3, "AGAIN", "IBI", "boot direction number")
"""Send from this chunk on, once more."""
LINE = Message(4, "LINE", "IBIBBB", "boot direction baud bits parity stop")
"""How the line is set; baud 0: find it out. Parity 0 none, 1 odd, 2 even."""
TIME_ASK = Message(5, "TIME_ASK", "IQ", "boot token")
CONFIRM = Message(6, "CONFIRM", "IB", "boot slot")
"""The firmware in this slot has reported in: it is the good one from now on."""
LEAVE = Message(7, "LEAVE", "I8sB", "boot serial to")

# From the tap.
HELLO = Message(
    1,
    "HELLO",
    "BIIBBBBI8sQ" + "IIQIQ" * 2,
    "version nonce boot major minor patch slot capabilities serial uptime_us"
    " to_printer_ring to_printer_first to_printer_first_offset to_printer_next to_printer_next_offset"
    " from_printer_ring from_printer_first from_printer_first_offset from_printer_next from_printer_next_offset",
    rest="board",
)
CHUNK = Message(8, "CHUNK", "IBBBIQQ", "boot direction kind errors number offset stamp_us", rest="payload")
"""`offset`: bytes of this direction before it, since the tap's start; `stamp_us`: when its first byte came."""
TIME = Message(9, "TIME", "IQQ", "boot token uptime_us")
HEALTH = Message(
    10,
    "HEALTH",
    "IQIIII" + DIRECTION_FIELDS * 2,
    "boot uptime_us free_bytes damaged longest_turn_us unsent"
    " to_printer_first to_printer_next to_printer_next_offset to_printer_held to_printer_lost to_printer_overflows"
    " to_printer_errors to_printer_baud to_printer_bits to_printer_parity to_printer_stop"
    " from_printer_first from_printer_next from_printer_next_offset from_printer_held from_printer_lost"
    " from_printer_overflows from_printer_errors from_printer_baud from_printer_bits from_printer_parity"
    " from_printer_stop",
)
LOG = Message(11, "LOG", "IB", "boot level", rest="words")
BAUD_FOUND = Message(12, "BAUD_FOUND", "IBII", "boot direction baud pulse_ns")
"""The shortest pulse seen on a line, and the usual speed it stands for (0: none does)."""

MESSAGES = {
    message.number: message
    for message in (
        IDENTIFY, HELLO, KEPT, AGAIN, LINE, TIME_ASK, CONFIRM, LEAVE, CHUNK, TIME, HEALTH, LOG, BAUD_FOUND,
    )
}  # fmt: skip


def unpack(body: bytes) -> "tuple[Message, tuple, bytes] | None":
    """The message, its fields' values without the number, and the rest; None when we do not know it."""
    message = MESSAGES.get(body[0]) if body else None
    if message is None or len(body) < message.size:
        return None
    values = struct.unpack(message.layout, body[: message.size])
    return message, values[1:], body[message.size :]
