"""reserve: takes a reward out of a wallet for the sale under way at a register; the printed receipt will prove it.

Not offline: a reward that nobody holds could be spent twice. What is reserved is on disk before the cloud is asked.
"""

from agent import booking
from agent.acts.parts import Actor, Body, Parts, words
from agent.cloud_health import Standing
from agent.errors import TillpostError
from agent.front_desk import LookUp
from agent.ledger import clouds, redemptions
from agent.ledger.moment import Moment
from agent.providers import Basket


async def reserve(parts: Parts, by: Actor, body: Body) -> str:
    """`register`, `provider` and `code` of a reward of whoever was looked up at this browser last → what to do next."""
    register, provider, code = (words(body, name, longest=80) for name in ("register", "provider", "code"))
    await _must_be_online(parts, provider)
    look_up = parts.people.looked_up(by.place, 0)
    chosen = look_up.reward(provider, code) if look_up else None
    if look_up is None or chosen is None:
        raise TillpostError("that was looked up too long ago", hint="Look the customer up once more.")
    member, reward = chosen
    number = await parts.ledger.do(
        booking.ask,
        parts.rules,
        register,
        _programme(parts, provider),
        reward,
        _customer(look_up, provider),
        by.who,
        Moment.now(parts.clock),
    )
    basket = Basket(
        sale=f"{parts.settings.device.id}-{number}", total=look_up.total, register=register, employee=by.name
    )
    answer = await parts.people.reserve(provider, member.id, reward, basket)
    state = await parts.ledger.do(booking.answered, number, answer, Moment.now(parts.clock))
    parts.people.forget(by.place)
    if state != "reserved":
        one = (await parts.ledger.do(redemptions.redemptions_page))[0]
        raise TillpostError(f"{provider} did not reserve it: {one['why']}", hint="Nothing was taken.")
    return ""


async def _must_be_online(parts: Parts, provider: str) -> None:
    if await parts.ledger.do(clouds.state, provider) is not Standing.OK:
        raise TillpostError(
            f"{provider} is offline, so no reward can be redeemed now",
            hint="Points are still collected and sent later. Redeem when the line is back.",
        )


def _programme(parts: Parts, provider: str) -> str:
    for name, programme in parts.settings.programmes.items():
        if programme.provider == provider and programme.redeem != "never":
            return name
    raise TillpostError(f"rewards of {provider} are not redeemed at this till", hint="Redeem in its own app.")


def _customer(look_up: LookUp, provider: str) -> dict[str, str]:
    """As they were found there."""
    return next(dict(one.by) for one in look_up.found if one.provider == provider)
