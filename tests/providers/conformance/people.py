"""people: what holds for members, check-ins, rewards and undoing at every cloud that has them."""

from agent.providers import (
    Basket,
    Call,
    Code,
    Done,
    Estimate,
    Member,
    NewMember,
    Product,
    Refused,
    Reservation,
)
from agent.providers.facts import redeem_body, release_body
from tests.providers.conformance.facts import PHONE, STRANGER, fact, void_body
from tests.providers.conformance.sending import send
from tests.providers.pairs import Pair


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
    """With enough of whatever this cloud spends: points, or money in a wallet."""
    (person,) = pair.cloud.book.find({"phone": PHONE})
    person.wallet = 2000
    await send(pair, fact(1, 200))
    found = await pair.provider.find_member({"phone": PHONE})
    assert isinstance(found, Member)
    assert found.points in (None, 200)
    assert found.rewards
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
    assert pair.points(PHONE) == 200 - reward.cost


async def gives_a_reservation_back(pair: Pair) -> None:
    if not has(pair, Call.RESERVE, Call.RELEASE):
        return
    member = await member_with_points(pair)
    reserved = await pair.provider.reserve(member.id, member.rewards[0], Basket("sale-1", 5000))
    assert isinstance(reserved, Reservation)
    frame = {name: value for name, value in fact(2).items() if name not in ("base", "rate", "receipt")}
    (answer,) = await pair.provider.release([release_body(reserved, key="sale-1~release", frame=frame)])
    assert isinstance(answer, Done)
    assert pair.points(PHONE) == 200


async def voids_a_whole_award(pair: Pair) -> None:
    if not has(pair, Call.VOID):
        return
    (given,) = await send(pair, fact(1, 149))
    assert isinstance(given, Done)
    (answer,) = await pair.provider.void([void_body(fact(1, 149), given.remote_id)])
    assert isinstance(answer, Done)
    assert pair.points(PHONE) == 0


async def estimates_without_booking(pair: Pair) -> None:
    if not has(pair, Call.ESTIMATE):
        return
    estimate = await pair.provider.estimate(fact(1, 149))
    assert isinstance(estimate, Estimate)
    assert estimate.points in (None, 149)
    assert pair.points(PHONE) == 0


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
