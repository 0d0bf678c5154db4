"""people: members, rewards, check-ins, estimates and reservations as every cloud's are shown; plain values, masked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Reward:
    """What a member may have now. `code` is what `reserve` wants; money in minor units of the store's currency.

    `cost`: points it takes (0: an offer). `value`: what it takes off; None when the cloud does not say or it is a
    percentage. `percent`: 10 = a tenth off. `item`: the article that is free or cheaper; '' the whole receipt.
    """

    code: str
    name: str
    cost: int = 0
    value: int | None = None
    percent: int | None = None
    item: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """A frequent-buyer card: `have` of `need` purchases; `free` goods earned and not taken yet."""

    title: str
    have: int
    need: int
    free: int = 0


@dataclass(frozen=True, slots=True)
class Member:
    """One member, fit to be shown at a till: no whole phone, no e-mail.

    `name` is masked ('Dana K.'), `phone_last4` the last four digits, both '' when the cloud does not tell them.
    `points` None: not told. `balance`: wallet money that can be spent, minor units; None: there is no wallet.
    """

    id: str
    name: str = ""
    phone_last4: str = ""
    points: int | None = None
    balance: int | None = None
    rewards: tuple[Reward, ...] = ()
    cards: tuple[Card, ...] = ()
    note: str = ""
    """What the cashier should know of this member: consent missing, postal address needed by the maker."""


@dataclass(frozen=True, slots=True)
class CheckedIn:
    """Somebody who has just typed a phone at the loyalty tablet. `device` tells tablets apart; `at` None: not told."""

    member_id: str
    name: str = ""
    phone_last4: str = ""
    device: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NewMember:
    """Somebody to sign up. There is no consent here: nobody but the customer gives it, and not to a receipt."""

    phone: str = ""
    """E.164."""
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    card: str = ""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a receipt would give. `points` and `money` (cash back, minor units) None: the cloud does not count it.

    `spendable`: wallet money the member could spend on it. `rewards`: those that fit this basket. `why` in words.
    """

    points: int | None = None
    money: int | None = None
    spendable: int | None = None
    rewards: tuple[Reward, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class Basket:
    """What the cashier keyed of the sale before it is paid. Money in minor units.

    `sale`: our id of it, the same again when the basket changes (SessionM locks by it); `employee`: the POS's own.
    `items`: sku or printed text, quantity, amount.
    """

    sale: str
    total: int = 0
    items: tuple[tuple[str, int, int], ...] = ()
    register: str = ""
    employee: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reservation:
    """A reward taken out of the wallet for a sale under way; kept whole, because `redeem` and `release` send it back.

    `value`/`percent`: what the cashier has to take off. `expires_in_s`: seconds until the cloud gives it back by
    itself; None: never, so `release` must. `detail`: the cloud's own words, plain JSON, meaningless to us.
    """

    id: str
    reward: str
    name: str = ""
    value: int | None = None
    percent: int | None = None
    item: str = ""
    expires_in_s: float | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Product:
    """One article of the learned catalogue; `price` in minor units, None when it varies."""

    sku: str
    name: str
    price: int | None = None


def display_name(first: str | None, last: str | None = "") -> str:
    """'Dana', 'Kowalski' → 'Dana K.'; one field holding both is split at its last space."""
    first, last = (first or "").strip(), (last or "").strip()
    if not last and " " in first:
        first, _, last = first.rpartition(" ")
    return f"{first} {last[:1]}.".strip() if last else first


def last_four(phone: str | None) -> str:
    """'' for anything shorter: two digits of a phone help nobody."""
    digits = "".join(character for character in phone or "" if character.isdigit())
    return digits[-4:] if len(digits) >= 4 else ""
