"""paper: takes the lines of a slip of ours, gives the bytes a printer takes; knows no printer's address."""

from collections.abc import Sequence

from agent.dialects.name import DialectName

OUR_MARK = "tillpost slip"
"""Begins every slip of ours, so that the box, which hears everything on its lanes, never takes one for a receipt."""
MARKED_WITHIN = 3
START = b"\x1b@"
"""ESC @, initialise: the same in ESC/POS and in Star line mode."""
STAR_CUT, ESC_POS_CUT = b"\n\n\n\x1bd\x03", b"\n\n\n\n\x1dVA\x03"
"""ESC d 3, and GS V A n: feed to the cutter and cut partially, as the tills do it."""


def slip_bytes(lines: Sequence[str], dialect: DialectName, code_page: str = "cp437") -> bytes:
    """A job of its own, from initialising to the cut. What the code page lacks comes out as '?'."""
    text = "".join(f"{line}\n" for line in (OUR_MARK, *lines)).encode(code_page, "replace")
    return START + text + (STAR_CUT if dialect is DialectName.STAR else ESC_POS_CUT)


def is_ours(lines: Sequence[str]) -> bool:
    """Is this paper a slip that the box printed itself?"""
    return any(line.strip() == OUR_MARK for line in lines[:MARKED_WITHIN])
