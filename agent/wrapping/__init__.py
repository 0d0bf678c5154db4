"""wrapping: what print data travels in besides a bare stream, one file each; takes stream bytes, gives where jobs end
and what is printed in them; opens no socket, reads no printer language."""

from agent.wrapping import http, lpd
from agent.wrapping.kinds import Framer, Wrapped, Wrapping

__all__ = ["Framer", "Wrapped", "Wrapping", "framer", "unwrapped", "wrapping_of"]

_FRAMERS: dict[Wrapping, type[Framer]] = {Wrapping.HTTP: http.HttpFramer, Wrapping.LPD: lpd.LpdFramer}
_READERS = {Wrapping.HTTP: http.printed, Wrapping.LPD: lpd.printed}


def framer(wrapping: Wrapping) -> Framer | None:
    """None for a bare stream: there the printer's language says where a job ends."""
    return _FRAMERS[wrapping]() if wrapping in _FRAMERS else None


def unwrapped(wrapping: Wrapping, job: bytes) -> list[Wrapped]:
    """The print data of one job, in order; a bare stream is all of it."""
    return _READERS[wrapping](job) if wrapping in _READERS else [Wrapped(0, job)]


def wrapping_of(data: bytes) -> Wrapping:
    """For a captured file: what its first bytes look like."""
    if http.looks_like_a_request(data):
        return Wrapping.HTTP
    return Wrapping.LPD if lpd.looks_like_a_session(data) else Wrapping.NONE
