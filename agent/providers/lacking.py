"""lacking: a provider that can do nothing: each verb says so; adapters put in its place what their cloud can do."""

from collections.abc import Mapping, Sequence

from agent.providers.answers import Answer, Call, Code, Idempotency, Refused
from agent.providers.people import Basket, CheckedIn, Estimate, Member, NewMember, Product, Reservation, Reward
from agent.providers.protocol import Fact, Facts, Limits, Traits


class Lacking:
    """An adapter overrides a verb and names it in `idempotency`; what it leaves becomes a task for a person."""

    def __init__(self, name: str, limits: Limits | None = None, traits: Traits | None = None) -> None:
        self.name, self.limits, self.traits = name, limits or Limits(), traits or Traits()
        self.idempotency: Mapping[Call, Idempotency] = {}

    def lacks(self, call: Call) -> Refused:
        return Refused(f"{self.name} has no call for this ({call.value.replace('_', ' ')})", Code.NO_SUCH_CALL)

    async def check(self) -> Answer:
        return self.lacks(Call.CHECK)

    async def find_member(self, identifiers: Mapping[str, str], basket: Basket | None = None) -> Member | Answer:
        del identifiers, basket
        return self.lacks(Call.FIND_MEMBER)

    async def list_checked_in(self) -> Sequence[CheckedIn] | Answer:
        return self.lacks(Call.LIST_CHECKED_IN)

    async def create_member(self, who: NewMember) -> Member | Answer:
        del who
        return self.lacks(Call.CREATE_MEMBER)

    async def estimate(self, fact: Fact) -> Estimate | Answer:
        del fact
        return self.lacks(Call.ESTIMATE)

    async def award(self, facts: Facts) -> Sequence[Answer]:
        return [self.lacks(Call.AWARD)] * len(facts)

    async def take_back(self, facts: Facts) -> Sequence[Answer]:
        return [self.lacks(Call.TAKE_BACK)] * len(facts)

    async def reserve(self, member_id: str, reward: Reward, basket: Basket) -> Reservation | Answer:
        del member_id, reward, basket
        return self.lacks(Call.RESERVE)

    async def redeem(self, facts: Facts) -> Sequence[Answer]:
        return [self.lacks(Call.REDEEM)] * len(facts)

    async def release(self, facts: Facts) -> Sequence[Answer]:
        return [self.lacks(Call.RELEASE)] * len(facts)

    async def void(self, facts: Facts) -> Sequence[Answer]:
        return [self.lacks(Call.VOID)] * len(facts)

    async def read_back(self, fact: Fact) -> Answer:
        del fact
        return self.lacks(Call.READ_BACK)

    async def sync_products(self, products: Sequence[Product]) -> Answer:
        del products
        return self.lacks(Call.SYNC_PRODUCTS)

    async def close(self) -> None:
        """Nothing is open."""
