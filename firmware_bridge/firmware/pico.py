"""pico: the board of a Raspberry Pi Pico (RP2040) under MicroPython: two receiving UARTs, USB, watchdog, light.

The only file that touches hardware; nothing else here knows a pin. GP1 hears what goes to the printer, GP5 what comes
from it; the two UARTs' own transmit pins (GP0, GP4) are made inputs again, so that nothing is ever driven.
"""

import gc
import json
import machine
import micropython
import os
import select
import sys
import time

from firmware_bridge import messages
from firmware_bridge.firmware.tap import Tap

RING_BYTES = (104 * 1024, 8 * 1024)
"""Of 264 kB. 104 KiB hold 96 KiB of bytes in full chunks with their heads."""
BUFFER_BYTES = (8192, 2048)
"""Filled by interrupt while the firmware is busy: 0.7 s at 115,200 baud. Longer than a memory collection, and than
MicroPython's 0.5 s wait for a box that stopped reading in the middle of a piece."""
PINS = ((1, 0), (5, 4))
UART_BASE = (0x40034000, 0x40038000)
RSR = 4
"""UARTRSR (RP2040 datasheet 4.2.8): framing, parity, break, overrun in bits 0 to 3, as in our messages; a write clears
it. Framing, parity and break are those of the character read last, so they are a sample; overrun stays."""
WATCHDOG_MS = 8000
COUNT_NS = 80
"""One count of the pulse program: two cycles at 25 MHz."""
GLITCH_NS = 2000
PARITIES = (None, 1, 0)

try:
    import rp2

    @rp2.asm_pio()
    def pulses():
        """Counts each pulse's length, low and high in turn, down from 2**32 - 1."""
        mov(x, invert(null))  # noqa
        wait(0, pin, 0)  # noqa
        label("low")  # noqa
        jmp(pin, "rose")  # noqa
        jmp(x_dec, "low")  # noqa
        label("rose")  # noqa
        mov(isr, invert(x))  # noqa
        push(noblock)  # noqa
        mov(x, invert(null))  # noqa
        label("high")  # noqa
        jmp(x_dec, "still")  # noqa
        label("still")  # noqa
        jmp(pin, "high")  # noqa
        mov(isr, invert(x))  # noqa
        push(noblock)  # noqa

except ImportError:
    rp2 = None


CAUSES = {1: "power on or reset", 3: "watchdog or restart"}
"""machine.reset_cause() of MicroPython's rp2 port."""


def last_failure():
    """What the loader wrote down when a firmware raised; told once."""
    try:
        with open("/error.txt") as file:
            words = file.read(400)
        os.rename("/error.txt", "/error.old.txt")
    except OSError:
        return ""
    return "; before that: " + words.strip().split("\n")[-1]


class Line:
    """One UART, receiving only."""

    def __init__(self, number):
        self._number, (self._rx, self._tx) = number, PINS[number]
        self._status = UART_BASE[number] + RSR
        self._full = BUFFER_BYTES[number]
        self._uart = None
        self._pulses = None
        if rp2 is not None:
            pin = machine.Pin(self._rx)
            self._pulses = rp2.StateMachine(number, pulses, freq=25000000, in_base=pin, jmp_pin=pin)
            self._pulses.active(1)

    def set(self, baud, bits, parity, stop):
        self._uart = machine.UART(
            self._number,
            baudrate=baud,
            bits=bits,
            parity=PARITIES[parity],
            stop=stop,
            tx=machine.Pin(self._tx),
            rx=machine.Pin(self._rx),
            rxbuf=self._full,
            timeout=0,
        )
        machine.Pin(self._tx, machine.Pin.IN)

    def any(self):
        return self._uart.any()

    def readinto(self, buffer, count):
        return self._uart.readinto(buffer, count)

    def errors(self):
        errors = machine.mem32[self._status] & 15
        if errors:
            machine.mem32[self._status] = 0
        if self._uart.any() >= self._full:  # the interrupt drops what comes then, and tells nobody
            errors |= messages.OVERRUN
        return errors

    def pulse_ns(self):
        shortest = 0
        while self._pulses is not None and self._pulses.rx_fifo():
            length = self._pulses.get() * COUNT_NS
            if length > GLITCH_NS and (shortest == 0 or length < shortest):
                shortest = length
        return shortest


class Board:
    def __init__(self):
        self.ring_bytes = RING_BYTES
        self.serial = machine.unique_id()
        self.boot = int.from_bytes(os.urandom(4), "little") or 1
        self.name = sys.implementation._machine
        self.started = "%s%s" % (CAUSES.get(machine.reset_cause(), "?"), last_failure())
        self.lines = (Line(0), Line(1))
        self._in, self._out = select.poll(), select.poll()
        self._in.register(sys.stdin, select.POLLIN)
        self._out.register(sys.stdout, select.POLLOUT)
        self._led = machine.Pin("LED", machine.Pin.OUT)
        self._lit = None
        self._watchdog = machine.WDT(timeout=WATCHDOG_MS)

    def ticks_us(self):
        return time.ticks_us()

    def read(self):
        data = b""
        while len(data) < 128 and self._in.poll(0):
            data += sys.stdin.buffer.read(1)
        return data

    def can_write(self):
        return bool(self._out.poll(0))

    def write(self, piece):
        sys.stdout.buffer.write(piece)

    def feed(self):
        self._watchdog.feed()

    def light(self, on):
        if on != self._lit:
            self._lit = on
            self._led.value(on)

    def free_bytes(self):
        return gc.mem_free()

    def load_line(self, direction):
        try:
            with open("/line%d.json" % direction) as file:
                baud, bits, parity, stop = json.load(file)
            return baud, bits, parity, stop
        except (OSError, ValueError, TypeError):
            return None

    def save_line(self, direction, line):
        """Writing flash stops the interrupts for a moment, so only what has changed is written."""
        if self.load_line(direction) == line:
            return
        name = "/line%d.json" % direction
        with open(name + ".new", "w") as file:
            json.dump(line, file)
        os.rename(name + ".new", name)

    def confirm(self, slot):
        name, state = "/slot.json", {"good": chr(slot)}
        with open(name) as file:
            if json.load(file) == state:
                return
        with open(name + ".new", "w") as file:
            json.dump(state, file)
        os.rename(name + ".new", name)

    def leave(self, to):
        if to == messages.REPL:
            open("/stay", "w").close()
        machine.reset()


def run(slot):
    """For ever. What the box sends is bytes, so Ctrl-C interrupts nothing any more."""
    gc.collect()
    tap = Tap(Board(), ord(slot))
    micropython.kbd_intr(-1)
    while True:
        tap.turn()
