"""escpos_printer: takes what a till prints where there is no printer, gives the answers a healthy Epson would give.

Answers: receipt printers' command references for DLE EOT, DLE DC4, GS r, GS a, GS I, GS j, GS ( H, ESC v and ESC u.
Tills wait for them before they print. Requests inside counted data are pixels and get none.
"""

from agent.dialects.escpos_lengths import RequestScanner
from agent.taps.devices.device import Device

HEALTHY = b"\x12"
"""DLE EOT: online, paper in, cover closed; the two bits that are always set."""
AUTOMATIC_STATUS = b"\x10\x00\x00\x0f"
NOTHING = b"\x00"
NAMES = {65: b"1.00 ESC/POS", 66: b"EPSON", 67: b"TM-T88V", 68: b"TILLPOST00", 69: b""}
"""GS I: software looks these up to choose what to send; any other name gets plainer receipts or none."""
IDENTITIES = {1: b"\x20", 2: b"\x02", 3: b"\x01"}
"""GS I: model, type (has a cutter), ROM version."""


class EscposPrinter(Device):
    """An Epson printer that is well."""

    def __init__(self) -> None:
        super().__init__()
        self._requests = RequestScanner()

    def hear(self, data: bytes) -> bytes:
        return b"".join(answer(request) for request in self._requests.feed(data))


def answer(request: bytes) -> bytes:
    """What goes back for one whole request; nothing for one that is not known."""
    if request.startswith(b"\x10\x04"):
        return HEALTHY
    if request.startswith(b"\x10\x14"):
        return _REAL_TIME.get(request[2], b"")
    if request.startswith(b"\x1d(H"):
        return _process_id(request[5:])
    if request.startswith(b"\x1dI"):
        return _identity(_digit(request[2]))
    if request.startswith((b"\x1da", b"\x1dj")):
        automatic = AUTOMATIC_STATUS if request[1:2] == b"a" else b"\x35\x40\x40\x00"
        return automatic if request[2] else b""
    return NOTHING if request.startswith((b"\x1dr", b"\x1bv", b"\x1bu")) else b""


_REAL_TIME = {2: b"\x3b\x30\x00", 7: AUTOMATIC_STATUS, 8: b"\x37\x25\x00"}


def _digit(parameter: int) -> int:
    """1, 2 and 3 may come as ASCII digits."""
    return parameter - 48 if 48 <= parameter <= 57 else parameter


def _identity(number: int) -> bytes:
    if number in NAMES:
        return b"_" + NAMES[number] + b"\0"
    return IDENTITIES.get(number, b"")


def _process_id(data: bytes) -> bytes:
    """GS ( H: function, parameter, then the id to be sent back once all before it is printed."""
    function, rest = data[:1], data[2:]
    if function == b"0":
        return b"\x37\x22" + rest[:4] + b"\0"
    return b"\x37\x23" + rest[:1] + b"\0" if function == b"1" else b""
