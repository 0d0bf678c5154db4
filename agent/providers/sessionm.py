"""sessionm: takes outbox facts, speaks SessionM's POS calls; keeps and retries nothing.

Documented by the vendor: Basic login; the envelope (store_id, client_id, request_id, culture, request_payload → status,
payload, errors); one request_id is processed once (class K), with "pending processing" while the first is at work; the
paths under /api/2.0/; lookup by one of email, phone (digits), user_id, external_customer_id; fields of redeem, lock,
reinstate and unlock; receipt_code; no negative amounts; tax on items or whole; a return is the changed transaction sent
again with a newer modified_time.
Seen in client code: the names inside transaction, items and payments.
Not documented, so settings: base_url, where lookup's answer holds what (`paths`), error words (`words_…`), and the
fields of a discount of the till's own.
"""

from collections.abc import Mapping, Sequence
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
    Later,
    NoMember,
    Refused,
    Unknown,
)
from agent.providers.http_line import HttpLine, Reply, basic
from agent.providers.lacking import Lacking
from agent.providers.looking_up import Remembered
from agent.providers.paths import at, objects_at, text_at, texts_in, whole_at
from agent.providers.people import Basket, Estimate, Member, Reservation, Reward, display_name, last_four
from agent.providers.protocol import Fact, Facts, Limits, Traits
from agent.providers.sessionm_transaction import Sold, after_returns, as_sold, nothing, transaction
from agent.providers.sorting import nothing_sent
from agent.settings.clouds import SessionmSettings

LOOKUP_FIELDS = {"member_id": "user_id", "phone": "phone", "email": "email", "card": "external_customer_id"}
"""Our identifiers → theirs, the surest first; they take exactly one."""
NOBODYS_CARD = "tillpost-check"
SCANNED = "ttl:"
"""Before a reward's code that was scanned from the customer's phone."""

Payload = Mapping[str, Any]


class Sessionm(Lacking):
    """One shop at SessionM."""

    def __init__(
        self, name: str, settings: SessionmSettings, clock: Clock, client: httpx.AsyncClient | None = None
    ) -> None:
        locks = settings.redeem_mode == "lock"
        limits = Limits(settings.calls_per_second, 1, settings.timeout_s, settings.lock_minutes * 60 if locks else None)
        claims = settings.receipt_code_claim
        traits = Traits(spends_in_award=locks, counts_itself=True, takes_nobody=claims, claim_url=settings.claim_url)
        super().__init__(name, limits, traits)
        calls = (Call.CHECK, Call.FIND_MEMBER, Call.ESTIMATE, Call.AWARD, Call.TAKE_BACK, Call.VOID)
        self.idempotency = dict.fromkeys((*calls, Call.RESERVE, Call.REDEEM, Call.RELEASE), Idempotency.KEY)
        self._settings, self._clock = settings, clock
        self._known = Remembered(clock)
        auth = basic(settings.key, settings.secret, settings.secret_file)
        self._line = HttpLine(name, settings, clock, auth, client)

    async def check(self) -> Answer:
        """Any envelope to a lookup shows that address and login are right."""
        test = self._settings.check_user_id
        payload = {"user_id": test} if test else {"external_customer_id": NOBODYS_CARD}
        answer = await self._ask("lookup", payload, sale.named_id(f"check {self._clock.wall().isoformat()}"))
        return Done("it answers") if isinstance(answer, NoMember | Ambiguous | Mapping) else answer

    async def find_member(self, identifiers: Mapping[str, str], basket: Basket | None = None) -> Member | Answer:
        found = await self._lookup(identifiers, basket, for_page=True)
        return self._member(found) if isinstance(found, Mapping) else found

    async def estimate(self, fact: Fact) -> Estimate | Answer:
        """Only offers: what the points will be they say afterwards."""
        shown = transaction(as_sold(fact), "", self._settings, modified=self._clock.wall())
        found = await self._lookup(fact.get("customer", {}), shown, for_page=True)
        if not isinstance(found, Mapping):
            return found
        return Estimate(rewards=self._member(found).rewards, why="the cloud counts the points when it has the receipt")

    async def award(self, facts: Facts) -> Sequence[Answer]:
        return [await self._award(fact) for fact in facts]

    async def take_back(self, facts: Facts) -> Sequence[Answer]:
        """The changed sale again; whose original is not known here cannot be changed."""
        return [await self._take_back(fact) for fact in facts]

    async def void(self, facts: Facts) -> Sequence[Answer]:
        """The sale again, with nothing left of it."""
        return [await self._void(fact) for fact in facts]

    async def reserve(self, member_id: str, reward: Reward, basket: Basket) -> Reservation | Answer:
        """Redeemed at once, or locked; either can be given back."""
        scanned = reward.code.startswith(SCANNED)
        payload = {
            "offer_lookup_code": reward.code.removeprefix(SCANNED),
            "offer_lookup_type": "TTLCode" if scanned else "UserOfferId",
            "transaction": self._of_basket(basket, member_id),
        }
        number = sale.named_id(f"{basket.sale}/{reward.code}/{basket.total}/{basket.items}")
        given = await self._ask(self._settings.redeem_mode, payload, number, for_page=True)
        return self._reservation(given, reward, basket) if isinstance(given, Mapping) else given

    async def redeem(self, facts: Facts) -> Sequence[Answer]:
        """Redeemed when it was reserved; a lock is used up by the award that carries its discount."""
        return [Done(str(fact["reservation"]["id"])) for fact in facts]

    async def release(self, facts: Facts) -> Sequence[Answer]:
        return [await self._release(fact) for fact in facts]

    async def close(self) -> None:
        await self._line.close()

    async def _award(self, fact: Fact) -> Answer:
        if "correction" in fact:
            return self.lacks(Call.AWARD)  # they count for themselves: no points can be told
        customer = fact.get("customer") or {}
        if not customer and not self._settings.receipt_code_claim:
            return NoMember()
        user = await self._user_of(customer) if customer else ""
        if not isinstance(user, str):
            return user
        claim = "" if user else str(fact.get("claim") or sale.named_id(f"claim {fact['key']}"))
        return await self._send(fact, as_sold(fact), user, claim)

    async def _take_back(self, fact: Fact) -> Answer:
        original = fact.get("original")
        if "correction" in fact or not isinstance(original, Mapping):
            return self.lacks(Call.TAKE_BACK)
        sold = after_returns(original, [*fact.get("earlier", ()), fact])
        if sold is None:
            return Refused("it cannot be told which articles of the sale came back", Code.NO_SUCH_CALL)
        user = await self._user_of(original.get("customer") or fact.get("customer") or {})
        return await self._send(fact, sold, user) if isinstance(user, str) else user

    async def _void(self, fact: Fact) -> Answer:
        if int(fact["points"]) > 0:
            return self.lacks(Call.VOID)  # the undoing of a return: the sale as it was is not in this fact
        undone = {**fact, "key": fact["undoes"]["key"]}
        user = await self._user_of(fact.get("customer") or {}) if fact.get("customer") else ""
        return await self._send(fact, nothing(undone), user) if isinstance(user, str) else user

    async def _send(self, fact: Fact, sold: Sold, user: str, claim: str = "") -> Answer:
        made = transaction(sold, user, self._settings, modified=self._clock.wall(), claim=claim)
        given = await self._ask("send_transaction", made, sale.request_id(fact))
        if not isinstance(given, Mapping):
            return given
        detail = {"member": user} if user else {"claim": claim}
        return Done(made["transaction_id"], detail)

    async def _release(self, fact: Fact) -> Answer:
        reserved = fact["reservation"]
        path = "unlock" if self._settings.redeem_mode == "lock" else "reinstate"
        payload = {
            "user_offer_id": reserved["detail"].get("user_offer_id") or reserved["id"],
            "employee_id": reserved["detail"].get("employee_id") or self._settings.employee_id_default,
        }
        given = await self._ask(path, payload, sale.request_id(fact))
        return Done(str(reserved["id"])) if isinstance(given, Mapping) else given

    async def _user_of(self, customer: Mapping[str, str]) -> str | Answer:
        known = self._known.member_of(customer)
        if known:
            return known
        found = await self._lookup(customer)
        if not isinstance(found, Mapping):
            return nothing_sent(found)
        user = text_at(found, self._settings.path("user_id"))
        if not user:
            return Later("before anything was sent: their lookup names no user_id (setting 'paths')")
        self._known.keep(customer, user)
        return user

    async def _lookup(
        self, identifiers: Mapping[str, str], basket: Basket | Payload | None = None, *, for_page: bool = False
    ) -> Payload | Answer:
        name = next((name for name in LOOKUP_FIELDS if identifiers.get(name)), None)
        if name is None:
            return Refused("SessionM looks up by phone, e-mail, card or user id", Code.NO_SUCH_CALL)
        value = identifiers[name]
        payload: dict[str, Any] = {LOOKUP_FIELDS[name]: sale.plain_digits(value) if name == "phone" else value}
        if basket is not None:
            payload["transaction"] = self._of_basket(basket, "") if isinstance(basket, Basket) else basket
        now = self._clock.wall().isoformat()  # a lookup is asked anew each time, never answered from an earlier one
        found = await self._ask("lookup", payload, sale.named_id(f"lookup {value} {now}"), for_page=for_page)
        phone = text_at(found, self._settings.path("phone")) if isinstance(found, Mapping) else ""
        if name == "phone" and phone and not _same_phone(phone, value):
            return Unknown("it answered with somebody of another phone")
        return found

    async def _ask(self, path: str, payload: Payload, request_id: str, *, for_page: bool = False) -> Payload | Answer:
        """The payload of an OK envelope; else what its errors mean."""
        body = {
            "store_id": self._settings.store_id,
            "client_id": self._settings.client_id,
            "request_id": request_id,
            "request_payload": dict(payload),
        }
        if self._settings.culture:
            body["culture"] = self._settings.culture
        reply = await self._line.call("POST", f"/api/2.0/{path}", body=body, for_page=for_page)
        return self._read(reply) if isinstance(reply, Reply) else reply

    def _read(self, reply: Reply) -> Payload | Answer:
        envelope = reply.body or {}
        if envelope.get("status") == "OK" and not reply.refused:
            payload = envelope.get("payload")
            return payload if isinstance(payload, dict) else {}
        if "status" not in envelope or envelope.get("status") == "OK":
            if not reply.refused:
                return Unknown(f"HTTP {reply.status} without an envelope")
            stops = reply.status == httpx.codes.NOT_FOUND
            return Refused(f"HTTP {reply.status} without an envelope; is base_url right?", str(reply.status), stops)
        return self._meaning(", ".join(texts_in(envelope.get("errors"))) or str(envelope["status"]))

    def _meaning(self, said: str) -> Answer:
        words, settings = said.casefold(), self._settings

        def has(wanted: Sequence[str]) -> bool:
            return any(word.casefold() in words for word in wanted)

        if has(settings.words_pending):
            return Later(said)
        if has(settings.words_several):
            return Ambiguous(())
        if has(settings.words_nobody):
            return NoMember()
        return Refused(said, Code.NOT_ELIGIBLE if has(settings.words_not_eligible) else "")

    def _member(self, found: Payload) -> Member:
        path = self._settings.path
        return Member(
            id=text_at(found, path("user_id")),
            name=display_name(text_at(found, path("first_name")), text_at(found, path("last_name"))),
            phone_last4=last_four(text_at(found, path("phone"))),
            points=whole_at(found, path("points")),
            rewards=tuple(self._reward(one) for one in objects_at(found, path("offers"))),
        )

    def _reward(self, offer: Payload) -> Reward:
        path = self._settings.path
        return Reward(
            code=text_at(offer, path("offer_id")),
            name=text_at(offer, path("offer_name")),
            cost=whole_at(offer, path("offer_cost")) or 0,
            value=self._value(offer),
        )

    def _value(self, discount: Payload) -> int | None:
        number = at(discount, self._settings.path("discount_amount"))
        return None if number is None else sale.from_money(number, self._settings.exponent)

    def _reservation(self, given: Payload, reward: Reward, basket: Basket) -> Reservation | Answer:
        inside = at(given, self._settings.path("discount"))
        discount: Payload = inside if isinstance(inside, Mapping) else given
        value = self._value(discount)
        scanned = reward.code.startswith(SCANNED)
        theirs = text_at(discount, self._settings.path("discount_offer_id"))
        offer = theirs or ("" if scanned else reward.code)
        if not offer:
            return Unknown("it names no user_offer_id for the scanned code (setting 'paths.discount_offer_id')")
        return Reservation(
            id=offer,
            reward=reward.code,
            name=reward.name,
            value=reward.value if value is None else value,
            percent=reward.percent,
            expires_in_s=self.limits.reservation_s,
            detail={
                "discount": dict(discount),
                "user_offer_id": offer,
                "employee_id": basket.employee or self._settings.employee_id_default,
                "transaction_id": basket.sale,
            },
        )

    def _of_basket(self, basket: Basket, user_id: str) -> Payload:
        """A Transaction of what the cashier keyed."""
        fact = {
            "key": f"page/page/{basket.sale}/basket",
            "captured_at": (basket.at or self._clock.wall()).isoformat(),
            "exponent": self._settings.exponent,
            "spend": {"detail": {"transaction_id": basket.sale}},
            "receipt": {
                "register": basket.register,
                "cashier": basket.employee or None,
                "total": basket.total,
                "items": [{"text": text, "quantity": count, "amount": paid} for text, count, paid in basket.items],
            },
        }
        made = transaction(as_sold(fact), user_id, self._settings, modified=self._clock.wall())
        return {**made, "subtotal": sale.money(basket.total, self._settings.exponent)} if not basket.items else made


def _same_phone(theirs: str, ours: str) -> bool:
    """Their record may lack the country's code."""
    digits = sale.plain_digits(theirs)
    return bool(digits) and sale.plain_digits(ours).endswith(digits)
