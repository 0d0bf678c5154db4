"""sessionm: a sandbox of SessionM's POS calls on loopback; gives a point a whole unit of the subtotal, misbehaves.

What the vendor documents is kept strictly: one request_id is processed once, several matches are an error, negative
amounts and tax in two places are refused, a transaction sent again must have a newer modified_time and overwrites.
"""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from agent.providers import Idempotency
from agent.sandboxes.book import Entry, Member
from agent.sandboxes.cloud import SandboxCloud
from agent.sandboxes.misbehaviour import Call, Fault
from agent.sandboxes.waiting import body_of

KEY, SECRET = "sandbox-key", "sandbox-secret"
LOOKED_UP_BY = {"phone": "phone", "email": "email", "external_customer_id": "card", "user_id": "id"}
PENDING = "the request is pending processing"

Json = dict[str, Any]


class SessionmCloud(SandboxCloud):
    """One client with one store."""

    vendor = "sessionm"

    def __init__(self, *, keeps: Idempotency = Idempotency.KEY, seed: int = 0, port: int = 0) -> None:
        super().__init__(keeps=keeps, seed=seed, port=port)
        self._answers: dict[str, Json] = {}
        self.transactions: dict[str, Json] = {}
        self.unclaimed: dict[str, str] = {}
        """Receipt code → transaction id, of receipts without a customer."""

    def settings(self) -> str:
        return (
            f'kind = "sessionm"\nbase_url = "{self.url}"\nkey = "{KEY}"\nsecret = "{SECRET}"\n'
            'client_id = "sandbox"\nstore_id = "store-1"\nreceipt_code_claim = true\n'
            'claim_url = "https://rewards.example/"\n'
        )

    def doors(self) -> Sequence[Route]:
        doors = {
            "lookup": (Call.MEMBERS, self._lookup),
            "send_transaction": (Call.FACTS, self._send),
            "redeem": (Call.RESERVE, self._redeem),
            "lock": (Call.RESERVE, self._redeem),
            "reinstate": (Call.FACTS, self._give_back),
            "unlock": (Call.FACTS, self._give_back),
        }
        return [
            Route(f"/api/2.0/{path}", self.at(call, self._enveloped(path, answer)), methods=["POST"])
            for path, (call, answer) in doors.items()
        ]

    def lets_in(self, request: Request) -> bool:
        return request.headers.get("authorization") == f"Basic {base64.b64encode(f'{KEY}:{SECRET}'.encode()).decode()}"

    def refusal(self) -> Response:
        return JSONResponse(_failed("told_to", "this sandbox was told to refuse"))

    async def note_asked(self, request: Request) -> None:
        if request.url.path.endswith("send_transaction"):
            self.book.asked[str((await body_of(request)).get("request_id"))] += 1

    def _enveloped(self, path: str, answer: Any) -> Any:
        async def open_envelope(request: Request, fault: Fault | None) -> Response:
            body = await body_of(request)
            number, payload = str(body.get("request_id") or ""), body.get("request_payload")
            if not number or not body.get("store_id") or not body.get("client_id") or not isinstance(payload, dict):
                return JSONResponse(_failed("validation", "store_id, client_id, request_id, request_payload needed"))
            if fault is Fault.BAD_STATUS:
                return JSONResponse(_failed("busy", PENDING))
            if number not in self._answers or fault is Fault.FORGET_KEY:
                self._answers[number] = answer(payload, number)
            if fault is Fault.PENDING:
                return JSONResponse(_failed("pending", PENDING))
            return JSONResponse(self._answers[number])

        del path
        return open_envelope

    def _lookup(self, payload: Json, number: str) -> Json:
        del number
        names = [name for name in LOOKED_UP_BY if payload.get(name)]
        if len(names) != 1:
            return _failed("validation", "exactly one identifier is needed")
        found = [one for one in self.book.members.values() if _is(one, names[0], str(payload[names[0]]))]
        if len(found) != 1:
            return _failed("lookup", "more than one customer matches" if found else "customer not found")
        member = found[0]
        customer = {"user_id": member.id, "first_name": member.first_name, "last_name": member.last_name}
        offers = [
            {"user_offer_id": f"{member.id}:{offer.code}", "name": offer.name, "points": offer.cost}
            for offer in self.book.offers
            if offer.cost <= member.points
        ]
        return _ok({"customer": customer | {"phone": _digits(member.phone)}, "points": member.points, "offers": offers})

    def _send(self, payload: Json, number: str) -> Json:
        wrong = _what_is_wrong(payload, self.transactions.get(str(payload.get("transaction_id"))))
        if wrong:
            return _failed("validation", wrong)
        key = str(payload["transaction_id"])
        users = {str(one["user_id"]) for one in payload["payments"] if one.get("user_id")}
        before = self.transactions.get(key)
        points = int(payload["subtotal"])
        member = self._whose(users, before)
        if member is None:
            codes = {payload.get("receipt_code"), *(one.get("receipt_code") for one in payload["payments"])} - {None}
            if users or not codes:
                return _failed("validation", "customer not found")
            self.unclaimed |= dict.fromkeys(map(str, codes), key)
        gained = points - (int(before["subtotal"]) if before else 0)
        self.transactions[key] = payload
        kind = "award" if before is None else "changed"
        entry: Entry = self.book.book(number, member, gained, kind=kind, amount=round(payload["subtotal"] * 100))
        entry.detail["items"] = payload["items"]
        entry.detail["transaction_id"] = key
        return _ok({})

    def _whose(self, users: set[str], before: Json | None) -> Member | None:
        """A changed transaction without payments (all came back) is still its customer's."""
        if not users and before:
            users = {str(one["user_id"]) for one in before["payments"] if one.get("user_id")}
        return self.book.members.get(next(iter(users), ""))

    def _redeem(self, payload: Json, number: str) -> Json:
        owner, _, code = str(payload.get("offer_lookup_code")).partition(":")
        member, offer = self.book.members.get(owner), self.book.offer(code)
        sale = payload.get("transaction", {}).get("transaction_id")
        if member is None or offer is None or member.points < offer.cost or not sale:
            return _failed("offer", "the offer is not eligible")
        self.book.reserve(f"{sale}/{code}", member, offer)
        amount = (offer.value or 0) / 100
        del number
        return _ok({"discount": {"user_offer_id": f"{owner}:{code}", "amount": amount, "percent": offer.percent}})

    def _give_back(self, payload: Json, number: str) -> Json:
        del number
        owner, _, code = str(payload.get("user_offer_id")).partition(":")
        if not payload.get("employee_id"):
            return _failed("validation", "employee_id is needed")
        held = [one for one in self.book.reserved.values() if one.member == owner and one.offer.code == code]
        held = [one for one in held if one.state == "reserved"]
        if not held:
            return _failed("offer", "no such offer is out")
        self.book.settle(held[-1].id, "released")
        return _ok({})


def _ok(payload: Json) -> Json:
    return {"status": "OK", "payload": payload}


def _failed(code: str, message: str) -> Json:
    return {"status": "ERROR", "errors": [{"code": code, "message": message}]}


def _is(member: Member, name: str, value: str) -> bool:
    """Exactly; a phone by its digits only, as documented."""
    if name == "phone":
        return value.isdigit() and _digits(member.phone) == value
    return bool(getattr(member, LOOKED_UP_BY[name]) == value)


def _digits(phone: str) -> str:
    return "".join(character for character in phone if character.isdigit())


def _what_is_wrong(payload: Mapping[str, Any], before: Mapping[str, Any] | None) -> str:
    try:
        items, payments = payload["items"], payload["payments"]
        numbers = [payload["subtotal"], *(one["subtotal"] for one in items), *(one["amount"] for one in payments)]
        numbers += [one["unit_price"] for one in items] + [one["quantity"] for one in items]
        if not payload["transaction_id"] or not all(one["item_id"] for one in items):
            return "transaction_id and item_id are needed"
        if any(number < 0 for number in numbers) or any(one["amount"] <= 0 for one in payments):
            return "amounts must be positive"
        if payload["tax_total"] and any(one["tax_included"] for one in items):
            return "tax either on the items or on the whole"
        if before and payload["modified_time"] <= before["modified_time"]:
            return "modified_time must be newer than what is known"
    except (KeyError, TypeError) as error:
        return f"not a transaction: {error}"
    return ""
