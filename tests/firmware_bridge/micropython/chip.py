"""chip: under MicroPython: what a Pico's firmware finds there (machine, its pico module), without the hardware."""

import binascii
import sys
import time

import world

_state = {"reset": False, "board": None, "tap": None}


class Module:
    pass


class Implementation(tuple):
    pass


def become(name):
    """Takes the place of what is not in this interpreter: the chip's name, `machine`, and the module with the pins."""
    real = sys
    fake = Module()
    for attribute in dir(real):
        setattr(fake, attribute, getattr(real, attribute))
    implementation = Implementation(("micropython", real.implementation[1], name))
    implementation.name, implementation._machine = "micropython", name
    fake.implementation = implementation
    real.modules["sys"] = fake
    clock = Module()
    clock.sleep = lambda seconds: None
    real.modules["time"] = clock
    machine = Module()
    machine.unique_id = lambda: b"PICO0001"
    machine.reset = reset
    machine.Timer = Timer
    real.modules["machine"] = machine
    pico = Module()
    pico.run = run
    real.modules["firmware_bridge.firmware.pico"] = pico


class Timer:
    ONE_SHOT = 0

    def __init__(self, *arguments, **named):
        pass


def reset():
    _state["reset"] = True


def reset_asked():
    return _state["reset"]


def was_fed():
    """Since the last call."""
    fed, _state["fed"] = _state.get("fed"), False
    return bool(fed)


def runs_firmware():
    return _state["tap"] is not None


class Line:
    def any(self):
        return 0

    def readinto(self, buffer, count):
        return None

    def errors(self):
        return 0

    def pulse_ns(self):
        return 0

    def set(self, baud, bits, parity, stop):
        pass


class Board:
    ring_bytes = (8192, 1024)
    serial = b"PICO0001"
    name = "a Pico made of memory"
    started = "power on"

    def __init__(self):
        self.boot = time.ticks_us() & 0x3FFFFFFF or 1
        self.lines = (Line(), Line())
        self.heard = b""
        self.said = bytearray()

    def ticks_us(self):
        return time.ticks_us() & 0x3FFFFFFF

    def read(self):
        data, self.heard = self.heard, b""
        return data

    def can_write(self):
        return True

    def write(self, piece):
        self.said += piece

    def feed(self):
        _state["fed"] = True

    def light(self, on):
        pass

    def free_bytes(self):
        return 0

    def load_line(self, direction):
        return (9600, 8, 0, 1)

    def save_line(self, direction, line):
        pass

    def confirm(self, slot):
        with open("/slot.json", "w") as file:
            file.write('{"good": "%s"}' % chr(slot))

    def leave(self, to):
        if to == 1:
            open("/stay", "w").close()
        reset()


def run(slot):
    from firmware_bridge.firmware.tap import Tap

    _state["board"] = Board()
    _state["tap"] = Tap(_state["board"], ord(slot))


def turn(heard):
    board = _state["board"]
    board.heard = binascii.unhexlify(heard)
    _state["tap"].turn()
    if board.said:
        world.out(binascii.hexlify(board.said).decode())
        board.said = bytearray()
