"""sending: what holds for awards and takings back at every cloud, and what a fault there may and may not do."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from agent.providers import (
    AlreadyDone,
    Ambiguous,
    Answer,
    Call,
    Code,
    Done,
    Idempotency,
    Later,
    Member,
    NoMember,
    NotFound,
    Refused,
    Unknown,
)
from agent.sandboxes.misbehaviour import Call as Door
from agent.sandboxes.misbehaviour import Fault
from tests.providers.conformance.facts import OTHER_PHONE, PHONE, STRANGER, Fact, fact, sale_of_two, second_article_back
from tests.providers.pairs import Pair

TRIES = 12
NOT_APPLIED_UNSEEN = (Fault.ERROR_BEFORE, Fault.DROP_BEFORE)
"""The cloud has not done it, but the adapter cannot know."""
ASKED_OF_A_PERSON = (Idempotency.NONE, Idempotency.WEAK)
"""Classes where a question may stay open."""


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
    began = datetime.now(UTC).isoformat()
    for _ in range(TRIES):
        (answer,) = await pair.provider.award([one])
        if isinstance(answer, Unknown):
            answer = await _resolve(pair, {**one, "look": {"attempts": [began], "siblings": []}})
        if not isinstance(answer, Later | NotFound):
            return answer
    return answer


async def _resolve(pair: Pair, one: Fact) -> Answer:
    """What an unknown outcome turns into by the rule of its class."""
    if pair.rule is Idempotency.KEY:
        return Later("the same key goes out again")
    if pair.rule is Idempotency.NONE or not can_read_back(pair):
        return Unknown("a person decides")
    for _ in range(TRIES):
        answer = await pair.provider.read_back(one)
        if not isinstance(answer, Later | (Unknown if pair.rule is Idempotency.READ_BACK else Later)):
            return answer
    return Unknown("it cannot be read back")


def honours_keys(pair: Pair) -> bool:
    return pair.rule is Idempotency.KEY


def can_read_back(pair: Pair) -> bool:
    return Call.READ_BACK in pair.provider.idempotency


async def awards_once(pair: Pair) -> None:
    (answer,) = await send(pair, fact(1, 149))
    assert isinstance(answer, Done)
    assert answer.remote_id
    assert pair.points(PHONE) == 149
    assert pair.applied(fact(1, 149)) == 1


async def a_repeat_counts_once(pair: Pair) -> None:
    if not honours_keys(pair):
        return
    await send(pair, fact(1))
    (answer,) = await send(pair, fact(1))
    assert isinstance(answer, AlreadyDone | Done)
    assert pair.points(PHONE) == fact(1)["points"]
    assert pair.asked(fact(1)) == 2


async def takes_back(pair: Pair) -> None:
    """The exact share, or not at all: then a person is told to."""
    (given,) = await send(pair, sale_of_two())
    assert isinstance(given, Done)
    (answer,) = await pair.provider.take_back([second_article_back(sale_of_two(), given.remote_id)])
    if isinstance(answer, Refused):
        assert answer.code == Code.NO_SUCH_CALL
        assert pair.points(PHONE) == 149
    else:
        assert isinstance(answer, Done)
        assert pair.points(PHONE) == 100


async def answers_a_batch_in_order(pair: Pair) -> None:
    """Each fact its own answer: one bad fact does not hold up those beside it."""
    facts = [fact(1, 5), fact(2, 7, STRANGER), fact(4, 11, OTHER_PHONE), fact(5, 13)]
    wanted: list[type] = [Done, NoMember, Done, Done]
    if pair.judges_points:
        facts, wanted = [*facts[:2], {**fact(3), "points": 0}, *facts[2:]], [*wanted[:2], Refused, *wanted[2:]]
    answers = await send(pair, *facts)
    assert [type(answer) for answer in answers] == wanted
    assert pair.points(PHONE) == 18
    assert pair.points(OTHER_PHONE) == 11


async def a_full_batch_arrives_whole(pair: Pair) -> None:
    facts = [fact(number, number) for number in range(1, 51)]
    answers = await send(pair, *facts)
    assert all(isinstance(answer, Done) for answer in answers)
    assert pair.points(PHONE) == sum(range(1, 51))


async def sends_nothing_for_nothing(pair: Pair) -> None:
    assert list(await pair.provider.award([])) == []


async def nobody_has_this_phone(pair: Pair) -> None:
    (answer,) = await send(pair, fact(1, phone=STRANGER))
    assert isinstance(answer, NoMember)
    pair.cloud.book.sign_up(phone=STRANGER)
    (answer,) = await send(pair, fact(1, phone=STRANGER))
    assert isinstance(answer, Done)
    assert pair.points(STRANGER) == fact(1)["points"]


async def two_have_this_phone(pair: Pair) -> None:
    pair.cloud.book.sign_up(phone=PHONE)
    (answer,) = await send(pair, fact(1))
    assert isinstance(answer, Ambiguous)
    assert not any(PHONE in candidate for candidate in answer.candidates)
    assert pair.applied(fact(1)) == 0
    assert isinstance(await pair.provider.find_member({"phone": PHONE}), Ambiguous)


async def finds_members(pair: Pair) -> None:
    found = await pair.provider.find_member({"phone": PHONE})
    assert isinstance(found, Member)
    assert found.phone_last4 in ("", PHONE[-4:])
    assert PHONE[1:] not in repr(found)
    assert isinstance(await pair.provider.find_member({"phone": STRANGER}), NoMember)


async def a_refusal_has_a_reason(pair: Pair) -> None:
    pair.cloud.misbehaviour.order(Fault.REFUSE)
    (answer,) = await send(pair, fact(1))
    assert isinstance(answer, Refused)
    assert answer.why
    assert not answer.stops_provider
    assert pair.points(PHONE) == 0


async def bad_credentials_stop_the_provider(pair: Pair) -> None:
    asks: list[tuple[Door, Callable[[], Awaitable[Any]]]] = [
        (pair.check_door, pair.provider.check),
        (Door.FACTS, lambda: pair.provider.award([fact(1)])),
        (Door.MEMBERS, lambda: pair.provider.find_member({"phone": PHONE})),
    ]
    for door, ask in asks:
        pair.cloud.misbehaviour.order(Fault.UNAUTHORISED, call=door, left=None)
        given = await ask()
        answer = given[0] if isinstance(given, list) else given
        assert isinstance(answer, Refused), door
        assert answer.stops_provider, door
        pair.cloud.misbehaviour.orders.clear()
    assert isinstance(await pair.provider.check(), Done)
    assert pair.points(PHONE) == 0


async def too_many_calls_wait_as_long_as_told(pair: Pair) -> None:
    pair.cloud.misbehaviour.order(Fault.RATE_LIMIT, retry_after="30")
    (answer,) = await send(pair, fact(1))
    assert isinstance(answer, Later)
    assert answer.after_s == 30
    assert pair.points(PHONE) == 0


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
    assert pair.points(PHONE) == fact(1)["points"]


async def a_lost_answer_is_unknown(pair: Pair) -> None:
    for number, fault in enumerate((*pair.applied_unseen, *NOT_APPLIED_UNSEEN)):
        pair.cloud.misbehaviour.order(fault)
        (answer,) = await send(pair, fact(number))
        assert isinstance(answer, Unknown | (Later if fault is Fault.PENDING else Unknown)), fault
        assert pair.applied(fact(number)) == (fault in pair.applied_unseen), fault


async def a_slow_answer_is_unknown(pair: Pair) -> None:
    """Slower than the adapter's patience, and yet applied."""
    pair.cloud.misbehaviour.order(Fault.SLOW)
    (answer,) = await send(pair, fact(1))
    assert isinstance(answer, Unknown)
    assert pair.applied(fact(1)) == 1
    if can_read_back(pair):
        pair.cloud.misbehaviour.order(Fault.SLOW, call=Door.READ_BACK)
        assert isinstance(await pair.provider.read_back(looked_for(fact(1))), Unknown | Later)
        assert isinstance(await pair.provider.read_back(looked_for(fact(1))), AlreadyDone)


async def a_lost_answer_for_a_batch_is_unknown_for_each(pair: Pair) -> None:
    pair.cloud.misbehaviour.order(Fault.DROP_AFTER, left=2)
    answers = await send(pair, fact(1), fact(2))
    assert [type(answer) for answer in answers] == [Unknown, Unknown]


async def the_ledger_is_exact_after_each_fault(pair: Pair) -> None:
    """By the rule of the class; where nothing can be known, facts = ledger + open questions."""
    faults = [*pair.applied_unseen, *NOT_APPLIED_UNSEEN, Fault.RATE_LIMIT]
    for number, fault in enumerate(faults):
        pair.cloud.misbehaviour.order(fault)
        answer = await deliver(pair, fact(number))
        settled = isinstance(answer, Done | AlreadyDone)
        assert settled or pair.rule in ASKED_OF_A_PERSON, (fault, answer)
        assert pair.applied(fact(number)) == 1 or not settled, fault


async def the_ledger_is_exact_under_constant_misbehaviour(pair: Pair) -> None:
    """A third of all calls goes wrong in one way or another, the same ones each time."""
    for fault in (Fault.ERROR_AFTER, Fault.DROP_AFTER, Fault.DROP_BEFORE, Fault.GARBAGE, Fault.RATE_LIMIT):
        pair.cloud.misbehaviour.order(fault, left=None, share=0.08)
    for door in (Door.READ_BACK, Door.MEMBERS):
        pair.cloud.misbehaviour.order(Fault.DROP_AFTER, call=door, left=None, share=0.3)
    facts = [fact(number) for number in range(60)]
    answers = [await deliver(pair, one) for one in facts]
    assert sum(pair.cloud.misbehaviour.done.values()) > 10
    open_questions = 0
    for one, answer in zip(facts, answers, strict=True):
        assert pair.applied(one) <= 1
        if isinstance(answer, Done | AlreadyDone):
            assert pair.applied(one) == 1
        else:
            open_questions += 1
    assert open_questions == 0 or pair.rule in ASKED_OF_A_PERSON
    assert pair.points(PHONE) == sum(one["points"] for one in facts if pair.applied(one))


def looked_for(one: Fact) -> Fact:
    """As the courier hands a fact out whose outcome is unknown: with when it was tried, and what else arrived then."""
    return {**one, "look": {"attempts": [datetime.now(UTC).isoformat()], "siblings": []}}


async def reads_back(pair: Pair) -> None:
    if not can_read_back(pair):
        return
    await send(pair, fact(1))
    assert isinstance(await pair.provider.read_back(looked_for(fact(1))), AlreadyDone)
    assert isinstance(await pair.provider.read_back(looked_for(fact(2))), NotFound)


async def a_failed_look_is_not_a_miss(pair: Pair) -> None:
    """Whatever goes wrong while looking, it must not read as 'the cloud does not have it'."""
    if not can_read_back(pair):
        return
    await send(pair, fact(1))
    faults = [Fault.ERROR_BEFORE, Fault.DROP_BEFORE, Fault.RATE_LIMIT, Fault.GARBAGE]
    faults += [Fault.WRONG_KEY] if Fault.WRONG_KEY in pair.applied_unseen else []
    for fault in faults:
        pair.cloud.misbehaviour.order(fault, call=Door.READ_BACK)
        assert isinstance(await pair.provider.read_back(looked_for(fact(1))), Unknown | Later), fault
    pair.cloud.leave()
    assert isinstance(await pair.provider.read_back(looked_for(fact(1))), Unknown | Later)


async def a_blind_resend_would_show(pair: Pair) -> None:
    """The suite's own test: a cloud that forgets keys gives twice, and its book says so."""
    pair.cloud.misbehaviour.order(Fault.FORGET_KEY, left=None)
    await send(pair, fact(1))
    await send(pair, fact(1))
    assert pair.applied(fact(1)) == 2
    assert pair.points(PHONE) == fact(1)["points"] * (2 if pair.forgets else 1)
