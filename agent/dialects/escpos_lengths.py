"""escpos_lengths: takes printer bytes cut anywhere, tells cuts and status requests; reads no text.

Standard library only: the tap stands on it.
"""

from agent.dialects.escpos_table import ESCPOS
from agent.dialects.evidence import CUT_PARAMETERS, Evidence, Language
from agent.dialects.name import DialectName
from agent.dialects.star_table import STAR
from agent.dialects.star_table import is_cut as is_star_cut
from agent.dialects.tokenizer import TEXT, Token, Tokenizer

_READY = (ESCPOS.command_re, ESCPOS.with_bare_bold.command_re, STAR.command_re)
"""Compiled when the tap starts, not while the first till waits for its printer."""

__all__ = ["TEXT", "CutScanner", "RequestScanner", "Token", "Tokenizer", "is_cut"]

CUTS = (b"\x1bi", b"\x1bm")


def is_cut(key: bytes, head: bytes) -> bool:
    """GS V m [n], ESC i, ESC m."""
    return key in CUTS or (key == b"\x1dV" and len(head) > 2 and head[2] in CUT_PARAMETERS)


class CutScanner:
    """Tells behind which bytes the paper is cut, so that the tap can hold exactly those until they are on disk.

    PLAIN_TEXT has no cuts, STAR has its own. AUTO tells a cut only once the stream has shown that it is ESC/POS.
    """

    def __init__(self, dialect: DialectName) -> None:
        self._dialect = dialect
        self._tokenizer = Tokenizer(STAR) if dialect is DialectName.STAR else Tokenizer()
        self._evidence = Evidence()
        self._fed = 0

    def feed(self, data: bytes) -> list[int]:
        """Offsets in `data` just behind each byte that completes a cut; 1 … len(data), rising."""
        if self._dialect is DialectName.PLAIN_TEXT:
            return []
        before, self._fed = self._fed, self._fed + len(data)
        cuts = [token.end - before for token in self._tokenizer.feed(data) if self._is_believed_cut(token)]
        return [cut for cut in cuts if cut > 0]  # one told late has been let through already

    def give_up(self) -> None:
        """The line was quiet: a half-read command is forgotten, what is known about the language is kept."""
        self._tokenizer.give_up()

    def _is_believed_cut(self, token: Token) -> bool:
        if token.why:
            return False
        if self._dialect is DialectName.STAR:
            return is_star_cut(token.head)
        self._evidence.add(token.key, token.head)
        if not is_cut(token.key, token.head):
            return False
        return self._dialect is DialectName.ESCPOS or self._evidence.language is Language.ESCPOS


REQUESTS = frozenset((b"\x10\x04", b"\x10\x14", b"\x1dr", b"\x1da", b"\x1dI", b"\x1dj", b"\x1bv", b"\x1bu"))
"""Commands a printer answers: DLE EOT, DLE DC4, GS r, GS a, GS I, GS j, ESC v, ESC u; and GS ( H."""


class RequestScanner:
    """Tells which status requests were completed, in order, each with all its bytes (`1D 28 48 06 00 30 30 …`)."""

    def __init__(self) -> None:
        self._tokenizer = Tokenizer()

    def feed(self, data: bytes) -> list[bytes]:
        return [token.head + token.data for token in self._tokenizer.feed(data) if _asks(token)]

    def give_up(self) -> None:
        self._tokenizer.give_up()


def _asks(token: Token) -> bool:
    if token.why:
        return False
    if token.key == b"\x1bv":
        return len(token.head) == 2
    return token.key in REQUESTS or token.head[:3] == b"\x1d(H"
