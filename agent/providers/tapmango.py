"""tapmango: takes outbox facts, posts them to TapMango as events; keeps a list of members, retries nothing.

Seen in client code, nothing of it documented by the vendor within reach: the address, `Authorization: ApiKey`, the
paths and bodies used here, `data` around each answer, 400 and 404 with {type, message}.
Unverified: that ActiveCustomers lists who is at a tablet now (two clients disagree; it is only shown, never bound by
itself), that their rules turn a payment's amount into points.
Not documented, so settings or tasks for a person: lookup by phone (so a local index), sign-up, undoing anything, keys
(so class W: their history is read before anything is sent again), names inside lists and history (`paths`), what a
reward takes off (`reward_values`).
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from agent.clock import Clock
from agent.providers import transaction as sale
from agent.providers.answers import (
    Ambiguous,
    Answer,
    Call,
    Code,
    Done,
    Idempotency,
    NoMember,
    Refused,
    Unknown,
)
from agent.providers.history import Booked, Sibling, Window, judge, moments, windows
from agent.providers.http_line import HttpLine, Reply, key_in
from agent.providers.lacking import Lacking
from agent.providers.moments import moment_of
from agent.providers.paths import at, objects_at, text_at, texts_in, whole_at
from agent.providers.people import Basket, CheckedIn, Member, Reservation, Reward, display_name, last_four
from agent.providers.protocol import Fact, Facts, Limits
from agent.providers.sorting import looked_in_vain, nothing_sent
from agent.providers.tapmango_index import Known, PhoneIndex
from agent.providers.unlocked import looked_at
from agent.settings.clouds import TapmangoSettings

NAMED_AT_MOST = 10
"""People at the tablets whose names are asked for one by one when the list does not hold them."""

Row = Mapping[str, Any]


class Tapmango(Lacking):
    """One merchant at TapMango."""

    def __init__(
        self, name: str, settings: TapmangoSettings, clock: Clock, client: httpx.AsyncClient | None = None
    ) -> None:
        super().__init__(name, Limits(settings.calls_per_second, 1, settings.timeout_s))
        self.idempotency = _classes(settings)
        self._settings, self._clock = settings, clock
        auth = key_in("Authorization", "ApiKey ", settings.api_key, settings.api_key_file)
        self._line = HttpLine(name, settings, clock, auth, client)
        self._index = PhoneIndex(self._get, settings, clock)

    async def check(self) -> Answer:
        given = await self._get("/Locations", {})
        if not isinstance(given, Mapping):
            return given
        here, rows = self._settings.location_id, objects_at(given, "data")
        if here and rows and not any(here in texts_in(row) for row in rows):
            return Refused(f"there is no location {here!r} there", "location", stops_provider=True)
        return Done(f"{len(rows)} locations")

    async def find_member(self, identifiers: Mapping[str, str], basket: Basket | None = None) -> Member | Answer:
        del basket
        number = await self._member_id(identifiers)
        return await self._member(number) if isinstance(number, str) else number

    async def list_checked_in(self) -> Sequence[CheckedIn] | Answer:
        if not self._settings.active_customers:
            return self.lacks(Call.LIST_CHECKED_IN)
        here = {"locationId": self._settings.location_id} if self._settings.location_id else {}
        given = await self._get("/ActiveCustomers", here, for_page=True)
        if not isinstance(given, Mapping):
            return given
        rows = objects_at(given, "data")
        return [await self._checked_in(row, ask=place < NAMED_AT_MOST) for place, row in enumerate(rows)]

    async def award(self, facts: Facts) -> Sequence[Answer]:
        return [await self._award(fact) for fact in facts]

    async def reserve(self, member_id: str, reward: Reward, basket: Basket) -> Reservation | Answer:
        """They have no lock: points go down when the receipt has proved it. Here it is only looked whether they can."""
        member = await self._member(member_id)
        if not isinstance(member, Member):
            return member
        return looked_at(member_id, member, reward, basket)

    async def redeem(self, facts: Facts) -> Sequence[Answer]:
        return [await self._redeem(fact) for fact in facts]

    async def release(self, facts: Facts) -> Sequence[Answer]:
        """Nothing has been taken there."""
        return [Done(str(fact["reservation"]["id"])) for fact in facts]

    async def read_back(self, fact: Fact) -> Answer:
        number = await self._whose(fact)
        if not isinstance(number, str):
            return looked_in_vain(number)
        look = fact.get("look") or {}
        attempts, siblings = moments(look), list(look.get("siblings", ()))
        first = min([*attempts, *(at for one in siblings for at in moments(one))], default=sale.at(fact))
        dates = {"startDate": _day(first - timedelta(days=1)), "endDate": _day(self._clock.wall() + timedelta(days=1))}
        given = await self._get(f"/customers/{number}/pointstransactions", dates)
        if not isinstance(given, Mapping):
            return looked_in_vain(given)
        if not isinstance(given.get("data"), list):
            return Unknown("their history has no 'data'")
        is_spend = fact["kind"] == Call.REDEEM
        booked = [self._booked(row, is_spend) for row in objects_at(given, "data")]
        amount = _cost(fact) if is_spend else self._amount(fact)
        arrived = [Sibling(self._arrived(one, is_spend), self._windows(moments(one))) for one in siblings]
        return judge(booked, amount, self._windows(attempts), arrived, sale.reference(fact))

    async def close(self) -> None:
        await self._line.close()

    async def _award(self, fact: Fact) -> Answer:
        if "correction" in fact:
            return self.lacks(Call.AWARD)  # no call is known that adds raw points
        number = await self._whose(fact)
        if not isinstance(number, str):
            return nothing_sent(number)
        body = {"amount": sale.money(self._amount(fact), int(fact.get("exponent", 2))), "method": self._method(fact)}
        return await self._event(number, "Payment", body, fact)

    async def _redeem(self, fact: Fact) -> Answer:
        reserved = fact["reservation"]
        number = str(reserved["detail"].get("member") or "")
        return await self._event(number, "Redeem", {"code": reserved["reward"]}, fact)

    async def _event(self, number: str, event: str, body: Row, fact: Fact) -> Answer:
        reply = await self._line.call("POST", f"/customers/{number}/events/{event}", body=body)
        given = self._read(reply) if isinstance(reply, Reply) else reply
        if isinstance(given, NoMember):
            self._index.forget(number)
        if not isinstance(given, Mapping):
            return given
        if not text_at(given, "data.type") and not text_at(given, "data.status"):
            return Unknown("the answer names no event")
        return Done(sale.reference(fact), {"member": number, "status": text_at(given, "data.status")})

    async def _whose(self, fact: Fact) -> str | Answer:
        reserved = fact.get("reservation") or {}
        return str(reserved.get("detail", {}).get("member") or "") or await self._member_id(fact.get("customer") or {})

    async def _member_id(self, customer: Mapping[str, str]) -> str | Answer:
        if customer.get("member_id"):
            return customer["member_id"]
        if not (customer.get("phone") or customer.get("email")):
            return Refused("TapMango is looked up by phone or e-mail", Code.NO_SUCH_CALL)
        found = await self._index.find(customer)
        if not isinstance(found, list):
            return found
        if not found:
            return NoMember()
        return found[0].id if len(found) == 1 else Ambiguous(tuple(_label(one) for one in found))

    async def _member(self, number: str) -> Member | Answer:
        given = await self._get(f"/Customers/{number}", {"loadRelations": "rewards"}, for_page=True)
        if not isinstance(given, Mapping):
            return given
        data, path = at(given, "data"), self._settings.path
        points = whole_at(data, path("points"))
        rewards = (self._reward(row) for row in objects_at(data, "rewards"))
        return Member(
            id=number,
            name=display_name(text_at(data, path("name"))),
            phone_last4=last_four(text_at(data, path("phone"))),
            points=points,
            rewards=tuple(one for one in rewards if one.code and one.cost <= (points or 0)),
        )

    def _reward(self, row: Row) -> Reward:
        path = self._settings.path
        code = text_at(row, path("reward_code"))
        value = self._settings.reward_values.get(code)
        return Reward(
            code=code,
            name=text_at(row, path("reward_name")),
            cost=whole_at(row, path("reward_cost")) or 0,
            value=value.amount if value else None,
            percent=value.percent if value else None,
            item=value.item if value else "",
        )

    async def _checked_in(self, row: Row, *, ask: bool) -> CheckedIn:
        number = text_at(row, self._settings.path("active_id"))
        device = text_at(row, "deviceName") or text_at(row, "deviceId")
        known = self._index.named(number)
        if known is None and ask:
            member = await self._member(number)
            if isinstance(member, Member):
                return CheckedIn(number, member.name, member.phone_last4, device)
        return (
            CheckedIn(number, display_name(known.name), last_four(known.phone), device) if known else CheckedIn(number)
        )

    async def _get(self, path: str, query: Mapping[str, str], *, for_page: bool = False) -> Row | Answer:
        reply = await self._line.call("GET", path, query=query, for_page=for_page)
        return self._read(reply) if isinstance(reply, Reply) else reply

    def _read(self, reply: Reply) -> Row | Answer:
        body = reply.body
        if not reply.refused:
            return body if body is not None else Unknown(f"HTTP {reply.status} without a JSON object")
        kind, said = text_at(body, "type"), text_at(body, "message")
        if reply.status == httpx.codes.NOT_FOUND:
            if kind or said:
                return NoMember()
            return Refused("nothing answers at this address (HTTP 404); is base_url right?", "404", stops_provider=True)
        return Refused(said or f"HTTP {reply.status}", kind or str(reply.status))

    def _amount(self, fact: Fact) -> int:
        receipt = fact.get("receipt", {})
        by_base = {"subtotal": receipt.get("subtotal"), "net": fact.get("base"), "total": receipt.get("total")}
        chosen = by_base[self._settings.amount_base]
        return abs(int(chosen if chosen is not None else fact.get("base") or 0))

    def _method(self, fact: Fact) -> str:
        """The largest tender's: they take one."""
        paid = sale.payments(fact)
        label = max(paid, key=lambda one: one.amount).label if paid else "OTHER"
        return self._settings.method_map.get(label, label)

    def _booked(self, row: Row, is_spend: bool) -> Booked:
        when = moment_of(at(row, self._settings.path("history_time")))
        if is_spend:
            points = whole_at(row, self._settings.path("history_points"))
            return Booked(None if points is None else abs(points) if points < 0 else -1, when)
        found = at(row, self._settings.path("history_amount"))
        return Booked(
            0 if found is None and self._is_no_payment(row) else sale.from_money(found, self._settings.exponent), when
        )

    def _is_no_payment(self, row: Row) -> bool:
        """A spend or a gift: it has points and no amount."""
        return whole_at(row, self._settings.path("history_points")) is not None

    def _arrived(self, fact: Fact, is_spend: bool) -> int | None:
        """What it would be in the history; None when it is of the other kind."""
        spent = fact.get("kind") == Call.REDEEM
        if spent is not is_spend:
            return None
        return _cost(fact) if spent else self._amount(fact)

    def _windows(self, attempts: Sequence[datetime]) -> list[Window]:
        return windows(attempts, self._settings.timeout_s, self._settings.skew_s)


def _cost(fact: Fact) -> int:
    return int(fact["reservation"]["detail"].get("cost") or 0)


def _label(one: Known) -> str:
    return f"{display_name(one.name) or 'member'} …{last_four(one.phone)}"


def _day(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d")


def _classes(settings: TapmangoSettings) -> Mapping[Call, Idempotency]:
    asked = dict.fromkeys((Call.CHECK, Call.FIND_MEMBER, Call.RESERVE, Call.RELEASE), Idempotency.KEY)
    if settings.active_customers:
        asked[Call.LIST_CHECKED_IN] = Idempotency.KEY
    if settings.readback_before_resend:
        asked[Call.READ_BACK] = Idempotency.KEY
    return {**asked, Call.AWARD: Idempotency.WEAK, Call.REDEEM: Idempotency.WEAK}
