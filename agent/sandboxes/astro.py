"""astro: a sandbox of Astro Loyalty's partner API on loopback, as clients have seen it; a point a whole dollar.

A repeated transactionID books again, for nobody documents what it does. One frequent-buyer programme counts every item
whose code does not start with 'NO'; its card is full at `REQUIRED` purchases and then holds a free good.
"""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from itertools import count
from typing import Any
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from agent.providers import Idempotency
from agent.sandboxes.book import Member
from agent.sandboxes.cloud import SandboxCloud
from agent.sandboxes.misbehaviour import Call, Fault

USER, PASSWORD, CLIENT = "sandbox", "sandbox-password", "sandbox-client"
REQUIRED = 10
TOKEN_LIFE_S = 1800

Json = dict[str, Any]


class AstroCloud(SandboxCloud):
    """One store."""

    vendor = "astro"

    def __init__(self, *, keeps: Idempotency = Idempotency.WEAK, seed: int = 0, port: int = 0) -> None:
        super().__init__(keeps=keeps, seed=seed, port=port)
        self.linked: dict[str, str] = {}
        """Our id of a customer → theirs."""
        self.bought: dict[str, list[Json]] = {}
        self.free: dict[str, list[Json]] = {}
        self.dollars: dict[str, list[Json]] = {}
        self._tokens, self._numbers = set[str](), count(1)

    def settings(self) -> str:
        return (
            f'kind = "astro"\nbase_url = "{self.url}"\nusername = "{USER}"\npassword = "{PASSWORD}"\n'
            f'client_id = "{CLIENT}"\n'
        )

    def doors(self) -> Sequence[Route]:
        answers: Mapping[str, tuple[Call, Callable[[Json], Json]]] = {
            "searchCustomer": (Call.MEMBERS, self._search),
            "linkCustomer": (Call.LINK, self._link),
            "addCustomer": (Call.MEMBERS, self._add_customer),
            "customerStatus": (Call.READ_BACK, self._status),
            "customerPointsStatus": (Call.LINK, self._points_status),
            "addTransaction": (Call.FACTS, self._add),
            "addTransactionBatch": (Call.FACTS, self._add_batch),
            "voidTransaction": (Call.FACTS, self._void),
            "addPointsByDollar": (Call.FACTS, self._add_points),
            "redeemPoints": (Call.FACTS, self._redeem_points),
            "addRedemption": (Call.FACTS, self._redeem_free),
            "eligiblePurchaseItems": (Call.ESTIMATE, self._eligible),
        }
        token = Route("/token/", self.at(Call.CHECK, self._token), methods=["POST"])
        calls = [
            Route(f"/{name}/", self.at(call, _enveloped(answer)), methods=["POST"])
            for name, (call, answer) in answers.items()
        ]
        return [token, *calls]

    def lets_in(self, request: Request) -> bool:
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
        return request.url.path == "/token/" or bearer in self._tokens

    def expire_tokens(self) -> None:
        self._tokens.clear()

    def turned_away(self) -> Response:
        return JSONResponse({"error": "invalid_token"}, 401)

    def refusal(self) -> Response:
        return JSONResponse(_failed(900, "this sandbox was told to refuse"))

    async def note_asked(self, request: Request) -> None:
        if "addTransaction" in request.url.path or "addPoints" in request.url.path:
            data = _json_data(await request.body())
            keys = [str(one.get("transactionID")) for one in data.get("transactions", [data])]
            self.book.asked.update([_dollar_key(data)] if "dollarAmount" in data else keys)

    async def _token(self, request: Request, fault: Fault | None) -> Response:
        del fault
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        wanted = {"username": USER, "password": PASSWORD, "client_id": CLIENT, "grant_type": "password"}
        if form != wanted:
            return JSONResponse({"error": "invalid_grant", "error_description": "user or password is wrong"}, 400)
        token = f"token-{next(self._numbers)}"
        self._tokens.add(token)
        now = self.now().isoformat()
        return JSONResponse({"access_token": token, "token_type": "bearer", "expires": TOKEN_LIFE_S, "created": now})

    def _search(self, data: Json) -> Json:
        email, phone = data.get("email_address"), data.get("phone")
        found = [
            member
            for member in self.book.members.values()
            if (email and member.email == email) or (phone and member.phone.removeprefix("+1") == phone)
        ]
        return _ok([_named(member) for member in found]) if found else _failed(310, "customer not found")

    def _link(self, data: Json) -> Json:
        ours, theirs = str(data.get("customerID")), str(data.get("astro_customer_id"))
        if theirs not in self.book.members:
            return _failed(310, "customer not found")
        if theirs in self.linked.values():
            return _failed(320, "already linked")
        self.linked[ours] = theirs
        return _ok({})

    def _add_customer(self, data: Json) -> Json:
        if not data.get("customerID") or not data.get("first_name") or not data.get("last_name"):
            return _failed(400, "customerID, first_name, last_name are needed")
        member = self.book.sign_up(
            phone=f"+1{data['phone']}" if data.get("phone") else "",
            email=data.get("email_address", ""),
            first_name=data["first_name"],
            last_name=data["last_name"],
        )
        self.linked[data["customerID"]] = member.id
        return _ok({"astro_customer_id": member.id})

    def _whose(self, data: Json) -> Member | None:
        return self.book.members.get(self.linked.get(str(data.get("customerID")), ""))

    def _status(self, data: Json) -> Json:
        member = self._whose(data)
        if member is None:
            return _failed(310, "customer not found")
        card = {
            "astro_card_id": f"card-{member.id}",
            "astro_program_id": "p1",
            "astro_program_title": "Buy 10 get 1",
            "astro_mfg_name": "Sandbox Foods",
            "astro_card_status": "open",
            "card_purchase_required_count": REQUIRED,
            "card_reward_count": len(self.free.get(member.id, [])),
            "cardPurchases": self.bought.get(member.id, []),
            "cardFreeGoods": self.free.get(member.id, []),
        }
        rewards = [
            {"astro_points_reward_id": offer.code, "title": offer.name, "points": offer.cost}
            for offer in self.book.offers
            if offer.cost <= member.points
        ]
        return _ok(
            {
                "astroPointsBalance": member.points,
                "astroCardData": [card],
                "astroOfferRewards": [],
                "astroPointsTransactions": self.dollars.get(member.id, []),
                "astroPointsEligibleRewards": rewards,
            }
        )

    def _points_status(self, data: Json) -> Json:
        member = self._whose(data)
        return _ok({"astroPointsBalance": member.points}) if member else _failed(310, "customer not found")

    def _add(self, data: Json) -> Json:
        return self._add_all(data, [data])

    def _add_batch(self, data: Json) -> Json:
        return self._add_all(data, data.get("transactions", []))

    def _add_all(self, data: Json, rows: Sequence[Json]) -> Json:
        member = self._whose(data)
        if member is None:
            return _failed(310, "customer not found")
        if not rows or any(not row.get("transactionID") or not row.get("item_code") for row in rows):
            return _failed(400, "transactionID and item_code are needed")
        for row in rows:
            if _counts(str(row["item_code"])):
                self._punch(member, row)
        return _ok({})

    def _punch(self, member: Member, row: Json) -> None:
        amount = round(float(row.get("item_amount") or 0) * 100)
        self.book.book(row["transactionID"], member, 0, kind="award", amount=amount)
        card = self.bought.setdefault(member.id, [])
        card.append(
            {
                "imported_transaction_id": row["transactionID"],
                "item_code": row["item_code"],
                "item_description": row["item_code"],
                "purchase_date": f"{row.get('item_transaction_date')} {next(self._numbers):09d}",
            }
        )
        member.punches["Buy 10 get 1"] = len(card)
        if len(card) % REQUIRED == 0:
            good = {"astro_reward_id": f"free-{next(self._numbers)}", "astro_item_id": row["item_code"]}
            good |= {"item_description": row["item_code"], "free_qty": 1, "redeemed_on": ""}
            self.free.setdefault(member.id, []).append(good)

    def _void(self, data: Json) -> Json:
        member = self._whose(data)
        card = self.bought.get(member.id, []) if member else []
        found = next((row for row in card if row["imported_transaction_id"] == data.get("transactionID")), None)
        if member is None or found is None:
            return _failed(310, "no such purchase")
        card.remove(found)
        member.punches["Buy 10 get 1"] = len(card)
        self.book.book(f"void {data['transactionID']}", member, 0, kind="void")
        return _ok({})

    def _add_points(self, data: Json) -> Json:
        member, dollars = self._whose(data), data.get("dollarAmount")
        if member is None:
            return _failed(310, "customer not found")
        if not isinstance(dollars, int | float):
            return _failed(400, "dollarAmount is needed")
        entry = self.book.book(_dollar_key(data), member, int(dollars), kind="award", amount=round(dollars * 100))
        row = {"dollarAmount": dollars, "points": int(dollars), "created": self.now().isoformat()}
        self.dollars.setdefault(member.id, []).append(row)
        return _ok({"astro_points_transaction_id": entry.id, "total_points": member.points})

    def _redeem_points(self, data: Json) -> Json:
        member, offer = self._whose(data), self.book.offer(str(data.get("astro_points_reward_id")))
        if member is None:
            return _failed(310, "customer not found")
        if offer is None or offer.cost > member.points:
            return _failed(700, "not eligible for this reward")
        self.book.book(f"redeem {next(self._numbers)}", member, -offer.cost, kind="redeem")
        return _ok({"total_points": member.points})

    def _redeem_free(self, data: Json) -> Json:
        member = self._whose(data)
        goods = self.free.get(member.id, []) if member else []
        good = next((one for one in goods if one["astro_reward_id"] == data.get("astro_reward_id")), None)
        if member is None or good is None or good["redeemed_on"]:
            return _failed(700, "not eligible for this reward")
        good["redeemed_on"] = self.now().date().isoformat()
        self.book.book(f"redeem {good['astro_reward_id']}", member, 0, kind="redeem")
        return _ok({})

    def _eligible(self, data: Json) -> Json:
        codes = data.get("item_code_batch") or [data.get("item_code")]
        return _ok([{"item_code": code, "astro_program_id": "p1"} for code in codes if code and _counts(str(code))])


def _counts(item_code: str) -> bool:
    return not item_code.startswith("NO")


def _enveloped(answer: Callable[[Json], Json]) -> Callable[[Request, Fault | None], Awaitable[Response]]:
    async def open_envelope(request: Request, fault: Fault | None) -> Response:
        if fault is Fault.BAD_STATUS:
            return JSONResponse(_failed(999, "something went wrong"))
        return JSONResponse(answer(_json_data(await request.body())))

    return open_envelope


def _json_data(body: bytes) -> Json:
    """The one form field that holds everything."""
    fields = parse_qs(body.decode())
    try:
        found = json.loads(fields["jsonData"][0])
    except (KeyError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _dollar_key(data: Json) -> str:
    """They know no id of ours here: points are their amount."""
    dollars = data.get("dollarAmount")
    return f"{dollars:.2f}" if isinstance(dollars, int | float) else "nothing"


def _named(member: Member) -> Json:
    return {"astro_customer_id": member.id, "first_name": member.first_name, "last_name": member.last_name}


def _ok(data: Any) -> Json:
    return {"astro_status": 100, "astro_status_message": "Success", "returnData": data}


def _failed(status: int, message: str) -> Json:
    return {"astro_status": status, "status_messsage": message}
