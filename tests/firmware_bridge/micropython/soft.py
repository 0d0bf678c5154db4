"""soft: under MicroPython: a board made of memory for the firmware, driven by drive.mjs; the tests' half is turning.py."""

import binascii
import gc
import io
import micropython
import struct
import time

from firmware_bridge.firmware.tap import Tap
from firmware_bridge.framing import Unframer, frame


class SoftLine:
    def __init__(self, buffer_bytes):
        self._size = buffer_bytes
        self._buffer = io.BytesIO(buffer_bytes)
        self._count = self._read = 0
        self._errors = 0

    def arrive(self, data, errors):
        if self._read == self._count:
            self._read = self._count = 0
        room = self._size - self._count
        taken = min(room, len(data))
        self._buffer.seek(self._count)
        self._buffer.write(data, 0, taken)
        self._count += taken
        self._errors |= errors | (8 if taken < len(data) else 0)

    def any(self):
        return self._count - self._read

    def readinto(self, buffer, count):
        self._buffer.seek(self._read)
        self._read += count
        return self._buffer.readinto(buffer, count)

    def errors(self):
        errors = self._errors
        self._errors = 0
        return errors

    def pulse_ns(self):
        return 0

    def set(self, baud, bits, parity, stop):
        self.setting = (baud, bits, parity, stop)


class SoftBoard:
    serial = b"WASM0001"
    name = "MicroPython"
    started = "told to"

    def __init__(self, boot, print_bytes, answer_bytes):
        self.boot = boot
        self.ring_bytes = (print_bytes, answer_bytes)
        self.lines = (SoftLine(8192), SoftLine(2048))
        self.now = 0
        self.from_box = b""
        self.to_box = bytearray()
        self.writable = True

    def ticks_us(self):
        return self.now

    def read(self):
        data, self.from_box = self.from_box, b""
        return data

    def can_write(self):
        return self.writable

    def write(self, piece):
        self.to_box += piece

    def feed(self):
        pass

    def light(self, on):
        pass

    def free_bytes(self):
        return 0

    def load_line(self, direction):
        return (115200, 8, 0, 1)

    def save_line(self, direction, line):
        pass

    def confirm(self, slot):
        pass

    def leave(self, to):
        pass


board = tap = None


def start(boot_hex, print_bytes, answer_bytes):
    global board, tap
    board = tap = None
    gc.collect()
    board = SoftBoard(int(boot_hex, 16), print_bytes, answer_bytes)
    tap = Tap(board)


def turn(ticks_us, to_printer, from_printer, from_box, writable):
    """One turn of the firmware; gives what it says to the box, and the bytes its rings hold."""
    board.now, board.writable = ticks_us, writable
    board.from_box = binascii.unhexlify(from_box)
    board.lines[0].arrive(binascii.unhexlify(to_printer), 0)
    board.lines[1].arrive(binascii.unhexlify(from_printer), 0)
    tap.turn()
    said = binascii.hexlify(board.to_box).decode()
    board.to_box = bytearray()
    return said + " " + str(tap._lines[0].ring.used + tap._lines[1].ring.used)


def listen_without_heap(hex_bytes):
    """The receive path with the heap locked: MemoryError if it allocates anything."""
    data = binascii.unhexlify(hex_bytes)
    board.lines[0].arrive(data, 0)
    board.lines[1].arrive(data, 0)
    micropython.heap_lock()
    try:
        tap.listen()
    finally:
        micropython.heap_unlock()
    return tap._lines[0].ring.lost


def framed(hex_bytes):
    return binascii.hexlify(frame(binascii.unhexlify(hex_bytes))).decode()


def unframed(hex_bytes):
    return [binascii.hexlify(body).decode() for body in Unframer().feed(binascii.unhexlify(hex_bytes))][0]


def hear_noise(rounds, size, seed):
    """Random bytes from the box's side."""
    state = seed
    noise = bytearray(size)
    for _ in range(rounds):
        for at in range(size):
            state = (state * 1103515245 + 12345) & 0x3FFFFFFF
            noise[at] = state >> 16 & 0xFF
        board.from_box = bytes(noise)
        board.now = (board.now + 1000) & 0x3FFFFFFF
        tap.turn()
        board.to_box = bytearray()


def memory():
    gc.collect()
    return gc.mem_alloc()


def time_receiving(hex_bytes, rounds):
    """Microseconds that the receive path takes for these bytes on both lines, so many times."""
    data = binascii.unhexlify(hex_bytes)
    spent = 0
    for _ in range(rounds):
        board.lines[0].arrive(data, 0)
        board.lines[1].arrive(data, 0)
        began = time.ticks_us()
        tap.listen()
        spent += time.ticks_diff(time.ticks_us(), began)
        for line in tap._lines:
            line.ring.close()
            line.ring.forget(line.ring.next, line.ring.next)
    return spent


def time_sending(hex_bytes, rounds):
    """Microseconds from a chunk in the ring to its frame, so many times."""
    data = bytearray(binascii.unhexlify(hex_bytes))
    ring, spent = tap._lines[0].ring, 0
    for _ in range(rounds):
        ring.put(data, len(data), 0, 0, 0)
        ring.close()
        began = time.ticks_us()
        body = tap._chunk(0)
        while body is not None:
            frame(body)
            body = tap._chunk(0)
        ring.forget(ring.next, ring.next)
        spent += time.ticks_diff(time.ticks_us(), began)
    return spent


def time_yardstick(rounds):
    """Microseconds for a known loop, whose speed on a real Pico anybody can measure."""
    began = time.ticks_us()
    at = total = 0
    while at < rounds:
        total = (total + at) & 0xFFFF
        at += 1
    return time.ticks_diff(time.ticks_us(), began)
