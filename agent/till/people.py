"""people: takes what the front desk knows, gives the people a page shows, masked; asks no cloud by itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agent import booking
from agent.acts import Parts
from agent.front_desk import Found, shown_name
from agent.ledger.personal import masked_customer
from agent.providers import Ambiguous, Call, Code, Member, NoMember, Refused
from agent.till.visit import Visit


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can be tapped: `label` is a name and the last four, `fields` are what an act is told."""

    label: str
    fields: Mapping[str, str]
    provider: str


@dataclass(frozen=True, slots=True)
class Answered:
    """What one cloud said. `key` names the catalogue's words for it; `candidates` when several fit."""

    provider: str
    key: str
    member: Member | None = None
    why: str = ""
    candidates: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class ShownLookUp:
    """`label`: what was typed, masked; `fields`: the customer as an act is told; `nobody`: offer to sign them up."""

    label: str
    fields: Mapping[str, str]
    answers: Sequence[Answered]
    nobody: bool
    can_sign_up: Sequence[str]
    cards: Sequence[Mapping[str, Any]]
    """Frequent-buyer cards as this box has punched them."""

    @property
    def several(self) -> bool:
        return any(one.candidates for one in self.answers)


@dataclass(frozen=True, slots=True)
class Ways:
    """What the page offers of a cloud."""

    redeems: bool


def ways_of(parts: Parts) -> dict[str, Ways]:
    """Per cloud; a reward is offered only where it can be taken out of the wallet and the store wants it so."""
    wanted = {one.provider for one in parts.settings.programmes.values() if one.redeem != "never"}
    return {
        name: Ways(redeems=Call.RESERVE in provider.idempotency and name in wanted)
        for name, provider in parts.providers.items()
    }


def people_here(parts: Parts) -> list[Person]:
    """Who has just checked in at a loyalty tablet."""
    return [
        Person(
            shown_name(here.person.name, here.person.phone_last4) or here.person.member_id,
            {"member": here.person.member_id, "provider": here.provider},
            here.provider,
        )
        for here in parts.people.here()
    ]


async def shown_look_up(parts: Parts, visit: Visit, receipt: int) -> ShownLookUp | None:
    """What was looked up at this browser for this receipt (0: for the register)."""
    kept = parts.people.looked_up(visit.session.actor.place, receipt)
    if kept is None:
        return None
    by = next((dict(one.by) for one in kept.found if one.member), dict(kept.customer))
    able = [name for name, provider in parts.providers.items() if Call.CREATE_MEMBER in provider.idempotency]
    return ShownLookUp(
        label=parts.people.name_of(kept.customer.get("member_id", ""))
        or " ".join(str(value) for value in masked_customer(kept.customer).values()),
        fields=_as_fields(by, next((one.provider for one in kept.found if one.member), "")),
        answers=[_answered(one) for one in kept.found],
        nobody=kept.nobody,
        can_sign_up=able,
        cards=await parts.ledger.do(booking.cards_of, parts.rules, by),
    )


def with_name(parts: Parts, card: Mapping[str, Any]) -> dict[str, Any]:
    """A receipt's card whose person is told by name, where only the cloud's number is kept and the desk knows it."""
    person = card["person"]
    name = parts.people.name_of(person["member_id"]) if set(person) == {"member_id"} else ""
    return {**card, "person": {"name": name} if name else person}


def _as_fields(customer: Mapping[str, str], provider: str) -> dict[str, str]:
    """As the acts take a customer."""
    if "member_id" in customer:
        return {"member": customer["member_id"], "provider": provider}
    kind, text = next(iter(customer.items()))
    return {"who": text, "kind": kind}


def _answered(found: Found) -> Answered:
    match found.answer:
        case Member():
            return Answered(found.provider, "found.member", found.answer)
        case NoMember():
            return Answered(found.provider, "found.nobody")
        case Ambiguous():
            return Answered(found.provider, "found.several", candidates=tuple(found.answer.candidates))
        case Refused(code=Code.NO_SUCH_CALL):
            return Answered(found.provider, "found.cannot")
    return Answered(found.provider, "found.offline", why=str(getattr(found.answer, "why", "")))
