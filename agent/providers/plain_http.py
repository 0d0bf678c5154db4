"""plain_http: takes outbox facts, posts them as our own open contract says, gives answers; keeps and retries nothing.

Everything here is documented, in docs/plain-http.md; nothing is guessed. A repeat with the same key is harmless (class
K) unless the settings say that this cloud does not keep that promise.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any
from urllib.parse import quote

import httpx

from agent.clock import Clock
from agent.providers import plain_http_people as people
from agent.providers.answers import (
    AlreadyDone,
    Ambiguous,
    Answer,
    Call,
    Code,
    Done,
    Idempotency,
    Later,
    NoMember,
    NotFound,
    Refused,
    Unknown,
)
from agent.providers.http_line import LONGEST_PAUSE_S, HttpLine, Reply, bearer
from agent.providers.lacking import Lacking
from agent.providers.people import Basket, CheckedIn, Estimate, Member, NewMember, Product, Reservation, Reward
from agent.providers.protocol import Fact, Facts, Limits
from agent.settings import PlainHttpSettings

SERVICE, VERSION = "plain-http", 1
NOT_HERE = 404
BEYOND: Mapping[str, tuple[Call, ...]] = {
    "checked_in": (Call.LIST_CHECKED_IN,),
    "sign_up": (Call.CREATE_MEMBER,),
    "estimate": (Call.ESTIMATE,),
    "rewards": (Call.RESERVE, Call.REDEEM, Call.RELEASE),
    "void": (Call.VOID,),
    "products": (Call.SYNC_PRODUCTS,),
}
"""What the `speaks` of the settings stands for."""

Envelope = Mapping[str, Any]


class PlainHttp(Lacking):
    """One cloud that speaks the contract."""

    def __init__(
        self, name: str, settings: PlainHttpSettings, clock: Clock, client: httpx.AsyncClient | None = None
    ) -> None:
        super().__init__(name, Limits(settings.calls_per_second, settings.batch, settings.timeout_s))
        self.idempotency = _classes(settings)
        self._line = HttpLine(name, settings, clock, bearer(settings.token, settings.token_file), client)

    async def check(self) -> Answer:
        reply = await self._line.call("GET", "/v1/check")
        return _read_check(reply) if isinstance(reply, Reply) else reply

    async def award(self, facts: Facts) -> Sequence[Answer]:
        """Facts of every kind: the fact says which it is."""
        if len(facts) <= 1:
            return [await self._send(fact) for fact in facts]
        reply = await self._line.call("POST", "/v1/facts/batch", body={"facts": list(facts)})
        if not isinstance(reply, Reply):
            return [reply] * len(facts)
        if reply.refused:  # as a whole: one bad fact must not hold up those beside it
            return [await self._send(fact) for fact in facts]
        return _read_batch(reply, facts)

    take_back = award

    async def redeem(self, facts: Facts) -> Sequence[Answer]:
        return await self._beyond(Call.REDEEM, facts)

    async def release(self, facts: Facts) -> Sequence[Answer]:
        return await self._beyond(Call.RELEASE, facts)

    async def void(self, facts: Facts) -> Sequence[Answer]:
        return await self._beyond(Call.VOID, facts)

    async def read_back(self, fact: Fact) -> Answer:
        reply = await self._line.call("GET", "/v1/facts", query={"key": fact["key"]})
        return _read_read_back(reply, fact["key"]) if isinstance(reply, Reply) else reply

    async def find_member(self, identifiers: Mapping[str, str], basket: Basket | None = None) -> Member | Answer:
        """By POST, so that no phone number stands in an access log."""
        body: dict[str, Any] = dict(identifiers)
        if basket:
            body["basket"] = people.basket(basket)
        reply = await self._line.call("POST", "/v1/members/find", body=body, for_page=True)
        return _read_member(reply, identifiers) if isinstance(reply, Reply) else reply

    async def list_checked_in(self) -> Sequence[CheckedIn] | Answer:
        reply = await self._ask(Call.LIST_CHECKED_IN, "GET", "/v1/checked-in")
        return people.checked_in(reply.body or {}) if isinstance(reply, Reply) else reply

    async def create_member(self, who: NewMember) -> Member | Answer:
        wanted = {name: value for name, value in asdict(who).items() if value}
        reply = await self._ask(Call.CREATE_MEMBER, "POST", "/v1/members", wanted)
        return people.member(reply.body or {}) if isinstance(reply, Reply) else reply

    async def estimate(self, fact: Fact) -> Estimate | Answer:
        reply = await self._ask(Call.ESTIMATE, "POST", "/v1/estimate", fact)
        return people.estimate(reply.body or {}) if isinstance(reply, Reply) else reply

    async def reserve(self, member_id: str, reward: Reward, basket: Basket) -> Reservation | Answer:
        body = {
            "key": f"{basket.sale}/{reward.code}",
            "member": member_id,
            "reward": reward.code,
            "basket": people.basket(basket),
        }
        reply = await self._ask(Call.RESERVE, "POST", "/v1/reservations", body)
        return people.reservation(reply.body or {}, reward) if isinstance(reply, Reply) else reply

    async def sync_products(self, products: Sequence[Product]) -> Answer:
        body = {"products": [asdict(product) for product in products]}
        reply = await self._ask(Call.SYNC_PRODUCTS, "POST", "/v1/products", body)
        return Done(str((reply.body or {}).get("taken", len(products)))) if isinstance(reply, Reply) else reply

    async def close(self) -> None:
        await self._line.close()

    async def _beyond(self, call: Call, facts: Facts) -> Sequence[Answer]:
        return await self.award(facts) if call in self.idempotency else [self.lacks(call)] * len(facts)

    async def _ask(self, call: Call, method: str, path: str, body: Envelope | None = None) -> Reply | Answer:
        """2xx with an object, or what anything else means to the person who waits."""
        if call not in self.idempotency:
            return self.lacks(call)
        reply = await self._line.call(method, path, body=body, for_page=True)
        if not isinstance(reply, Reply):
            return reply
        if reply.refused:
            meaning = STATUSES.get(str((reply.body or {}).get("status")))
            return meaning(reply.body or {}) if meaning else _bare_refusal(reply)
        return reply if reply.body is not None else Unknown(f"HTTP {reply.status} without a JSON object")

    async def _send(self, fact: Fact) -> Answer:
        header = {"Idempotency-Key": quote(fact["key"], safe="/:")}  # a lane may be named in any language
        reply = await self._line.call("POST", "/v1/facts", body=fact, headers=header)
        return _read_fact(reply, fact["key"]) if isinstance(reply, Reply) else reply


def _classes(settings: PlainHttpSettings) -> Mapping[Call, Idempotency]:
    sending = Idempotency(settings.idempotency)
    queued = {Call.AWARD, Call.TAKE_BACK, *(call for name in settings.speaks for call in BEYOND[name])}
    asked = {Call.CHECK, Call.FIND_MEMBER} | ({Call.READ_BACK} if sending is not Idempotency.NONE else set())
    waited_for = {Call.LIST_CHECKED_IN, Call.CREATE_MEMBER, Call.ESTIMATE, Call.SYNC_PRODUCTS}
    return {call: Idempotency.KEY if call in asked | waited_for else sending for call in asked | queued}


def _done(envelope: Envelope) -> Answer:
    remote_id = _id(envelope)
    detail = {name: envelope[name] for name in ("member", "points", "balance") if name in envelope}
    return Done(remote_id, detail) if remote_id else Unknown("it says done, but names no id")


def _already_done(envelope: Envelope) -> Answer:
    remote_id = _id(envelope)
    return AlreadyDone(remote_id) if remote_id else Unknown("it says already done, but names no id")


def _refused(envelope: Envelope) -> Answer:
    return Refused(str(envelope.get("why") or "refused without a reason"), _code(envelope))


def _no_member(envelope: Envelope) -> Answer:
    del envelope
    return NoMember()


def _ambiguous(envelope: Envelope) -> Answer:
    candidates = envelope.get("candidates")
    return Ambiguous(tuple(map(str, candidates)) if isinstance(candidates, list) else ())


def _later(envelope: Envelope) -> Answer:
    after, why = envelope.get("retry_after"), str(envelope.get("why") or "the cloud says later")
    if not isinstance(after, int | float) or not after >= 0:  # 'not a number' compares with nothing
        return Later(why)
    return Later(why, float(min(after, LONGEST_PAUSE_S)))


STATUSES: Mapping[str, Callable[[Envelope], Answer]] = {
    "done": _done,
    "already_done": _already_done,
    "refused": _refused,
    "no_member": _no_member,
    "ambiguous": _ambiguous,
    "later": _later,
}
"""What the envelope's `status` means, for a single fact as for one of a batch."""
CONFLICT = 409


def _read_fact(reply: Reply, key: str) -> Answer:
    """The envelope decides, once it names our key; a bare HTTP status is believed only when it refuses."""
    envelope = reply.body or {}
    answer = _read_envelope(envelope, key)
    if isinstance(answer, Done | AlreadyDone) and reply.refused and reply.status != CONFLICT:
        return Unknown(f"HTTP {reply.status}, yet it says {envelope['status']}")
    if not isinstance(answer, Unknown) or not reply.refused:
        return answer
    if "key" in envelope or reply.status == CONFLICT:
        return answer
    return _bare_refusal(reply)


def _read_envelope(envelope: Envelope, key: str) -> Answer:
    if envelope.get("key") != key:
        return Unknown("the answer does not name our key")
    meaning = STATUSES.get(str(envelope.get("status")))
    return meaning(envelope) if meaning else Unknown(f"the answer has no status we know: {envelope.get('status')!r}")


def _bare_refusal(reply: Reply) -> Answer:
    if reply.status == NOT_HERE:
        return Refused("nothing answers at this address (HTTP 404); is base_url right?", "404", stops_provider=True)
    why = (reply.body or {}).get("why")
    return Refused(str(why or f"HTTP {reply.status}"), str((reply.body or {}).get("code") or reply.status))


def _read_batch(reply: Reply, facts: Sequence[Fact]) -> list[Answer]:
    """By key, not by place: an answer that is missing, doubled or another's leaves its fact unknown."""
    answers = (reply.body or {}).get("answers")
    found: dict[str, list[Envelope]] = {}
    for envelope in answers if isinstance(answers, list) else ():
        if isinstance(envelope, dict):
            found.setdefault(str(envelope.get("key")), []).append(envelope)
    return [_read_one_of(found.get(fact["key"], []), fact["key"]) for fact in facts]


def _read_one_of(envelopes: Sequence[Envelope], key: str) -> Answer:
    if len(envelopes) != 1:
        return Unknown(f"the batch was answered, with {len(envelopes)} answers for this key")
    return _read_envelope(envelopes[0], key)


def _read_read_back(reply: Reply, key: str) -> Answer:
    """NotFound only in the cloud's own words: an address that does not exist says 404, too."""
    envelope = reply.body or {}
    if envelope.get("key") != key:
        return Unknown(f"read back: HTTP {reply.status}, and the answer does not name our key")
    if envelope.get("status") == "not_found" and reply.status == NOT_HERE:
        return NotFound()
    if envelope.get("status") == "done" and not reply.refused:
        return _already_done(envelope)
    return Unknown(f"read back: HTTP {reply.status} with status {envelope.get('status')!r}")


def _read_check(reply: Reply) -> Answer:
    body = reply.body or {}
    if body.get("service") == SERVICE and body.get("version") == VERSION and not reply.refused:
        return Done(f"{SERVICE} {VERSION}")
    said = f"HTTP {reply.status}, service {body.get('service')!r}, version {body.get('version')!r}"
    return Refused(f"this address does not speak {SERVICE} {VERSION}: {said}", str(reply.status), stops_provider=True)


def _read_member(reply: Reply, identifiers: Mapping[str, str]) -> Member | Answer:
    """A member counts only when the cloud says which of our identifiers it matched."""
    envelope, status = reply.body or {}, (reply.body or {}).get("status")
    if status == "found" and not reply.refused:
        matched = envelope.get("matched")
        if isinstance(matched, dict) and matched and matched.items() <= identifiers.items():
            return people.member(envelope)
        return Unknown("it found a member, but not by what we asked for")
    if status in ("no_member", "ambiguous", "refused"):
        return STATUSES[status](envelope)
    return _bare_refusal(reply) if reply.refused else Unknown(f"HTTP {reply.status} with status {status!r}")


def _id(envelope: Envelope) -> str:
    remote_id = envelope.get("id")
    return str(remote_id) if isinstance(remote_id, str | int) else ""


def _code(envelope: Envelope) -> str:
    """Ours where it means the same everywhere: the contract names those as `agent.providers.Code` does."""
    code = str(envelope.get("code") or "")
    return Code(code) if code in list(Code) else code
