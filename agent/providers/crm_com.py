"""crm_com: takes outbox facts, posts them to CRM.COM as purchases; keeps and retries nothing.

Documented by the vendor: the header `api_key` (B, C), the token call and the token in every body (A); POST /purchases
of B with its fields, but for those of products[] and spend_request; purchases/{id}/cancel; purchases/preview (A);
front-end and back-end reduction; the default product. 429 and the errors' shape are seen.
Seen in client code: generation C's paths, search filters and both purchase bodies, content[] and paging.has_more, the
two error codes, GET purchases?organisations= (whose author doubts it), and the trap described in crm_com_rest.
Not documented, so settings: names inside products, paging parameters, the state of a cancelled purchase, the life of a
token, the body of ad_hoc_return, and what a repeated reference_number does: so a purchase is looked for before it is
sent again (class R); in A there is nothing to look into (class N).
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import httpx

from agent.clock import Clock
from agent.providers import transaction as sale
from agent.providers.answers import (
    AlreadyDone,
    Ambiguous,
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
from agent.providers.crm_com_purchase import Buyer, purchase
from agent.providers.crm_com_rest import CrmComRest, written_phone
from agent.providers.crm_com_token import CrmComToken
from agent.providers.http_line import HttpLine, basic, key_in
from agent.providers.lacking import Lacking
from agent.providers.looking_up import Remembered
from agent.providers.paths import at, objects_at, text_at, texts_in
from agent.providers.people import Basket, Estimate, Member, Reservation, Reward, display_name, last_four
from agent.providers.protocol import Fact, Facts, Limits, Traits
from agent.providers.sorting import looked_in_vain, nothing_sent
from agent.settings.clouds import CrmComSettings

WALLET = "wallet"
"""Code of the one reward there is: money in the wallet."""

OLDER_IS_ENOUGH = timedelta(hours=1)
"""A list that runs from new to old need not be read further than this before the receipt."""

Row = Mapping[str, Any]


class CrmCom(Lacking):
    """One merchant at CRM.COM."""

    def __init__(
        self, name: str, settings: CrmComSettings, clock: Clock, client: httpx.AsyncClient | None = None
    ) -> None:
        limits = Limits(settings.calls_per_second, 1, settings.timeout_s)
        super().__init__(name, limits, Traits(spends_in_award=True, counts_itself=True))
        self.idempotency = _classes(settings)
        self._settings = settings
        self._known, self._wallets = Remembered(clock), dict[str, str]()
        if settings.generation == "A":
            self._line = HttpLine(name, settings, clock, dict, client)
            login = basic(settings.web_api_user, settings.api_key, settings.api_key_file)
            self._login = HttpLine(name, settings, clock, login, client)
            self._old = CrmComToken(self._line, self._login, settings, clock)
        else:
            key = key_in("api_key", "", settings.api_key, settings.api_key_file)
            self._line = self._login = HttpLine(name, settings, clock, key, client)
        self._rest = CrmComRest(self._line, settings)

    @property
    def _is_old(self) -> bool:
        return self._settings.generation == "A"

    async def check(self) -> Answer:
        given = await (self._old.check() if self._is_old else self._rest.check())
        return Done("it answers") if isinstance(given, Mapping) else given

    async def find_member(self, identifiers: Mapping[str, str], basket: Basket | None = None) -> Member | Answer:
        del basket
        found = await self._contact(identifiers, for_page=True)
        return self._member(found, identifiers) if isinstance(found, Mapping) else found

    async def estimate(self, fact: Fact) -> Estimate | Answer:
        """Generation A alone can say it beforehand."""
        if not self._is_old:
            return self.lacks(Call.ESTIMATE)
        buyer = await self._buyer(fact)
        if not isinstance(buyer, Buyer):
            return buyer
        given = await self._old.post("/customer_events/purchases/preview", purchase(fact, buyer, self._settings))
        if not isinstance(given, Mapping):
            return given
        exponent = int(fact.get("exponent", 2))
        awarded = sale.from_money(at(given, "total_awarded_amount"), exponent)
        return Estimate(money=awarded, why="as the cloud works it out")

    async def award(self, facts: Facts) -> Sequence[Answer]:
        """Each fact a purchase, with the spend of its receipt inside."""
        return [await self._award(fact) for fact in facts]

    async def take_back(self, facts: Facts) -> Sequence[Answer]:
        """Everything back: the purchase is cancelled. A part: as the settings say."""
        return [await self._take_back(fact) for fact in facts]

    async def void(self, facts: Facts) -> Sequence[Answer]:
        return [await self._cancel(str(fact["undoes"]["remote_id"])) for fact in facts]

    async def reserve(self, member_id: str, reward: Reward, basket: Basket) -> Reservation | Answer:
        """There is no lock: the balance is looked at now, and the spend goes out inside the purchase."""
        amount = reward.value or 0
        if basket.total:
            amount = min(amount, basket.total)
        if member_id in self._wallets and not self._is_old:
            wallet = await self._rest.get(f"/wallets/{self._wallets[member_id]}", for_page=True)
            if not isinstance(wallet, Mapping):
                return wallet
            balance = sale.from_money(at(wallet, self._settings.path("wallet_balance")), self._settings.exponent)
            if balance is not None and balance < amount:
                return Refused("the wallet holds less than that", Code.BALANCE)
        if amount <= 0:
            return Refused("there is nothing to spend", Code.BALANCE)
        return Reservation(basket.sale, WALLET, reward.name or "wallet", value=amount)

    async def release(self, facts: Facts) -> Sequence[Answer]:
        """Nothing has been taken there before the purchase itself."""
        return [Done(str(fact["reservation"]["id"])) for fact in facts]

    async def read_back(self, fact: Fact) -> Answer:
        if "undoes" in fact:
            return await self._is_cancelled(str(fact["undoes"]["remote_id"]))
        if fact["kind"] == Call.TAKE_BACK and self._whole(fact):
            return await self._is_cancelled(str(fact["original"]["remote_id"]))
        wanted, path = sale.reference(fact), self._settings.path("purchase_reference")
        async for row in self._rest.purchases(since=sale.at(fact) - OLDER_IS_ENOUGH):
            if not isinstance(row, Mapping):
                return looked_in_vain(row)
            if text_at(row, path) == wanted:
                return AlreadyDone(text_at(row, self._settings.path("purchase_id")) or wanted)
        return NotFound()

    async def close(self) -> None:
        await self._line.close()
        await self._login.close()

    async def _award(self, fact: Fact) -> Answer:
        if "correction" in fact:
            return self.lacks(Call.AWARD)  # they count for themselves: no points can be told
        buyer = await self._buyer(fact)
        if not isinstance(buyer, Buyer):
            return buyer
        body = purchase(fact, buyer, self._settings)
        given = await self._post("/customer_events/purchases/create", "/purchases", body)
        if isinstance(given, NoMember):
            self._known.forget(fact.get("customer", {}))
        return self._booked(given, fact, buyer) if isinstance(given, Mapping) else given

    def _booked(self, given: Row, fact: Fact, buyer: Buyer) -> Answer:
        """Whose id is missing, or who names another's reference, has not answered this purchase."""
        number = text_at(given, self._settings.path("purchase_id"))
        named = {text_at(given, name) for name in (self._settings.reference_field, "external_system_reference_number")}
        if not number or not named <= {"", sale.reference(fact)}:
            return Unknown("the answer names no purchase, or another one")
        detail: dict[str, Any] = {"member": buyer.id} if buyer.id else {}
        for path in (self._settings.path("awarded"), "total_awarded_amount"):
            awarded = sale.from_money(at(given, path), int(fact.get("exponent", 2)))
            if awarded is not None:
                detail["awarded"] = awarded
        return Done(number, detail)

    async def _take_back(self, fact: Fact) -> Answer:
        if "correction" in fact:
            return self.lacks(Call.TAKE_BACK)
        if self._whole(fact):
            return await self._cancel(str(fact["original"]["remote_id"]))
        if self._settings.partial_return == "by_hand" or self._is_old:
            return Refused(f"{self.name} has no call that is known for a part of a receipt", Code.NO_SUCH_CALL)
        buyer = await self._buyer({**fact, "customer": fact.get("original", {}).get("customer") or fact["customer"]})
        if not isinstance(buyer, Buyer):
            return buyer
        given = await self._rest.post("/purchases/ad_hoc_return", purchase(fact, buyer, self._settings))
        return self._booked(given, fact, buyer) if isinstance(given, Mapping) else given

    def _whole(self, fact: Fact) -> bool:
        """Everything that was sold came back in this one return, and we know their id of the sale."""
        original = fact.get("original") or {}
        sold, back = (one.get("receipt", {}).get("total") for one in (original, fact))
        return bool(original.get("remote_id") and not fact.get("earlier") and sold and abs(back or 0) == abs(sold))

    async def _cancel(self, number: str) -> Answer:
        if not number:
            return self.lacks(Call.VOID)
        old = {"id": number} if self._is_old else {}
        given = await self._post("/customer_events/purchases/cancel", f"/purchases/{number}/cancel", old)
        if isinstance(given, NoMember):
            return Refused(f"they do not know purchase {number}", "404")
        if not isinstance(given, Mapping):
            return given
        return Done(number) if text_at(given, "id") in ("", number) else Unknown("the answer names another purchase")

    async def _is_cancelled(self, number: str) -> Answer:
        given = await self._rest.get(f"/purchases/{number}")
        if not isinstance(given, Mapping):
            return (
                Refused(f"they do not know purchase {number}") if isinstance(given, NoMember) else looked_in_vain(given)
            )
        state = text_at(given, self._settings.path("purchase_state")).upper()
        if not state:
            return Refused(f"purchase {number} shows no state (setting 'paths.purchase_state')")
        return AlreadyDone(number) if state in self._settings.states_cancelled else NotFound()

    async def _post(self, old: str, path: str, body: Row) -> Row | Answer:
        return await (self._old.post(old, body) if self._is_old else self._rest.post(path, body))

    async def _buyer(self, fact: Fact) -> Buyer | Answer:
        """Nothing has been sent by then, whatever goes wrong."""
        customer: Mapping[str, str] = fact.get("customer") or {}
        known = self._known.member_of(customer)
        if known:
            return Buyer(known)
        if customer.get("code"):
            return Buyer(medium=customer["code"], medium_kind="otp" if self._settings.generation == "C" else "cim")
        if self._settings.identify_by == "cim" and not self._is_old:
            medium = customer.get("card") or written_phone(customer.get("phone", ""), self._settings)
            return Buyer(medium=medium) if medium else NoMember()
        found = await self._contact(customer)
        if not isinstance(found, Mapping):
            return nothing_sent(found)
        number = text_at(found, self._settings.path("contact_id"))
        if not number:
            return nothing_sent(Unknown("their contact has no id (setting 'paths.contact_id')"))
        self._known.keep(customer, number)
        return Buyer(number)

    async def _contact(self, identifiers: Mapping[str, str], *, for_page: bool = False) -> Row | Answer:
        if self._is_old:
            return await self._participant(identifiers, for_page=for_page)
        rows = await self._rest.contacts(identifiers, for_page=for_page)
        if not isinstance(rows, list):
            return rows
        if not rows:
            return NoMember()
        return rows[0] if len(rows) == 1 else Ambiguous(tuple(self._label(row) for row in rows))

    async def _participant(self, identifiers: Mapping[str, str], *, for_page: bool) -> Row | Answer:
        """Exactly one identifier is allowed."""
        if identifiers.get("member_id"):
            return await self._old.participant({"id": identifiers["member_id"]}, for_page=for_page)
        phone = written_phone(identifiers.get("phone", ""), self._settings)
        value = identifiers.get("code") or identifiers.get("card") or phone or identifiers.get("email", "")
        if not value:
            return NoMember()
        kind = self._settings.identify_a
        identifier = {"number": value} if kind == "number" else {"access_token_identifier": {kind: value}}
        return await self._old.participant(identifier, for_page=for_page)

    def _member(self, row: Row, asked: Mapping[str, str]) -> Member:
        path = self._settings.path
        number, balance = (
            text_at(row, path("contact_id")),
            sale.from_money(at(row, path("balance")), self._settings.exponent),
        )
        wallet = text_at(row, path("wallet_id"))
        if wallet:
            self._wallets[number] = wallet
        money = () if not balance else (Reward(WALLET, "wallet money", value=balance),)
        return Member(
            id=number,
            name=display_name(text_at(row, path("first_name")), text_at(row, path("last_name"))),
            phone_last4=last_four(asked.get("phone")) or _some_phone(row),
            balance=balance,
            rewards=money,
        )

    def _label(self, row: Row) -> str:
        path = self._settings.path
        name = display_name(text_at(row, path("first_name")), text_at(row, path("last_name")))
        return f"{name or 'contact'} …{_some_phone(row) or text_at(row, path('contact_id'))[-4:]}"


def _some_phone(row: Row) -> str:
    """The last four of a phone in this record."""
    for one in objects_at(row, "phones"):
        for text in texts_in(one):
            if last_four(text) and len(sale.plain_digits(text)) >= 7:
                return last_four(text)
    return last_four(text_at(row, "phone"))


def _classes(settings: CrmComSettings) -> Mapping[Call, Idempotency]:
    asked = dict.fromkeys((Call.CHECK, Call.FIND_MEMBER, Call.RESERVE, Call.RELEASE), Idempotency.KEY)
    queued = (Call.AWARD, Call.TAKE_BACK, Call.VOID)
    if settings.generation == "A":
        return {**asked, Call.ESTIMATE: Idempotency.KEY, **dict.fromkeys(queued, Idempotency.NONE)}
    if settings.duplicate_check == "off":
        return {**asked, **dict.fromkeys(queued, Idempotency.NONE)}
    return {**asked, **dict.fromkeys((*queued, Call.READ_BACK), Idempotency.READ_BACK)}
