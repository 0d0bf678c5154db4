"""protocol: the one interface every loyalty cloud is spoken to through; speaks to none itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from agent.providers.answers import Answer, Call, Idempotency
from agent.providers.people import Basket, CheckedIn, Estimate, Member, NewMember, Product, Reservation, Reward

Fact = Mapping[str, Any]
"""An outbox body: plain JSON, its `key` the idempotency key (`agent.awards.fact_body`, `agent.providers.facts`)."""
Facts = Sequence[Fact]


@dataclass(frozen=True, slots=True)
class Limits:
    """What the courier keeps to; a batch counts as one call. `reservation_s`: a reservation's life, None: no end."""

    calls_per_second: float = 5.0
    batch: int = 1
    timeout_s: float = 20.0
    reservation_s: float | None = None


@dataclass(frozen=True, slots=True)
class Traits:
    """How this cloud differs where the rest of the box has to know it."""

    spends_in_award: bool = False
    """A spend travels inside the award (`fact['spend']`), so there is no `redeem` of its own (CRM.COM)."""
    counts_itself: bool = False
    """The cloud works out the award from the itemised receipt; our points are only what we expect."""
    takes_nobody: bool = False
    """Receipts without a customer are taken, to be claimed later with a code (`fact['claim']`)."""
    claim_url: str = ""
    """What a claim code is appended to in the QR text: this and the code, nothing else."""


class Provider(Protocol):
    """One loyalty cloud. A verb it lacks is absent from `idempotency` and becomes a task for a person.

    No method raises for what the network or the cloud does: that is an Answer. A wrong setting raises
    `ProviderMisconfigured`. The verbs of `answers.QUEUED` take outbox facts, at most `limits.batch`, and give one
    answer per fact, in order; the courier calls them. All others are for a person who waits: short time-outs, and a
    value (Member, Estimate, …) or an Answer that says why not. `identifiers`: any of phone (E.164), email, card,
    code (a scanned wallet code or one-time password), member_id.
    """

    name: str
    idempotency: Mapping[Call, Idempotency]
    limits: Limits
    traits: Traits

    async def check(self) -> Answer:
        """Done when address and credentials fit; changes nothing there."""

    async def find_member(self, identifiers: Mapping[str, str], basket: Basket | None = None) -> Member | Answer:
        """The one member; NoMember, Ambiguous. With a basket: only rewards that fit it, where the cloud can tell."""

    async def list_checked_in(self) -> Sequence[CheckedIn] | Answer:
        """Who is at this store's tablets now, latest first."""

    async def create_member(self, who: NewMember) -> Member | Answer:
        """Signs somebody up, without any consent; the member who is there already when the cloud says so."""

    async def estimate(self, fact: Fact) -> Estimate | Answer:
        """What this award would give; books nothing."""

    async def award(self, facts: Facts) -> Sequence[Answer]:
        """Gives what the facts say."""

    async def take_back(self, facts: Facts) -> Sequence[Answer]:
        """A return: `fact['original']` is the award's own body where the box has it, `fact['left']` what is kept."""

    async def reserve(self, member_id: str, reward: Reward, basket: Basket) -> Reservation | Answer:
        """Takes the reward out of the wallet for this sale, so that it cannot be spent twice."""

    async def redeem(self, facts: Facts) -> Sequence[Answer]:
        """The printed receipt has proved the discount: `fact['reservation']` is spent for good."""

    async def release(self, facts: Facts) -> Sequence[Answer]:
        """No receipt proved it: `fact['reservation']` goes back to the customer."""

    async def void(self, facts: Facts) -> Sequence[Answer]:
        """Undoes a whole award: `fact['undoes']` = its key and the cloud's id of it."""

    async def read_back(self, fact: Fact) -> Answer:
        """AlreadyDone when the cloud shows our fact, NotFound when it surely does not, else Later or Unknown."""

    async def sync_products(self, products: Sequence[Product]) -> Answer:
        """Tells the cloud the learned catalogue."""

    async def close(self) -> None: ...
