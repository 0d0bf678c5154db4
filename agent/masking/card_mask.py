"""card_mask: takes raw printer bytes cut anywhere, gives as many bytes with card numbers' digits as '*'; keeps nothing.

All but the last four digits are replaced one for one, so that offsets stay true. What may become a number is withheld
until it is decided, at most WITHHELD_BYTES. Card numbers inside hex and base64 text are found and masked there, too.
Pictures, barcodes in binary, compressed and encrypted data are not looked into.
"""

from collections.abc import Iterator

from agent.masking.card_envelopes import (
    MASKED,
    Finding,
    envelope_tail,
    findings,
    is_inside_hex,
    masked_places,
    whole_letters_from,
)
from agent.masking.card_escapes import blanks_spelt_out, with_begun_as_blank
from agent.masking.card_numbers import SPAN, find, tail

WITHHELD_BYTES = SPAN
HISTORY_BYTES = 2 * SPAN
"""Bytes already given that are still looked at: what stood before a number decides whether it is one."""


class CardMask:
    """For one session and direction. `masked`: numbers masked so far."""

    def __init__(self, loyalty_prefixes: tuple[str, ...] = ()) -> None:
        """`loyalty_prefixes`: numbers that begin like this are the store's own cards and stay."""
        self.masked = 0
        self._loyalty_prefixes = loyalty_prefixes
        self._raw = b""
        self._given = 0
        self._held = bytearray()
        self._counted_to = 0

    @property
    def withheld(self) -> int:
        """Bytes."""
        return len(self._held)

    def feed(self, data: bytes) -> bytes:
        """What can be given now: everything before a tail that may be the beginning of a card number."""
        raw = self._raw + data
        open_from = tail(with_begun_as_blank(blanks_spelt_out(raw)))
        keep_from = max(self._given, min(open_from, envelope_tail(raw)), len(raw) - WITHHELD_BYTES)
        return self._give(raw, data, keep_from)

    def flush(self) -> bytes:
        """The line is quiet or closed: gives the rest, masked where it is a number as it stands."""
        return self._give(self._raw, b"", len(self._raw)) if self._held else b""

    def _give(self, raw: bytes, data: bytes, keep_from: int) -> bytes:
        out, base = self._held + data, self._given
        for finding in self._findings(raw):
            if finding.decided or finding.start < keep_from:  # what leaves now must be decided now
                self._count(finding)
                for place, byte in finding.edits.items():
                    if place >= base:
                        out[place - base] = byte
        self._held = out[keep_from - base :]
        forgotten = whole_letters_from(raw, max(0, keep_from - HISTORY_BYTES))
        self._raw, self._given = raw[forgotten:], keep_from - forgotten
        self._counted_to -= forgotten
        return bytes(out[: keep_from - base])

    def _findings(self, raw: bytes) -> Iterator[Finding]:
        for number in find(blanks_spelt_out(raw), self._loyalty_prefixes):
            if not is_inside_hex(raw, number):
                edits = dict.fromkeys(masked_places(raw, number), MASKED)
                yield Finding(number.start, number.end, number.decided, edits)
        yield from findings(raw, self._loyalty_prefixes)

    def _count(self, finding: Finding) -> None:
        if finding.start >= self._counted_to:
            self.masked += 1
        self._counted_to = max(self._counted_to, finding.end)
