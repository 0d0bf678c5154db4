"""plain_http: a loyalty cloud on loopback that speaks docs/plain-http.md and misbehaves when told; keeps all in memory.

In a test: `async with PlainHttpCloud() as cloud`. As a process: `tillpost sandbox plain_http --urls` prints two lines,
the cloud's URL and the URL of its control (see control.py), which answers also while the cloud is away.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from agent.providers import Code, Idempotency, display_name, last_four
from agent.sandboxes.book import Member, Offer
from agent.sandboxes.cloud import SandboxCloud, body_of_response
from agent.sandboxes.misbehaviour import Call, Fault
from agent.sandboxes.waiting import body_of

TOKEN = "sandbox-token"
LARGEST_BATCH = 1000
HTTP_OF = {"done": 201, "already_done": 200, "refused": 422, "no_member": 404, "ambiguous": 409}
KINDS = {"award": 1, "take_back": -1, "void": -1, "redeem": 0, "release": 0}
"""Which sign the points of a fact of each kind have."""
SETTLES = {"redeem": "redeemed", "release": "released"}
RESERVED_FOR_S = 900

Envelope = dict[str, Any]


class PlainHttpCloud(SandboxCloud):
    """The contract, whole."""

    vendor = "plain_http"

    def __init__(
        self, *, token: str = TOKEN, keeps: Idempotency = Idempotency.KEY, seed: int = 0, port: int = 0
    ) -> None:
        self.token = token
        super().__init__(keeps=keeps, seed=seed, port=port)

    def settings(self) -> str:
        return (
            f'kind = "plain_http"\nbase_url = "{self.url}"\ntoken = "{self.token}"\n'
            'speaks = ["checked_in", "sign_up", "estimate", "rewards", "void", "products"]\n'
        )

    def lets_in(self, request: Request) -> bool:
        return request.headers.get("authorization") == f"Bearer {self.token}"

    def doors(self) -> Sequence[Route]:
        return [
            Route("/v1/check", self.at(Call.CHECK, self._check), methods=["GET"]),
            Route("/v1/facts", self.at(Call.FACTS, self._one), methods=["POST"]),
            Route("/v1/facts", self.at(Call.READ_BACK, self._read_back), methods=["GET"]),
            Route("/v1/facts/batch", self.at(Call.FACTS, self._batch), methods=["POST"]),
            Route("/v1/members/find", self.at(Call.MEMBERS, self._find), methods=["POST"]),
            Route("/v1/members", self.at(Call.MEMBERS, self._sign_up), methods=["POST"]),
            Route("/v1/checked-in", self.at(Call.MEMBERS, self._checked_in), methods=["GET"]),
            Route("/v1/estimate", self.at(Call.ESTIMATE, self._estimate), methods=["POST"]),
            Route("/v1/reservations", self.at(Call.RESERVE, self._reserve), methods=["POST"]),
            Route("/v1/products", self.at(Call.PRODUCTS, self._products), methods=["POST"]),
        ]

    def spoilt(self, response: Response) -> Response:
        return _with_other_keys(response)

    async def note_asked(self, request: Request) -> None:
        if request.method == "POST" and "/facts" in request.url.path:
            body = await body_of(request)
            facts = body.get("facts", [body])
            self.book.asked.update(str(fact.get("key")) for fact in facts if isinstance(fact, dict))

    async def _check(self, request: Request, fault: Fault | None) -> Response:
        del request, fault
        return JSONResponse({"service": "plain-http", "version": 1})

    async def _one(self, request: Request, fault: Fault | None) -> Response:
        fact = await body_of(request)
        if unquote(request.headers.get("idempotency-key", "")) != fact.get("key"):
            return _enveloped(_refusal(fact, "Idempotency-Key and the body's key differ", "key"))
        return _enveloped(self._take(fact, fault))

    async def _batch(self, request: Request, fault: Fault | None) -> Response:
        facts = (await body_of(request)).get("facts")
        if not isinstance(facts, list) or not all(isinstance(fact, dict) for fact in facts):
            return JSONResponse({"why": "facts must be a list of objects"}, 400)
        if len(facts) > LARGEST_BATCH:
            return JSONResponse({"why": f"more than {LARGEST_BATCH} facts"}, 413)
        return JSONResponse({"answers": [self._take(fact, fault) for fact in facts]})

    def _take(self, fact: Mapping[str, Any], fault: Fault | None) -> Envelope:
        wrong = _what_is_wrong(fact)
        if wrong:
            return _refusal(fact, wrong, "bad_fact")
        if fault is Fault.REFUSE:
            return _refusal(fact, "this sandbox was told to refuse", "told_to")
        key, known = fact["key"], self.book.entries.get(fact["key"])
        if known and self.keeps is Idempotency.KEY and fault is not Fault.FORGET_KEY:
            if known.points != fact["points"]:
                return _refusal(fact, "this key was used for something else", "key_reused")
            return {"status": "already_done", "key": key, "id": known.id}
        return self._settle(fact) if fact["kind"] in SETTLES else self._book(fact)

    def _book(self, fact: Mapping[str, Any]) -> Envelope:
        key, found = fact["key"], self.book.find(fact["customer"])
        if len(found) != 1:
            return _not_one(found) | {"key": key}
        entry = self.book.apply(fact, found[0])
        return {
            "status": "done",
            "key": key,
            "id": entry.id,
            "member": entry.member,
            "points": fact["points"],
            "balance": found[0].points,
        }

    def _settle(self, fact: Mapping[str, Any]) -> Envelope:
        state, number = SETTLES[fact["kind"]], str(fact.get("reservation", {}).get("id"))
        reserved = self.book.settle(number, state)
        if reserved is None or reserved.state != state:
            return _refusal(fact, f"no reservation {number} is open", "reservation")
        entry = self.book.apply({**fact, "points": 0}, self.book.members[reserved.member])
        return {"status": "done", "key": fact["key"], "id": entry.id, "member": reserved.member}

    async def _read_back(self, request: Request, fault: Fault | None) -> Response:
        del fault
        key = request.query_params.get("key", "")
        if self.keeps is Idempotency.NONE:
            return JSONResponse({"why": "nothing can be read back here"}, 405)
        entry = self.book.entries.get(key)
        if entry is None:
            return JSONResponse({"status": "not_found", "key": key}, 404)
        return JSONResponse({"status": "done", "key": key, "id": entry.id, "member": entry.member})

    async def _find(self, request: Request, fault: Fault | None) -> Response:
        del fault
        wanted = await body_of(request)
        found = self.book.find(wanted)
        if len(found) != 1:
            return _enveloped(_not_one(found))
        fits = ("phone", "email", "card")
        matched = {name: wanted[name] for name in fits if wanted.get(name) and getattr(found[0], name) == wanted[name]}
        if found[0].id == wanted.get("member_id"):
            matched["member_id"] = found[0].id
        basket = wanted.get("basket")
        total = basket.get("total") if isinstance(basket, dict) else None
        return JSONResponse({"status": "found", "matched": matched, **self._shown(found[0], total)})

    async def _sign_up(self, request: Request, fault: Fault | None) -> Response:
        del fault
        wanted = await body_of(request)
        names = ("phone", "email", "card", "first_name", "last_name")
        found = self.book.find(wanted)
        member = found[0] if found else self.book.sign_up(**{name: wanted.get(name, "") for name in names})
        return JSONResponse({"status": "found", **self._shown(member)}, 200 if found else 201)

    async def _checked_in(self, request: Request, fault: Fault | None) -> Response:
        del request, fault
        members = [self.book.members[number] for number in self.book.checked_in]
        return JSONResponse({"checked_in": [{**_named(member), "device": "tablet 1"} for member in members]})

    async def _estimate(self, request: Request, fault: Fault | None) -> Response:
        del fault
        fact = await body_of(request)
        return JSONResponse({"status": "estimate", "points": fact.get("points"), "why": "as you counted it"})

    async def _reserve(self, request: Request, fault: Fault | None) -> Response:
        del fault
        wanted = await body_of(request)
        key, offer = str(wanted.get("key")), self.book.offer(str(wanted.get("reward")))
        member = self.book.members.get(str(wanted.get("member")))
        if member is None or offer is None:
            return _enveloped(_refusal(wanted, "no such member or reward", Code.NOT_ELIGIBLE))
        if key not in self.book.reserved and member.points < offer.cost:
            return _enveloped(_refusal(wanted, f"{offer.name} takes {offer.cost} points", Code.BALANCE))
        known = key in self.book.reserved
        made = self.book.reserve(key, member, offer)
        status = {"status": "already_done" if known else "done", "key": key, "id": made.id}
        return _enveloped({**status, **_money_off(offer), "expires_in": RESERVED_FOR_S})

    async def _products(self, request: Request, fault: Fault | None) -> Response:
        del fault
        products = (await body_of(request)).get("products", [])
        self.book.products |= {product["sku"]: product for product in products}
        return JSONResponse({"taken": len(products)})

    def _shown(self, member: Member, total: int | None = None) -> Envelope:
        """With a sale's `total`, minor units: only rewards that it is large enough for."""
        rewards = [
            {"code": offer.code, "name": offer.name, "cost": offer.cost, **_money_off(offer)}
            for offer in self.book.offers
            if offer.cost <= member.points and (total is None or (offer.value or 0) <= total)
        ]
        cards = [{"title": title, "have": have, "need": 10} for title, have in member.punches.items()]
        return {**_named(member), "points": member.points, "balance": member.wallet, "rewards": rewards, "cards": cards}


def _named(member: Member) -> Envelope:
    name = display_name(member.first_name, member.last_name)
    return {"id": member.id, "name": name, "phone_last4": last_four(member.phone)}


def _money_off(offer: Offer) -> Envelope:
    return {"value": offer.value, "percent": offer.percent, "item": offer.item}


def _what_is_wrong(fact: Mapping[str, Any]) -> str:
    points, sign = fact.get("points"), KINDS.get(str(fact.get("kind")))
    if not fact.get("key") or not isinstance(fact.get("customer"), dict):
        return "key and customer are needed"
    if fact.get("v") != 1 or sign is None:
        return f"v must be 1, kind one of {', '.join(KINDS)}"
    if not isinstance(points, int) or (points * sign <= 0 if sign else points):
        return "points must be whole, above zero for an award, below for a take_back or void, zero for the others"
    return ""


def _refusal(fact: Mapping[str, Any], why: str, code: str) -> Envelope:
    return {"status": "refused", "key": fact.get("key"), "why": why, "code": code}


def _not_one(found: Sequence[Member]) -> Envelope:
    if not found:
        return {"status": "no_member"}
    return {"status": "ambiguous", "candidates": [f"member …{member.phone[-4:] or member.id}" for member in found]}


def _enveloped(envelope: Envelope) -> Response:
    return JSONResponse(envelope, HTTP_OF[envelope["status"]])


def _with_other_keys(response: Response) -> Response:
    body = body_of_response(response)
    for envelope in body.get("answers", [body]):
        envelope["key"] = f"{envelope.get('key')}-of-somebody-else"
    return JSONResponse(body, response.status_code)
