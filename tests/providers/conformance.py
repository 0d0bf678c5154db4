"""conformance: what every adapter must do with its sandbox, whatever the cloud speaks; knows no adapter.

A check takes an open pair and a way to make facts. `deliver` follows the idempotency classes as the product does, so
that the checks can ask for an exact ledger after any misbehaviour.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from agent.providers import (
    AlreadyDone,
    Ambiguous,
    Answer,
    Basket,
    Call,
    Code,
    Done,
    Estimate,
    Idempotency,
    Later,
    Member,
    NewMember,
    NoMember,
    NotFound,
    Product,
    Refused,
    Reservation,
    Unknown,
)
from agent.providers.facts import redeem_body, release_body, void_body
from agent.sandboxes.misbehaviour import Call as Door
from agent.sandboxes.misbehaviour import Fault
from tests.providers.pairs import Pair

PHONE, OTHER_PHONE, STRANGER = "+14155550188", "+14155550119", "+14155550142"
TRIES = 12
APPLIED_UNSEEN = (Fault.ERROR_AFTER, Fault.DROP_AFTER, Fault.GARBAGE, Fault.WRONG_KEY)
"""The cloud has done it, but the adapter cannot know."""
NOT_APPLIED_UNSEEN = (Fault.ERROR_BEFORE, Fault.DROP_BEFORE)
"""The cloud has not done it, but the adapter cannot know."""

Fact = Mapping[str, Any]
Check = Callable[[Pair], Awaitable[None]]


def fact(number: int, points: int = 10, phone: str = PHONE) -> dict[str, Any]:
    """An outbox body as `agent.awards.fact_body` makes them."""
    return {
        "v": 1,
        "key": f"TP-1/till 1/0000abcd-000001-{number:07d}/club",
        "kind": "award" if points > 0 else "take_back",
        "programme": "club",
        "points": points,
        "base": points * 100,
        "rate": "1",
        "currency": "USD",
        "exponent": 2,
        "customer": {"phone": phone},
        "store": "store",
        "device": "TP-1",
        "lane": "till 1",
        "captured_at": "2026-11-14T17:00:00+00:00",
        "business_day": "2026-11-14",
        "receipt": {"kind": "sale", "number": str(number), "total": points * 108, "tenders": [], "items": []},
    }


async def send(pair: Pair, *facts: Fact) -> Sequence[Answer]:
    """In batches as large as the adapter allows."""
    step, answers = pair.provider.limits.batch, list[Answer]()
    for start in range(0, len(facts), step):
        answers += await pair.provider.award(facts[start : start + step])
    assert len(answers) == len(facts)
    return answers


async def deliver(pair: Pair, one: Fact) -> Answer:
    """Until it is settled, or a person would have to be asked (Unknown)."""
    answer: Answer = Later("not sent by now")
    for _ in range(TRIES):
        (answer,) = await pair.provider.award([one])
        if isinstance(answer, Unknown):
            answer = await _resolve(pair, one)
        if not isinstance(answer, Later | NotFound):
            return answer
    return answer


async def _resolve(pair: Pair, one: Fact) -> Answer:
    """What an unknown outcome turns into by the rule of its class."""
    rule = pair.provider.idempotency[Call.AWARD]
    if rule is Idempotency.KEY:
        return Later("the same key goes out again")
    if rule is not Idempotency.READ_BACK:
        return Unknown("a person decides")
    for _ in range(TRIES):
        answer = await pair.provider.read_back(one)
        if not isinstance(answer, Later | Unknown):
            return answer
    return Unknown("it cannot be read back")


def honours_keys(pair: Pair) -> bool:
    return pair.provider.idempotency[Call.AWARD] is Idempotency.KEY


def can_read_back(pair: Pair) -> bool:
    return Call.READ_BACK in pair.provider.idempotency


async def awards_once(pair: Pair) -> None:
    (answer,) = await send(pair, fact(1, 149))
    assert isinstance(answer, Done)
    assert answer.remote_id
    assert pair.cloud.book.points(phone=PHONE) == 149


async def a_repeat_is_already_done(pair: Pair) -> None:
    if not honours_keys(pair):
        return
    await send(pair, fact(1))
    (answer,) = await send(pair, fact(1))
    assert isinstance(answer, AlreadyDone)
    assert pair.cloud.book.points(phone=PHONE) == 10
    assert pair.cloud.book.asked[fact(1)["key"]] == 2


async def takes_back(pair: Pair) -> None:
    await send(pair, fact(1, 149))
    (answer,) = await pair.provider.take_back([fact(2, -49)])
    assert isinstance(answer, Done)
    assert pair.cloud.book.points(phone=PHONE) == 100


async def answers_a_batch_in_order(pair: Pair) -> None:
    """Each fact its own answer: one bad fact does not hold up those beside it."""
    spoilt = {**fact(3), "points": 0}
    answers = await send(pair, fact(1, 5), fact(2, 7, STRANGER), spoilt, fact(4, 11, OTHER_PHONE), fact(5, 13))
    assert [type(answer) for answer in answers] == [Done, NoMember, Refused, Done, Done]
    assert pair.cloud.book.points(phone=PHONE) == 18
    assert pair.cloud.book.points(phone=OTHER_PHONE) == 11


async def a_full_batch_arrives_whole(pair: Pair) -> None:
    facts = [fact(number, number) for number in range(1, 51)]
    answers = await send(pair, *facts)
    assert all(isinstance(answer, Done) for answer in answers)
    assert pair.cloud.book.points(phone=PHONE) == sum(range(1, 51))


async def sends_nothing_for_nothing(pair: Pair) -> None:
    assert list(await pair.provider.award([])) == []


async def nobody_has_this_phone(pair: Pair) -> None:
    (answer,) = await send(pair, fact(1, phone=STRANGER))
    assert isinstance(answer, NoMember)
    pair.cloud.book.sign_up(phone=STRANGER)
    (answer,) = await send(pair, fact(1, phone=STRANGER))
    assert isinstance(answer, Done)
    assert pair.cloud.book.points(phone=STRANGER) == 10


async def two_have_this_phone(pair: Pair) -> None:
    pair.cloud.book.sign_up(phone=PHONE)
    (answer,) = await send(pair, fact(1))
    assert isinstance(answer, Ambiguous)
    assert not any(PHONE in candidate for candidate in answer.candidates)


async def finds_members(pair: Pair) -> None:
    found = await pair.provider.find_member({"phone": PHONE})
    assert isinstance(found, Member)
    assert found.phone_last4 in ("", PHONE[-4:])
    assert isinstance(await pair.provider.find_member({"phone": STRANGER}), NoMember)


async def a_refusal_has_a_reason(pair: Pair) -> None:
    pair.cloud.misbehaviour.order(Fault.REFUSE)
    (answer,) = await send(pair, fact(1))
    assert isinstance(answer, Refused)
    assert answer.why
    assert not answer.stops_provider
    assert pair.cloud.book.points(phone=PHONE) == 0


async def bad_credentials_stop_the_provider(pair: Pair) -> None:
    for door in (Door.CHECK, Door.FACTS, Door.MEMBERS):
        pair.cloud.misbehaviour.order(Fault.UNAUTHORISED, call=door)
    asked = [await pair.provider.check(), *await send(pair, fact(1)), await pair.provider.find_member({"phone": PHONE})]
    for answer in asked:
        assert isinstance(answer, Refused)
        assert answer.stops_provider
    assert isinstance(await pair.provider.check(), Done)


async def too_many_calls_wait_as_long_as_told(pair: Pair) -> None:
    pair.cloud.misbehaviour.order(Fault.RATE_LIMIT, retry_after="30")
    (answer,) = await send(pair, fact(1))
    assert isinstance(answer, Later)
    assert answer.after_s == 30
    assert pair.cloud.book.points(phone=PHONE) == 0


async def away_is_later(pair: Pair) -> None:
    """A connection kept open may die under the first call, which cannot know; the next one finds nobody."""
    assert isinstance(await pair.provider.check(), Done)
    pair.cloud.leave()
    (answer,) = await send(pair, fact(1))
    assert isinstance(answer, Later | Unknown)
    (answer,) = await send(pair, fact(1))
    assert isinstance(answer, Later)
    await pair.cloud.come_back()
    assert isinstance(await deliver(pair, fact(1)), Done)
    assert pair.cloud.book.points(phone=PHONE) == 10


async def a_lost_answer_is_unknown(pair: Pair) -> None:
    for number, fault in enumerate((*APPLIED_UNSEEN, *NOT_APPLIED_UNSEEN)):
        pair.cloud.misbehaviour.order(fault)
        (answer,) = await send(pair, fact(number))
        assert isinstance(answer, Unknown), fault
        assert pair.cloud.book.applied(fact(number)["key"]) == (fault in APPLIED_UNSEEN), fault


async def a_slow_answer_is_unknown(pair: Pair) -> None:
    """Slower than the adapter's patience, and yet applied."""
    pair.cloud.misbehaviour.order(Fault.SLOW)
    (answer,) = await send(pair, fact(1))
    assert isinstance(answer, Unknown)
    assert pair.cloud.book.applied(fact(1)["key"]) == 1
    if can_read_back(pair):
        pair.cloud.misbehaviour.order(Fault.SLOW, call=Door.READ_BACK)
        assert isinstance(await pair.provider.read_back(fact(1)), Unknown | Later)
        assert isinstance(await pair.provider.read_back(fact(1)), AlreadyDone)


async def a_lost_answer_for_a_batch_is_unknown_for_each(pair: Pair) -> None:
    pair.cloud.misbehaviour.order(Fault.DROP_AFTER, left=2)
    answers = await send(pair, fact(1), fact(2))
    assert [type(answer) for answer in answers] == [Unknown, Unknown]


async def the_ledger_is_exact_after_each_fault(pair: Pair) -> None:
    """By the rule of the class; where nothing can be known, facts = ledger + open questions."""
    faults = [*APPLIED_UNSEEN, *NOT_APPLIED_UNSEEN, Fault.RATE_LIMIT]
    for number, fault in enumerate(faults):
        pair.cloud.misbehaviour.order(fault)
        answer = await deliver(pair, fact(number))
        settled = isinstance(answer, Done | AlreadyDone)
        assert settled or pair.provider.idempotency[Call.AWARD] is Idempotency.NONE, fault
        assert pair.cloud.book.applied(fact(number)["key"]) == 1 or not settled, fault


async def the_ledger_is_exact_under_constant_misbehaviour(pair: Pair) -> None:
    """A third of all calls goes wrong in one way or another, the same ones each time."""
    for fault in (Fault.ERROR_AFTER, Fault.DROP_AFTER, Fault.DROP_BEFORE, Fault.GARBAGE, Fault.RATE_LIMIT):
        pair.cloud.misbehaviour.order(fault, left=None, share=0.08)
    pair.cloud.misbehaviour.order(Fault.DROP_AFTER, call=Door.READ_BACK, left=None, share=0.3)
    facts = [fact(number, number + 1) for number in range(60)]
    answers = [await deliver(pair, one) for one in facts]
    assert sum(pair.cloud.misbehaviour.done.values()) > 10
    book, open_questions = pair.cloud.book, 0
    for one, answer in zip(facts, answers, strict=True):
        assert book.applied(one["key"]) <= 1
        if isinstance(answer, Done | AlreadyDone):
            assert book.applied(one["key"]) == 1
        else:
            open_questions += 1
    assert open_questions == 0 or pair.provider.idempotency[Call.AWARD] is Idempotency.NONE
    applied = sum(one["points"] for one in facts if book.applied(one["key"]))
    assert book.points(phone=PHONE) == applied


async def reads_back(pair: Pair) -> None:
    if not can_read_back(pair):
        return
    await send(pair, fact(1))
    assert isinstance(await pair.provider.read_back(fact(1)), AlreadyDone)
    assert isinstance(await pair.provider.read_back(fact(2)), NotFound)


async def a_failed_look_is_not_a_miss(pair: Pair) -> None:
    """Whatever goes wrong while looking, it must not read as 'the cloud does not have it'."""
    if not can_read_back(pair):
        return
    await send(pair, fact(1))
    faults = (Fault.ERROR_BEFORE, Fault.DROP_BEFORE, Fault.RATE_LIMIT, Fault.GARBAGE, Fault.WRONG_KEY)
    for fault in faults:
        pair.cloud.misbehaviour.order(fault, call=Door.READ_BACK)
        assert isinstance(await pair.provider.read_back(fact(1)), Unknown | Later), fault
    pair.cloud.leave()
    assert isinstance(await pair.provider.read_back(fact(1)), Unknown | Later)


def has(pair: Pair, *calls: Call) -> bool:
    return all(call in pair.provider.idempotency for call in calls)


async def the_person_at_the_tablet(pair: Pair) -> None:
    if not has(pair, Call.LIST_CHECKED_IN):
        return
    assert await pair.provider.list_checked_in() == []
    (member,) = pair.cloud.book.find({"phone": PHONE})
    pair.cloud.book.checked_in.append(member.id)
    listed = await pair.provider.list_checked_in()
    assert isinstance(listed, list)
    assert [(one.member_id, one.phone_last4) for one in listed] == [(member.id, PHONE[-4:])]


async def signs_up_once(pair: Pair) -> None:
    if not has(pair, Call.CREATE_MEMBER):
        return
    new = NewMember(phone=STRANGER, first_name="Robin", last_name="Sample")
    made = await pair.provider.create_member(new)
    assert isinstance(made, Member)
    found = await pair.provider.find_member({"phone": STRANGER})
    assert isinstance(found, Member)
    assert (found.id, found.name) == (made.id, "Robin S.")
    await pair.provider.create_member(new)
    assert len(pair.cloud.book.find({"phone": STRANGER})) == 1


async def member_with_points(pair: Pair) -> Member:
    await send(pair, fact(1, 200))
    found = await pair.provider.find_member({"phone": PHONE})
    assert isinstance(found, Member)
    assert found.points == 200
    return found


async def reserves_and_redeems(pair: Pair) -> None:
    if not has(pair, Call.RESERVE, Call.REDEEM):
        return
    member = await member_with_points(pair)
    reward = next(one for one in member.rewards if one.cost)
    reserved = await pair.provider.reserve(member.id, reward, Basket("sale-1", 5000))
    assert isinstance(reserved, Reservation)
    again = await pair.provider.reserve(member.id, reward, Basket("sale-1", 5000))
    assert isinstance(again, Reservation)
    assert again.id == reserved.id
    (answer,) = await pair.provider.redeem([redeem_body(reserved, fact(2), key=f"{fact(2)['key']}~redeem")])
    assert isinstance(answer, Done)
    assert pair.cloud.book.points(phone=PHONE) == 200 - reward.cost


async def gives_a_reservation_back(pair: Pair) -> None:
    if not has(pair, Call.RESERVE, Call.RELEASE):
        return
    member = await member_with_points(pair)
    reserved = await pair.provider.reserve(member.id, member.rewards[0], Basket("sale-1", 5000))
    assert isinstance(reserved, Reservation)
    frame = {name: value for name, value in fact(2).items() if name not in ("base", "rate", "receipt")}
    (answer,) = await pair.provider.release([release_body(reserved, key="sale-1~release", frame=frame)])
    assert isinstance(answer, Done)
    assert pair.cloud.book.points(phone=PHONE) == 200


async def voids_a_whole_award(pair: Pair) -> None:
    if not has(pair, Call.VOID):
        return
    (given,) = await send(pair, fact(1, 149))
    assert isinstance(given, Done)
    (answer,) = await pair.provider.void([void_body(fact(1, 149), given.remote_id)])
    assert isinstance(answer, Done)
    assert pair.cloud.book.points(phone=PHONE) == 0


async def estimates_without_booking(pair: Pair) -> None:
    if not has(pair, Call.ESTIMATE):
        return
    estimate = await pair.provider.estimate(fact(1, 149))
    assert isinstance(estimate, Estimate)
    assert estimate.points in (None, 149)
    assert pair.cloud.book.points(phone=PHONE) == 0


async def tells_its_products(pair: Pair) -> None:
    if not has(pair, Call.SYNC_PRODUCTS):
        return
    answer = await pair.provider.sync_products([Product("4011", "Banana", 59), Product("KONG-L", "Kong Classic Lg")])
    assert isinstance(answer, Done)
    assert pair.cloud.book.products["4011"]["name"] == "Banana"


async def what_it_lacks_it_says(pair: Pair) -> None:
    """Nothing fails in silence: a verb that is not declared refuses in words."""
    verbs = {
        Call.REDEEM: pair.provider.redeem,
        Call.RELEASE: pair.provider.release,
        Call.VOID: pair.provider.void,
        Call.TAKE_BACK: pair.provider.take_back,
    }
    for call, verb in verbs.items():
        if call not in pair.provider.idempotency:
            (answer,) = await verb([fact(1)])
            assert isinstance(answer, Refused)
            assert answer.code is Code.NO_SUCH_CALL


async def a_blind_resend_would_show(pair: Pair) -> None:
    """The suite's own test: a cloud that forgets keys gives twice, and its book says so."""
    pair.cloud.misbehaviour.order(Fault.FORGET_KEY, left=None)
    await send(pair, fact(1))
    await send(pair, fact(1))
    assert pair.cloud.book.applied(fact(1)["key"]) == 2
    assert pair.cloud.book.points(phone=PHONE) == 20


CHECKS: tuple[Check, ...] = (
    awards_once,
    a_repeat_is_already_done,
    takes_back,
    answers_a_batch_in_order,
    a_full_batch_arrives_whole,
    sends_nothing_for_nothing,
    nobody_has_this_phone,
    two_have_this_phone,
    finds_members,
    a_refusal_has_a_reason,
    bad_credentials_stop_the_provider,
    too_many_calls_wait_as_long_as_told,
    away_is_later,
    a_lost_answer_is_unknown,
    a_slow_answer_is_unknown,
    a_lost_answer_for_a_batch_is_unknown_for_each,
    the_ledger_is_exact_after_each_fault,
    the_ledger_is_exact_under_constant_misbehaviour,
    reads_back,
    a_failed_look_is_not_a_miss,
    the_person_at_the_tablet,
    signs_up_once,
    reserves_and_redeems,
    gives_a_reservation_back,
    voids_a_whole_award,
    estimates_without_booking,
    tells_its_products,
    what_it_lacks_it_says,
    a_blind_resend_would_show,
)
NEED_LITTLE_PATIENCE: frozenset[Check] = frozenset({a_slow_answer_is_unknown})
"""They really let the adapter's time-out pass."""
