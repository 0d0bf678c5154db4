"""tapmango: a sandbox of TapMango's open API on loopback, as clients have seen it; a point a whole unit of a payment.

It knows no key: the same payment twice counts twice, and only the points' history tells.
"""

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from agent.providers import Idempotency
from agent.sandboxes.book import Member
from agent.sandboxes.cloud import SandboxCloud
from agent.sandboxes.misbehaviour import Call, Fault
from agent.sandboxes.waiting import body_of

KEY, LOCATION = "sandbox-api-key", "loc-1"
PAGE = 500

Json = dict[str, Any]


class TapmangoCloud(SandboxCloud):
    """One merchant with one location and one tablet."""

    vendor = "tapmango"

    def __init__(self, *, keeps: Idempotency = Idempotency.WEAK, seed: int = 0, port: int = 0) -> None:
        super().__init__(keeps=keeps, seed=seed, port=port)
        self.history: dict[str, list[Json]] = {}

    def settings(self) -> str:
        rewards = "".join(
            f"[providers.club.reward_values.{offer.code}]\n{_worth(offer.value, offer.percent)}\n"
            for offer in self.book.offers
        )
        head = f'kind = "tapmango"\nbase_url = "{self.url}"\napi_key = "{KEY}"\nlocation_id = "{LOCATION}"\n'
        return head + rewards

    def doors(self) -> Sequence[Route]:
        return [
            Route("/Locations", self.at(Call.CHECK, self._locations), methods=["GET"]),
            Route("/ActiveCustomers", self.at(Call.MEMBERS, self._active), methods=["GET"]),
            Route("/Customers/{number}", self.at(Call.MEMBERS, self._customer), methods=["GET"]),
            Route("/customers", self.at(Call.MEMBERS, self._list), methods=["GET"]),
            Route("/customers/{number}/pointstransactions", self.at(Call.READ_BACK, self._history), methods=["GET"]),
            Route("/customers/{number}/events/Payment", self.at(Call.FACTS, self._payment), methods=["POST"]),
            Route("/customers/{number}/events/Redeem", self.at(Call.FACTS, self._redeem), methods=["POST"]),
        ]

    def lets_in(self, request: Request) -> bool:
        return request.headers.get("authorization") == f"ApiKey {KEY}"

    def turned_away(self) -> Response:
        return _failed(401, "unauthorized", "unknown key")

    def refusal(self) -> Response:
        return _failed(400, "invalid_request", "this sandbox was told to refuse")

    async def note_asked(self, request: Request) -> None:
        if request.url.path.endswith("/Payment"):
            self.book.asked[_key(await body_of(request))] += 1

    async def _locations(self, request: Request, fault: Fault | None) -> Response:
        del request, fault
        return JSONResponse({"data": [{"id": LOCATION, "name": "Sandbox store"}]})

    async def _active(self, request: Request, fault: Fault | None) -> Response:
        del request, fault
        rows = [{"customerId": number, "deviceId": "d1", "deviceName": "tablet 1"} for number in self.book.checked_in]
        return JSONResponse({"data": rows})

    async def _customer(self, request: Request, fault: Fault | None) -> Response:
        del fault
        member = self.book.members.get(request.path_params["number"])
        if member is None:
            return _missing()
        rewards = [{"code": one.code, "name": one.name, "pointCost": one.cost} for one in self.book.offers]
        return JSONResponse({"data": {**_listed(member), "points": member.points, "rewards": rewards}})

    async def _list(self, request: Request, fault: Fault | None) -> Response:
        """`modifiedSince` is taken for granted: everybody has changed."""
        del fault
        size = min(int(request.query_params.get("pageSize", PAGE)), PAGE)
        start = (int(request.query_params.get("page", 1)) - 1) * size
        members = list(self.book.members.values())[start : start + size]
        return JSONResponse({"data": [_listed(member) for member in members]})

    async def _history(self, request: Request, fault: Fault | None) -> Response:
        del fault
        number = request.path_params["number"]
        return JSONResponse({"data": self.history.get(number, [])}) if number in self.book.members else _missing()

    async def _payment(self, request: Request, fault: Fault | None) -> Response:
        del fault
        body, member = await body_of(request), self.book.members.get(request.path_params["number"])
        amount = body.get("amount")
        if member is None:
            return _missing()
        if not isinstance(amount, int | float) or amount <= 0 or not body.get("method"):
            return _failed(400, "invalid_request", "amount and method are needed")
        self.book.book(_key(body), member, int(amount), kind="award", amount=round(amount * 100))
        self._note(member, amount, int(amount))
        return JSONResponse({"data": {"type": "Payment", "status": "Completed"}})

    async def _redeem(self, request: Request, fault: Fault | None) -> Response:
        del fault
        body, member = await body_of(request), self.book.members.get(request.path_params["number"])
        offer = self.book.offer(str(body.get("code")))
        if member is None:
            return _missing()
        if offer is None or offer.cost > member.points:
            return _failed(400, "invalid_request", "not enough points for this reward")
        key = f"redeem/{len(self.book.entries)}"
        self.book.book(key, member, -offer.cost, kind="redeem")
        self._note(member, 0, -offer.cost)
        return JSONResponse({"data": {"type": "Redeem", "status": "Completed"}})

    def _note(self, member: Member, amount: float, points: int) -> None:
        row = {"amount": amount, "points": points, "date": self.now().isoformat()}
        self.history.setdefault(member.id, []).append(row)


def _key(body: Json) -> str:
    """They know no id: a payment is its amount."""
    amount = body.get("amount")
    return f"{amount:.2f}" if isinstance(amount, int | float) else "nothing"


def _listed(member: Member) -> Json:
    return {
        "id": member.id,
        "name": f"{member.first_name} {member.last_name}".strip(),
        "phone": member.phone.removeprefix("+1"),
        "email": member.email,
    }


def _worth(value: int | None, percent: int | None) -> str:
    return f"amount = {value}" if value is not None else f"percent = {percent or 1}"


def _failed(status: int, kind: str, message: str) -> Response:
    return JSONResponse({"type": kind, "message": message}, status)


def _missing() -> Response:
    return _failed(404, "not_found", "no such customer")
