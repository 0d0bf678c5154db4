"""ESC/POS commands by hand, family by family: each is as long as the printer takes it, and text behind it is text."""

import pytest

from agent.dialects.tokenizer import Tokenizer
from tests.dialects.streams import read_in, slicings

REAL_TIME = (b"\x10\x04\x01", b"\x10\x04\x07\x01", b"\x10\x04\x12\x01", b"\x10\x05\x01", b"\x10\x14\x01\x00\x01")
REAL_TIME_LONG = (b"\x10\x14\x03\x01\x01\x00\x01\x01", b"\x10\x14\x07\x01", b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08")
MODES = (*(bytes((0x1B, code, 1)) for code in b"!-EGMRTUVa{ %r3JdKet="), b"\x1bt\x30", b"\x1b!\x10", b"\x1ba0")
BARE = (b"\x1b@", b"\x1bS", b"\x1bL", b"\x1b\x0c", b"\x1b2", b"\x1b<", b"\x1bq", b"\x1bi", b"\x1bm", b"\x1bv")
PLACES = (
    b"\x1b$\x01\x02",
    b"\x1b\\\xff\xff",
    b"\x1bc5\x01",
    b"\x1bf\x01\x02",
    b"\x1bp\x00\x19\xfa",
    b"\x1bW" + bytes(8),
)
TABS = (b"\x1bD\x08\x10\x18\x00", b"\x1bD\x00", b"\x1bD" + bytes(range(1, 33)))
COUNTED = (
    b"\x1b*\x00\x03\x00\x1b\x1d\x10",
    b"\x1b*\x21\x02\x00\x10\x04\x01\x1b@\x1d",
    b"\x1b&\x03AB\x02\x1bp\x00\x1d\x56\x30\x01\x10\x04\x01",
    b"\x1b(A\x04\x000\x01\x02\x03",
    b"\x1dv0\x00\x02\x00\x02\x00\x1b@\x1dV",
    b"\x1dQ0\x00\x04\x00\x01\x00\x1b@\x1dV",
    b"\x1d(L\x04\x000\x10\x04\x01",
    b"\x1d(k\x04\x001A2\x00",
    b"\x1d8L\x04\x00\x00\x000p\x10\x04",
    b"\x1d*\x01\x01\x10\x04\x01\x1b@\x1dV0",
    b"\x1dk\x04*A*\x00",
    b"\x1dkI\x05{B\x10\x04\x01",
    b"\x1dD0C0AB01BM\x0e\x00\x00\x00\x10\x04\x01\x1b@\x1dV0",
    b"\x1cq\x01\x01\x00\x01\x00\x10\x04\x01\x1b@\x1dV0",
    b"\x1cg1\x00\x00\x00\x00\x00\x03\x00\x10\x04\x01",
    b"\x1c(E\x03\x00\x10\x04\x01",
    b"\x1c2\xec\x40" + b"\x10\x04\x01" * 24,
)
GS = (
    *(bytes((0x1D, code, 1)) for code in b"!BbHfhwraIj/T"),
    b"\x1d:",
    b"\x1dc",
    b"\x1d^\x01\x00\x00",
    b"\x1dP\x01\x02",
)
GS_PLACES = (
    *(bytes((0x1D, code, 1, 2)) for code in b"LW$\\"),
    b"\x1dz0\x01\x02",
    b"\x1dg0\x00\x01\x00",
    b"\x1dg2\x00\x01\x00",
)
COUNTERS = (b"\x1dC0\x01\x01", b"\x1dC1\x01\x00\x02\x00\x01\x01", b"\x1dC2\x01\x00", b"\x1dC;1;2;3;4;5;")
CUTS = (
    b"\x1dV\x00",
    b"\x1dV1",
    b"\x1dVA\x10",
    b"\x1dVB\x00",
    b"\x1dVa\x1b",
    b"\x1dVb\x10",
    b"\x1dVg\x04",
    b"\x1dVh\x05",
)
FS = (
    b"\x1c&",
    b"\x1c.",
    b"\x1c!\x01",
    b"\x1c-\x01",
    b"\x1cW\x01",
    b"\x1cC1",
    b"\x1cS\x01\x02",
    b"\x1c?\xec\x40",
    b"\x1cp\x01\x00",
)
CLONES = (
    b"\x1d\xf950",  # Bematech: its own language on
    b"\x1dkQ\x02\x08\x00\x01\x03\x00\x10\x04\x01",  # its 2-D code
    b"\x1b\x81\x03\x00\x00\x05A",  # Daruma's
    b"\x12q\x00",  # Seiko
    b"\x1b#\x01\x02",  # Wincor
    b"\x1bB\x02\x03",  # buzzers
    b"\x1bC\x01",
)
FAMILIES = {
    "real time": REAL_TIME + REAL_TIME_LONG,
    "modes": MODES + BARE,
    "places and tabs": PLACES + TABS,
    "counted data, opaque": COUNTED,
    "gs": GS + GS_PLACES + COUNTERS,
    "cuts": CUTS,
    "fs": FS,
    "clones": CLONES,
}


@pytest.mark.parametrize("commands", FAMILIES.values(), ids=FAMILIES)
def test_a_command_is_as_long_as_the_printer_takes_it(commands: tuple[bytes, ...]) -> None:
    for command in commands:
        for how, pieces in slicings(command + b"~5.00\n"):
            tokens = read_in(pieces, lambda: Tokenizer(reading=True))
            told = [(token.start, token.end, token.why) for token in tokens if token.key and token.key != b"\n"]
            assert told == [(0, len(command), "")], (command.hex(), how)
            assert b"".join(token.data for token in tokens if not token.key) == b"~5.00", (command.hex(), how)
