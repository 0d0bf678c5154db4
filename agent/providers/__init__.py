"""providers: the one interface every loyalty cloud is spoken to through, and the list of those we speak to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol


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
    """The cloud will not do it, and a repeat would not change that. `code` as the cloud gave it.

    `stops_provider`: the refusal is of us, not of this fact (credentials): everything waits until it is mended.
    """

    why: str
    code: str = ""
    stops_provider: bool = False


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


@dataclass(frozen=True, slots=True)
class Limits:
    """What the courier keeps to; a batch counts as one call."""

    calls_per_second: float = 5.0
    batch: int = 1
    timeout_s: float = 20.0


class Provider(Protocol):
    """One loyalty cloud. A verb it lacks is absent from `idempotency` and becomes a task for a person.

    `fact` is the outbox body (see `agent.awards.fact_body`): plain JSON, its `key` the idempotency key.
    No method raises for what the network or the cloud does: that is an Answer. A wrong setting raises
    `ProviderMisconfigured`.
    """

    name: str
    idempotency: Mapping[Call, Idempotency]
    limits: Limits

    async def check(self) -> Answer: ...
    async def award(self, facts: Sequence[Mapping[str, Any]]) -> Sequence[Answer]:
        """One answer per fact, in order; at most `limits.batch` facts. TAKE_BACK facts travel here too when the
        cloud takes both in one call (`kind` in the fact says which)."""

    async def take_back(self, facts: Sequence[Mapping[str, Any]]) -> Sequence[Answer]: ...
    async def read_back(self, fact: Mapping[str, Any]) -> Answer:
        """AlreadyDone when the cloud shows our fact, NotFound when it surely does not, else Later or Unknown."""

    async def find_member(self, identifiers: Mapping[str, str]) -> Answer:
        """`identifiers`: any of phone (E.164), email, card. Done.remote_id = member id."""

    async def close(self) -> None: ...
