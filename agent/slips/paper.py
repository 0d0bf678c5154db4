"""paper: takes the lines of a slip of ours, gives the bytes a printer takes; knows no printer's address."""

from collections.abc import Sequence

from agent.dialects.name import DialectName

OUR_MARK = "tillpost slip"
"""Begins every slip of ours, so that the box, which hears everything on its lanes, never takes one for a receipt."""
MARKED_WITHIN = 3
MODULE_DOTS = 6
"""Of a QR code: 0.75 mm at 203 dpi, read by any phone; 40 characters take about 2.5 cm."""
START = b"\x1b@"
"""ESC @, initialise: the same in ESC/POS and in Star line mode."""
STAR_CUT, ESC_POS_CUT = b"\n\n\n\x1bd\x03", b"\n\n\n\n\x1dVA\x03"
"""ESC d 3, and GS V A n: feed to the cutter and cut partially, as the tills do it."""


def slip_bytes(lines: Sequence[str], dialect: DialectName, code_page: str = "cp437", *, code: str = "") -> bytes:
    """A job of its own, from initialising to the cut. What the code page lacks comes out as '?'.

    `code`: a QR code's text below the lines, drawn by the printer itself.
    """
    text = "".join(f"{line}\n" for line in (OUR_MARK, *lines)).encode(code_page, "replace")
    star = dialect is DialectName.STAR
    drawn = (_star_qr if star else _esc_pos_qr)(code.encode()) if code else b""
    return START + text + drawn + (STAR_CUT if star else ESC_POS_CUT)


def _esc_pos_qr(data: bytes) -> bytes:
    """GS ( k, functions 165, 167, 169, 180, 181: model 2, dots a module, error correction M, store, print."""
    parts = (b"1A2\0", b"1C" + bytes([MODULE_DOTS]), b"1E1", b"1P0" + data, b"1Q0")
    return b"".join(b"\x1d(k" + len(part).to_bytes(2, "little") + part for part in parts)


def _star_qr(data: bytes) -> bytes:
    """ESC GS y: model 2, error correction M, dots a module, data, print."""
    settings = b"\x1b\x1dyS0\x02" + b"\x1b\x1dyS1\x01" + b"\x1b\x1dyS2" + bytes([MODULE_DOTS])
    return settings + b"\x1b\x1dyD1\0" + len(data).to_bytes(2, "little") + data + b"\x1b\x1dyP"


def is_ours(lines: Sequence[str]) -> bool:
    """Is this paper a slip that the box printed itself?"""
    return any(line.strip() == OUR_MARK for line in lines[:MARKED_WITHIN])
