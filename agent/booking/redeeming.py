"""redeeming: takes what a cashier promises at a register, proves it by the next receipt there; calls no cloud itself.

The page asks in three steps: `ask` (committed), the provider's `reserve`, then `answered` with what it said. The rest
goes by itself: the receipt proves the discount and the cloud is told, or it goes back to the customer.
"""

import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC
from decimal import Decimal
from typing import Any

from sqlite_utils import Database

from agent.awards import FACT_VERSION, Award
from agent.awards.discount import Expected, shown
from agent.awards.goods import holds
from agent.booking.awarding import fact_of
from agent.booking.desk import Case, Desk, Rules
from agent.booking.person import Person, keyed
from agent.business_day import day_of, deadline
from agent.customer import without_payment_cards
from agent.duplicates import Sameness
from agent.errors import TillpostError
from agent.ledger import attachments, audit, bindings, redemptions
from agent.ledger.flags import Flag, raise_flag
from agent.ledger.moment import Moment
from agent.ledger.redemptions import Asked, Redemption
from agent.providers import Answer, Call, Reservation, Reward, Traits, Unknown
from agent.providers.facts import spend_of
from agent.receipt import Kind, State
from agent.settings import Programme, RewardSettings

AT_A_REGISTER = (Kind.SALE, Kind.BUY, Kind.EXCHANGE)
"""What somebody who stands at a register gets next; a return or a report is somebody else's business."""


def ask(  # noqa: PLR0917 - the order of a sentence
    db: Database, rules: Rules, register: str, programme: str, reward: Reward, customer: Mapping[str, str], who: str,
    now: Moment,
) -> int:  # fmt: skip
    """Wants `reward` for the next receipt of `register` (a lane's name, or the register as printed); its number.

    Raises TillpostError when the programme does not redeem here or another reward is open, ValueError for a customer
    that cannot be right.
    """
    chosen = rules.programmes.get(programme)
    if chosen is None or chosen.redeem == "never":
        raise TillpostError(
            f"rewards of {programme} are not redeemed at this till", hint="The setting is programmes.….redeem."
        )
    if chosen.stacking == "one" and redemptions.open_at(db, register):
        raise TillpostError(
            f"another reward is open at {register}", hint="Give that one back first: one reward a receipt."
        )
    person = keyed(customer, rules.store.country)
    asked = Asked(
        key=f"{rules.device}/{register}/reward-{uuid.uuid4().hex}/{programme}",
        register=register,
        provider=chosen.provider,
        programme=programme,
        reward={"code": reward.code, "name": reward.name or reward.code, "cost": reward.cost}
        | {"key": setting_of(chosen, reward.code).key},
        expected=_expected(chosen, reward),
        frame=_frame(rules, programme, register, person, now),
        customer_key=person.key,
        redeem=rules.repeats(chosen.provider, Call.REDEEM),
        release=rules.repeats(chosen.provider, Call.RELEASE),
        minutes=chosen.reward_minutes,
        in_award=rules.traits.get(chosen.provider, Traits()).spends_in_award,
    )
    number = redemptions.ask(db, asked, who, now)
    audit.note(db, who, "asked for a reward", f"redemption/{number}", f"{reward.code} at {register}", now.wall)
    return number


def answered(db: Database, redemption_id: int, answer: Reservation | Answer, now: Moment) -> str:
    """What the provider's `reserve` said; the state it is in now: reserved or refused."""
    if isinstance(answer, Reservation):
        redemptions.reserved(db, redemption_id, answer, now)
    else:
        why = str(getattr(answer, "why", "") or type(answer).__name__)
        redemptions.refused(db, redemption_id, why, now.wall, unsure=isinstance(answer, Unknown))
    return redemptions.load(db, redemption_id).state


def give_back(db: Database, rules: Rules, redemption_id: int, who: str, now: Moment) -> bool:
    """Wrong customer, or changed their mind: back into the wallet. False when it was over already."""
    due = deadline(now.wall, rules.store)
    done = redemptions.give_back(db, redemption_id, f"given back by {who}", now.wall, due)
    if done:
        audit.note(db, who, "gave a reward back", f"redemption/{redemption_id}", "", now.wall)
    return done


def setting_of(programme: Programme, code: str) -> RewardSettings:
    """The store's own words for a reward; bare ones for a reward that the settings do not name."""
    named = (reward for reward in programme.rewards if reward.code == code)
    return next(named, RewardSettings(code=code))


def at_register(desk: Desk, case: Case) -> Case:
    """Who stands at its register, when the paper names nobody, and which rewards this paper proves."""
    if case.receipt.kind not in AT_A_REGISTER or case.verdict.sameness is not Sameness.NEW:
        return case
    case = _with_bound_person(desk, case)
    if case.receipt.state is not State.ACCEPTED:
        return case
    for one in redemptions.waiting_at(desk.db, _registers(case), case.captured):
        case = _maybe_proven(desk, case, one)
    return case


def _with_bound_person(desk: Desk, case: Case) -> Case:
    """The receipt wins where it names somebody; whoever stood there is done either way."""
    bound = bindings.take(desk.db, _registers(case), case.captured, case.id)
    if bound is None or case.who:
        return case
    attachments.note(desk.db, case.id, bound.customer, bound.key, "bound", bound.who, desk.now.wall)
    return replace(case, who=Person(bound.customer, bound.key))


def _maybe_proven(desk: Desk, case: Case, one: Redemption) -> Case:
    promised = Person(one.asked.frame["customer"], one.asked.customer_key)
    if case.who and _differ(case.who, promised):
        return case
    seen = shown(case.receipt, one.asked.expected)
    if seen is None:
        return case
    if not case.who:
        attachments.note(desk.db, case.id, promised.customer, promised.key, "redeemed", "box", desk.now.wall)
        case = replace(case, who=promised)
    nothing = Award(one.asked.programme, Call.REDEEM, 0, 0, Decimal(0), "")
    fact = fact_of(desk, case, nothing, promised, one.asked.key)
    redemptions.prove(desk.db, one, case.id, seen, fact, case.deadline, desk.now.wall)
    _look_beside(desk, case, one)
    if one.asked.in_award and one.reservation:
        spend = {**spend_of(one.reservation), "value": seen.amount}
        case = replace(case, spends={**case.spends, one.asked.programme: spend})
    return case


def _look_beside(desk: Desk, case: Case, one: Redemption) -> None:
    programme = desk.rules.programmes.get(one.asked.programme)
    beside = [label for label, _ in case.receipt.discounts if programme and holds(programme.not_with, label)]
    if beside:
        detail = f"a reward of {one.asked.programme} was given beside '{without_payment_cards(beside[0])}'"
        raise_flag(desk.db, Flag.STACKED, f"redemption/{one.id}", detail, case.id, case.business_day, desk.now.wall)


def _differ(who: Person, other: Person) -> bool:
    """Both are named in the same way, and not the same: a member's id and a phone cannot be compared here."""
    shared = who.customer.keys() & other.customer.keys()
    return bool(shared) and not any(who.customer[name] == other.customer[name] for name in shared)


def _registers(case: Case) -> tuple[str | None, ...]:
    return case.captured.lane, case.receipt.register


def _expected(programme: Programme, reward: Reward) -> Expected:
    """The store's settings say how its paper shows it; what they leave open the cloud has said."""
    own = setting_of(programme, reward.code)
    sized = own.value is not None or own.percent is not None
    return Expected(
        value=own.value if sized else reward.value,
        percent=own.percent if sized or reward.percent is None else Decimal(reward.percent),
        item=own.item or reward.item,
        shows=own.shows,
    )


def _frame(rules: Rules, programme: str, register: str, person: Person, now: Moment) -> dict[str, Any]:
    store = rules.store
    return {
        "v": FACT_VERSION,
        "programme": programme,
        "currency": store.currency,
        "exponent": store.exponent,
        "customer": dict(person.customer),
        "store": store.id,
        "device": rules.device,
        "lane": register,
        "captured_at": now.wall.astimezone(UTC).isoformat(),
        "business_day": day_of(None, now.wall, store, trusted=now.trusted).isoformat(),
    }
