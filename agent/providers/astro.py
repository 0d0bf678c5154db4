"""astro: takes outbox facts, speaks Astro Loyalty's partner API; keeps and retries nothing.

Seen in client code and one POS vendor's guide (Astro gives its own guide to partners only): the address, the token
call, the form field jsonData, astro_status 100, the codes 310, 320 and 700, every endpoint and field used here, a
negative dollarAmount for taking points back.
Unverified: that a purchase shows on the card as soon as it is booked, that voidTransaction of one that is gone is an
error.
Not documented, so settings or tasks for a person: what a repeated transactionID does (so our ids are looked for on the
cards before anything is sent again, class W, and points by amount and time), undoing a redemption, the name the
location is sent under, names inside the points' history and rewards (`paths`).
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import httpx

from agent.clock import Clock
from agent.providers import transaction as sale
from agent.providers.answers import (
    AlreadyDone,
    Answer,
    Call,
    Code,
    Done,
    Idempotency,
    NoMember,
    NotFound,
    Refused,
    Unknown,
)
from agent.providers.astro_customers import AstroCustomers
from agent.providers.astro_line import AstroLine
from agent.providers.astro_purchases import Purchase, as_sent, present, purchases
from agent.providers.history import Booked, Sibling, Window, judge, moments, windows
from agent.providers.lacking import Lacking
from agent.providers.moments import moment_of
from agent.providers.paths import at, objects_at, text_at, whole_at
from agent.providers.people import (
    Basket,
    Card,
    Estimate,
    Member,
    NewMember,
    Reservation,
    Reward,
    display_name,
    last_four,
)
from agent.providers.protocol import Fact, Facts, Limits
from agent.providers.sorting import looked_in_vain, nothing_sent
from agent.providers.unlocked import looked_at
from agent.settings.clouds import AstroSettings

POINTS, FREE = "points", "card"
"""Before a reward's code: redeemPoints, or a free good of a card (astro_reward_id:astro_item_id)."""

Row = Mapping[str, Any]


class Astro(Lacking):
    """One store at Astro Loyalty."""

    def __init__(
        self, name: str, settings: AstroSettings, clock: Clock, client: httpx.AsyncClient | None = None
    ) -> None:
        super().__init__(name, Limits(settings.calls_per_second, 1, settings.timeout_s))
        asked = (Call.CHECK, Call.FIND_MEMBER, Call.CREATE_MEMBER, Call.ESTIMATE, Call.RESERVE, Call.RELEASE)
        sent = (Call.AWARD, Call.TAKE_BACK, Call.VOID, Call.REDEEM)
        self.idempotency = {
            **dict.fromkeys((*asked, Call.READ_BACK), Idempotency.KEY),
            **dict.fromkeys(sent, Idempotency.WEAK),
        }
        self._settings, self._clock = settings, clock
        self._line = AstroLine(name, settings, clock, client)
        self._customers = AstroCustomers(self._line, settings, clock)
        self._eligible: dict[str, tuple[bool, float]] = {}

    async def check(self) -> Answer:
        return await self._line.login() or Done("the login is good")

    async def find_member(self, identifiers: Mapping[str, str], basket: Basket | None = None) -> Member | Answer:
        del basket
        found = await self._customers.search(identifiers, for_page=True)
        if not isinstance(found, Mapping):
            return found
        customer = await self._customers.linked(text_at(found, "astro_customer_id"), identifiers, for_page=True)
        if not isinstance(customer, str):
            return customer
        status = await self._customers.status(customer, for_page=True)
        return self._member(found, status, identifiers) if isinstance(status, Mapping) else status

    async def create_member(self, who: NewMember) -> Member | Answer:
        """Astro is the source of truth: whoever is there already is given, not made again."""
        identifiers = {name: value for name in ("phone", "email") if (value := getattr(who, name))}
        if not identifiers:
            return Refused("Astro needs a phone or an e-mail", Code.NOT_ELIGIBLE)
        found = await self.find_member(identifiers)
        if not isinstance(found, NoMember):
            return found
        new = {
            "customerID": self._customers.own_id(next(iter(identifiers.values()))),
            "first_name": who.first_name,
            "last_name": who.last_name,
            "email_address": who.email,
            "phone": self._customers.phone(who.phone),
        }
        made = await self._line.call(
            "addCustomer", {name: value for name, value in new.items() if value}, for_page=True
        )
        return await self.find_member(identifiers) if isinstance(made, Mapping | AlreadyDone) else made

    async def estimate(self, fact: Fact) -> Estimate | Answer:
        if not self._is_of_cards(fact):
            return Estimate(points=int(fact["points"]), why="as this box counts it")
        bought = purchases(fact)
        counting = await self._counting(bought)
        if not isinstance(counting, list):
            return counting
        return Estimate(why=f"{len(counting)} of {len(bought)} pieces count for a programme")

    async def award(self, facts: Facts) -> Sequence[Answer]:
        """Punches: a purchase a piece. Points: by the dollar."""
        return [await self._award(fact) for fact in facts]

    async def take_back(self, facts: Facts) -> Sequence[Answer]:
        return [await self._take_back(fact) for fact in facts]

    async def void(self, facts: Facts) -> Sequence[Answer]:
        """All purchases of the award, or its dollars with the other sign."""
        return [await self._void(fact) for fact in facts]

    async def reserve(self, member_id: str, reward: Reward, basket: Basket) -> Reservation | Answer:
        """They have no lock: it is redeemed when the receipt has proved it. Here it is only looked whether it can."""
        member = await self.find_member({"member_id": member_id})
        if not isinstance(member, Member):
            return member
        return looked_at(member_id, member, reward, basket)

    async def redeem(self, facts: Facts) -> Sequence[Answer]:
        return [await self._redeem(fact) for fact in facts]

    async def release(self, facts: Facts) -> Sequence[Answer]:
        """Nothing has been taken there."""
        return [Done(str(fact["reservation"]["id"])) for fact in facts]

    async def read_back(self, fact: Fact) -> Answer:
        customer = await self._customers.of(fact)
        if not isinstance(customer, str):
            return looked_in_vain(customer)
        status = await self._customers.status(customer)
        if not isinstance(status, Mapping):
            return looked_in_vain(status)
        if fact["kind"] == Call.REDEEM:
            return self._is_redeemed(fact, status)
        if self._is_of_cards(fact):
            return await self._is_on_cards(fact, status)
        return self._is_in_points(fact, status)

    async def close(self) -> None:
        await self._line.close()

    async def _award(self, fact: Fact) -> Answer:
        customer = await self._customers.of(fact)
        if not isinstance(customer, str):
            return customer
        if not self._is_of_cards(fact):
            return await self._add_points(customer, fact)
        counting = await self._to_book(fact)
        return await self._book(customer, counting, fact) if isinstance(counting, list) else counting

    async def _book(self, customer: str, counting: Sequence[Purchase], fact: Fact) -> Answer:
        rows = [as_sent(one, fact) for one in counting]
        frame = {"customerID": customer, "saleID": sale.reference(fact)}
        if len(rows) == 1:
            return self._done(await self._line.call("addTransaction", {**frame, **rows[0]}), fact)
        return self._done(await self._line.call("addTransactionBatch", {**frame, "transactions": rows}), fact)

    async def _to_book(self, fact: Fact) -> list[Purchase] | Answer:
        """What counts of the receipt; nothing has been sent by then."""
        bought = purchases(fact)
        if not all(one.item_code for one in bought):
            return Refused("an article has no item code: map the line to its product code first", "no_item_code")
        counting = await self._counting(bought)
        if isinstance(counting, list) and not counting:
            return Refused("none of these items counts for a programme", Code.NOT_ELIGIBLE)
        return counting if isinstance(counting, list) else nothing_sent(counting)

    async def _take_back(self, fact: Fact) -> Answer:
        customer = await self._customers.of(fact)
        if not isinstance(customer, str):
            return customer
        if not self._is_of_cards(fact):
            back = self._settings.points_back_on_return
            return await self._add_points(customer, fact) if back else self.lacks(Call.TAKE_BACK)
        return await self._void_those_there(customer, fact)

    async def _void(self, fact: Fact) -> Answer:
        customer = await self._customers.of(fact)
        if not isinstance(customer, str):
            return customer
        if not self._is_of_cards(fact):
            return await self._add_points(customer, fact)
        if int(fact["points"]) < 0:
            return await self._void_those_there(customer, fact)
        return await self._book(customer, purchases(fact), fact)  # a return undone: those purchases stand again

    async def _void_those_there(self, customer: str, fact: Fact) -> Answer:
        """Looks first: what an earlier attempt has voided is not there any more, and nothing else is touched."""
        status = await self._customers.status(customer)
        if not isinstance(status, Mapping):
            return nothing_sent(status)
        return await self._void_all(customer, present(status, _ids(fact)), fact)

    async def _void_all(self, customer: str, numbers: Sequence[str], fact: Fact) -> Answer:
        """One call each. What was lost in between is found by looking again: those still there are voided then."""
        for number in numbers:
            given = await self._line.call("voidTransaction", {"customerID": customer, "transactionID": number})
            if not isinstance(given, Mapping):
                return given
        return Done(sale.reference(fact), self._customers.theirs(fact))

    async def _add_points(self, customer: str, fact: Fact) -> Answer:
        amount = _dollars(fact)
        if amount is None:
            return self.lacks(Call.AWARD)
        body = {"customerID": customer, "dollarAmount": sale.money(amount, int(fact.get("exponent", 2)))}
        return self._done(await self._line.call("addPointsByDollar", body), fact)

    async def _redeem(self, fact: Fact) -> Answer:
        customer = await self._customers.of(fact)
        if not isinstance(customer, str):
            return customer
        kind, *parts = str(fact["reservation"]["reward"]).split(":")
        if kind == POINTS:
            given = await self._line.call("redeemPoints", {"customerID": customer, "astro_points_reward_id": parts[0]})
        else:
            reward, item = parts
            given = await self._line.call(
                "addRedemption", {"customerID": customer, "astro_reward_id": reward, "astro_item_id": item}
            )
        return self._done(given, fact)

    def _done(self, given: Row | Answer, fact: Fact) -> Answer:
        if not isinstance(given, Mapping):
            return given
        data = at(given, "returnData")
        detail: dict[str, Any] = {**self._customers.theirs(fact)}
        if (total := whole_at(data, "total_points")) is not None:
            detail["total_points"] = total
        return Done(text_at(data, "astro_points_transaction_id") or sale.reference(fact), detail)

    async def _is_on_cards(self, fact: Fact, status: Row) -> Answer:
        if int(fact["points"]) < 0:
            return NotFound() if present(status, _ids(fact)) else AlreadyDone(sale.reference(fact))
        counting = await self._to_book(fact)
        if not isinstance(counting, list):
            return counting
        there = present(status, [one.id for one in counting])
        if not there:
            return NotFound()
        whole = len(there) == len(counting)
        return AlreadyDone(sale.reference(fact)) if whole else Unknown("a part of it is on the cards")

    def _is_in_points(self, fact: Fact, status: Row) -> Answer:
        path, look = self._settings.path, fact.get("look") or {}
        rows = objects_at(status, "astroPointsTransactions")
        booked = [
            Booked(
                sale.from_money(at(row, path("history_amount")), self._settings.exponent),
                moment_of(at(row, path("history_time"))),
            )
            for row in rows
        ]
        arrived = [
            Sibling(_dollars(one), self._windows(one))
            for one in look.get("siblings", ())
            if not self._is_of_cards(one) and one.get("kind") != Call.REDEEM
        ]
        return judge(booked, _dollars(fact) or 0, self._windows(look), arrived, sale.reference(fact))

    def _windows(self, tried: Row) -> list[Window]:
        return windows(moments(tried), self._settings.timeout_s, self._settings.skew_s)

    def _is_redeemed(self, fact: Fact, status: Row) -> Answer:
        kind, *parts = str(fact["reservation"]["reward"]).split(":")
        if kind == POINTS:
            return Unknown("their answer does not show which points were spent")
        goods = [row for card in objects_at(status, "astroCardData") for row in objects_at(card, "cardFreeGoods")]
        found = [row for row in goods if text_at(row, "astro_reward_id") == parts[0]]
        if not found:
            return Unknown("the reward does not show on the cards any more")
        return AlreadyDone(parts[0]) if all(text_at(row, "redeemed_on") for row in found) else NotFound()

    async def _counting(self, bought: Sequence[Purchase]) -> list[Purchase] | Answer:
        """Those of articles that count for a programme, as asked within the last hours."""
        if not self._settings.only_eligible:
            return list(bought)
        now = self._clock.monotonic()
        unknown = {one.item_code for one in bought if self._eligible.get(one.item_code, (False, 0.0))[1] <= now}
        if unknown:
            given = await self._line.call("eligiblePurchaseItems", {"item_code_batch": sorted(unknown)})
            if isinstance(given, Refused) and given.code == Code.NOT_ELIGIBLE:
                given = {}
            if not isinstance(given, Mapping):
                return given
            counting = {text_at(row, "item_code") for row in objects_at(given, "returnData")}
            until = now + self._settings.eligible_cache_hours * 3600
            self._eligible |= {code: (code in counting, until) for code in unknown}
        return [one for one in bought if self._eligible.get(one.item_code, (False, 0.0))[0]]

    def _is_of_cards(self, fact: Fact) -> bool:
        return fact.get("unit") == "punches"

    def _member(self, found: Row, status: Row, asked: Mapping[str, str]) -> Member:
        cards = objects_at(status, "astroCardData")
        return Member(
            id=text_at(found, "astro_customer_id"),
            name=display_name(text_at(found, "first_name"), text_at(found, "last_name")),
            phone_last4=last_four(asked.get("phone")),
            points=whole_at(status, "astroPointsBalance"),
            rewards=(*self._points_rewards(status), *(good for card in cards for good in _free_goods(card))),
            cards=tuple(_card(card) for card in cards),
        )

    def _points_rewards(self, status: Row) -> list[Reward]:
        path = self._settings.path
        return [
            Reward(
                code=f"{POINTS}:{text_at(row, path('points_reward_id'))}",
                name=text_at(row, path("points_reward_name")),
                cost=whole_at(row, path("points_reward_cost")) or 0,
            )
            for row in objects_at(status, "astroPointsEligibleRewards")
        ]


def _ids(fact: Fact) -> list[str]:
    return [one.id for one in purchases(fact)]


def _dollars(fact: Fact) -> int | None:
    """The amount points are counted on, signed minor units; a correction has points only, so they are turned back."""
    if "correction" not in fact:
        return int(fact["base"])
    rate = Decimal(str(fact.get("rate") or 0))
    if not rate:
        return None
    return int((Decimal(int(fact["points"])) / rate).scaleb(int(fact.get("exponent", 2))).to_integral_value())


def _card(card: Row) -> Card:
    bought = sum(1 for _ in objects_at(card, "cardPurchases"))
    free = sum(1 for row in objects_at(card, "cardFreeGoods") if not text_at(row, "redeemed_on"))
    need = whole_at(card, "card_purchase_required_count") or 0
    return Card(text_at(card, "astro_program_title"), bought, need, free)


def _free_goods(card: Row) -> list[Reward]:
    return [
        Reward(
            code=f"{FREE}:{text_at(row, 'astro_reward_id')}:{text_at(row, 'astro_item_id')}",
            name=f"free {text_at(row, 'item_description')}".strip(),
            item=text_at(row, "item_description"),
        )
        for row in objects_at(card, "cardFreeGoods")
        if not text_at(row, "redeemed_on")
    ]
