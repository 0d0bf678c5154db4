"""answers: the verbs of a loyalty cloud, what a repeat of one does there, and what it can answer; plain values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Call(StrEnum):
    """The verbs of a loyalty cloud (DESIGN: one protocol, one conformance suite)."""

    CHECK = "check"
    FIND_MEMBER = "find_member"
    LIST_CHECKED_IN = "list_checked_in"
    CREATE_MEMBER = "create_member"
    ESTIMATE = "estimate"
    AWARD = "award"
    RESERVE = "reserve"
    REDEEM = "redeem"
    RELEASE = "release"
    VOID = "void"
    TAKE_BACK = "take_back"
    READ_BACK = "read_back"
    SYNC_PRODUCTS = "sync_products"


QUEUED = (Call.AWARD, Call.TAKE_BACK, Call.REDEEM, Call.RELEASE, Call.VOID)
"""The verbs that travel through the outbox; the others are asked for by a person who waits, or by the courier."""


class Idempotency(StrEnum):
    """What a repeat of one call does at the cloud; drives what happens after an unknown outcome."""

    KEY = "K"
    """The cloud honours our key: resend at once."""
    READ_BACK = "R"
    """Our id can be read back: look first, then send."""
    WEAK = "W"
    """Only amount and time can be seen: look, ask a person when unsure."""
    NONE = "N"
    """Nothing, or not known: a person decides."""


@dataclass(frozen=True, slots=True)
class Done:
    """The cloud did it now. `remote_id` is its own id; `detail` what it said (balance, computed points)."""

    remote_id: str
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AlreadyDone:
    """The cloud had done it before: as good as Done."""

    remote_id: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The cloud will not do it, and a repeat would not change that. `code` as the cloud gave it, or one of `Code`.

    `stops_provider`: the refusal is of us, not of this fact (credentials): everything waits until it is mended.
    """

    why: str
    code: str = ""
    stops_provider: bool = False


class Code(StrEnum):
    """Refusals that mean the same at every cloud, whatever number it gives them."""

    BALANCE = "not_enough_balance"
    """Tell the cashier and give the reservation up; the purchase without the spend goes out only when they agree."""
    NOT_ELIGIBLE = "not_eligible"
    """The reward does not fit: tell why, no repeat."""
    NO_SUCH_CALL = "no_such_call"
    """This cloud has no such verb: a person does it there."""


@dataclass(frozen=True, slots=True)
class NoMember:
    """Nobody has this phone, e-mail or card yet: parked for late sign-up."""


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """Several members fit: a person chooses. Candidates are labels safe to show (masked)."""

    candidates: Sequence[str]


@dataclass(frozen=True, slots=True)
class Later:
    """Not now, and surely not applied. `after_s`: seconds at the least (Retry-After); None: our own back-off."""

    why: str
    after_s: float | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """May or may not have been applied: time-out, dropped answer, 5xx after sending."""

    why: str


@dataclass(frozen=True, slots=True)
class NotFound:
    """Read-back only: the cloud does not know this key, so it was not applied."""


Answer = Done | AlreadyDone | Refused | NoMember | Ambiguous | Later | Unknown | NotFound
