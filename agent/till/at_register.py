"""at_register: who stands at which register, and which rewards are under way there, for the page; changes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from agent.acts import Parts
from agent.ledger import training
from agent.ledger.bindings import bindings_page
from agent.ledger.moment import Moment, iso, parse
from agent.ledger.redemptions import redemptions_page
from agent.till.visit import Visit

SHOWN_FOR = timedelta(minutes=10)
"""How long a reward that is over stays on the page, so that the cashier sees what became of it."""
OPEN = ("asked", "reserved")


@dataclass(frozen=True, slots=True)
class AtRegister:
    """`bound`: the next receipt's customers; `under_way`, `over`: rewards; each with `until` and a `person`."""

    bound: list[dict[str, Any]]
    under_way: list[dict[str, Any]]
    over: list[dict[str, Any]]


async def at_register(parts: Parts, visit: Visit) -> AtRegister:
    """Of the register this tablet stands at, or of all."""
    bound = await parts.ledger.do(bindings_page, visit.lane)
    rewards = [_shown(parts, one) for one in await parts.ledger.do(redemptions_page, visit.lane, limit=20)]
    return AtRegister(
        bound=[_shown(parts, one) for one in bound],
        under_way=[one for one in rewards if one["state"] in OPEN],
        over=[one for one in rewards if one["ended_at"] and visit.now - parse(one["ended_at"]) <= SHOWN_FOR],
    )


async def in_training(parts: Parts, visit: Visit) -> list[dict[str, Any]]:
    """Registers that are practised at now: the page must say so loudly."""
    on = await parts.ledger.do(training.going_on, Moment.now(parts.clock))
    return [{**one, "until": _until(one)} for one in on if visit.lane in ("", one["lane"])]


def _until(one: Mapping[str, Any]) -> str:
    return iso(parse(one["at"]) + timedelta(seconds=one["lasts_s"]))


def _shown(parts: Parts, one: Mapping[str, Any]) -> dict[str, Any]:
    person: Mapping[str, str] = one["person"]
    known = parts.people.name_of(person.get("member_id", ""))
    return {**one, "until": _until(one), "person": known or " ".join(person.values())}
