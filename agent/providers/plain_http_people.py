"""plain_http_people: takes the JSON of the open contract about people, gives members, estimates, reservations."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from agent.providers.answers import Unknown
from agent.providers.people import Basket, Card, CheckedIn, Estimate, Member, Reservation, Reward

Json = Mapping[str, Any]


def member(body: Json) -> Member | Unknown:
    number = body.get("id")
    if not isinstance(number, str | int) or not str(number):
        return Unknown("it names a member without an id")
    return Member(
        id=str(number),
        name=text(body, "name"),
        phone_last4=text(body, "phone_last4")[-4:],
        points=whole(body, "points"),
        balance=whole(body, "balance"),
        rewards=tuple(reward(one) for one in objects(body, "rewards")),
        cards=tuple(
            Card(text(one, "title"), whole(one, "have") or 0, whole(one, "need") or 0, whole(one, "free") or 0)
            for one in objects(body, "cards")
        ),
        note=text(body, "note"),
    )


def reward(body: Json) -> Reward:
    return Reward(
        code=text(body, "code"),
        name=text(body, "name"),
        cost=whole(body, "cost") or 0,
        value=whole(body, "value"),
        percent=whole(body, "percent"),
        item=text(body, "item"),
    )


def checked_in(body: Json) -> Sequence[CheckedIn]:
    return [
        CheckedIn(
            text(one, "id"), text(one, "name"), text(one, "phone_last4")[-4:], text(one, "device"), moment(one, "at")
        )
        for one in objects(body, "checked_in")
        if text(one, "id")
    ]


def estimate(body: Json) -> Estimate:
    return Estimate(
        points=whole(body, "points"),
        money=whole(body, "money"),
        spendable=whole(body, "spendable"),
        rewards=tuple(reward(one) for one in objects(body, "rewards")),
        why=text(body, "why"),
    )


def reservation(body: Json, wanted: Reward) -> Reservation | Unknown:
    if body.get("status") not in ("done", "already_done") or not text(body, "id"):
        return Unknown("it reserves, but names no id")
    life, detail = body.get("expires_in"), body.get("detail")
    return Reservation(
        id=text(body, "id"),
        reward=wanted.code,
        name=wanted.name,
        value=wanted.value if whole(body, "value") is None else whole(body, "value"),
        percent=wanted.percent if whole(body, "percent") is None else whole(body, "percent"),
        item=text(body, "item") or wanted.item,
        expires_in_s=float(life) if isinstance(life, int | float) else None,
        detail=detail if isinstance(detail, dict) else {},
    )


def basket(one: Basket) -> dict[str, Any]:
    return {
        "sale": one.sale,
        "total": one.total,
        "items": [list(item) for item in one.items],
        "register": one.register,
        "employee": one.employee,
        "at": one.at.isoformat() if one.at else None,
    }


def text(body: Json, name: str) -> str:
    found = body.get(name)
    return str(found) if isinstance(found, str | int) and not isinstance(found, bool) else ""


def whole(body: Json, name: str) -> int | None:
    found = body.get(name)
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def objects(body: Json, name: str) -> list[Json]:
    found = body.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def moment(body: Json, name: str) -> datetime | None:
    """None when it is not a moment with its zone."""
    try:
        found = datetime.fromisoformat(text(body, name))
    except ValueError:
        return None
    return found if found.tzinfo else None
