"""crm_com: a sandbox of CRM.COM's three generations on loopback; gives a point a whole unit of the net amount.

Its trap is kept: a filter it does not know is ignored and the whole table comes back; `search_value` is free text. A
repeated reference_number books again, for nobody documents what it does.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import count
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from agent.providers import Idempotency
from agent.sandboxes.book import Entry, Member
from agent.sandboxes.cloud import SandboxCloud
from agent.sandboxes.misbehaviour import Call, Fault
from agent.sandboxes.waiting import body_of

KEY = "sandbox-api-key"
NOT_FOUND = "CRM.EXCEPTIONS.NOTFOUNDEXCEPTION"
TOO_LITTLE = "CRM.EXCEPTIONS.CANNOTSPENDAMOUNTWALLETBALANCENOTENOUGHEXCEPTION"
PAGE = 50

Json = dict[str, Any]


class CrmComCloud(SandboxCloud):
    """One merchant, of one generation."""

    vendor = "crm_com"

    def __init__(
        self, generation: str = "C", *, keeps: Idempotency = Idempotency.READ_BACK, seed: int = 0, port: int = 0
    ) -> None:
        self.generation = generation
        super().__init__(keeps=keeps, seed=seed, port=port)
        self.purchases: dict[str, Json] = {}
        self._tokens, self._numbers = set[str](), count(1)

    def settings(self) -> str:
        of_generation = {
            "A": f'web_api_user = "sandbox"\napi_key = "{KEY}"\n',
            "B": f'api_key = "{KEY}"\ntap = "tap-1"\nidentify_by = "search"\n',
            "C": f'api_key = "{KEY}"\norganisation_id = "org-1"\n',
        }
        head = f'kind = "crm_com"\ngeneration = "{self.generation}"\nbase_url = "{self.url}"\n'
        return head + of_generation[self.generation]

    def doors(self) -> Sequence[Route]:
        return self._old_doors() if self.generation == "A" else self._rest_doors()

    def _rest_doors(self) -> Sequence[Route]:
        return [
            Route("/contacts", self.at(Call.MEMBERS, self._contacts), methods=["GET"]),
            Route("/wallets/{number}", self.at(Call.RESERVE, self._wallet), methods=["GET"]),
            Route("/purchases", self.at(Call.FACTS, self._purchase), methods=["POST"]),
            Route("/purchases", self.at(Call.READ_BACK, self._list), methods=["GET"]),
            Route("/purchases/ad_hoc_return", self.at(Call.FACTS, self._ad_hoc), methods=["POST"]),
            Route("/purchases/{number}", self.at(Call.READ_BACK, self._show), methods=["GET"]),
            Route("/purchases/{number}/cancel", self.at(Call.FACTS, self._cancel), methods=["POST"]),
        ]

    def _old_doors(self) -> Sequence[Route]:
        events = "/customer_events/purchases"
        return [
            Route("/authentication/web_api_key/token", self.at(Call.CHECK, self._login), methods=["POST"]),
            Route("/rewards_participants/show", self.at(Call.MEMBERS, self._participant), methods=["POST"]),
            Route(f"{events}/create", self.at(Call.FACTS, self._old_purchase), methods=["POST"]),
            Route(f"{events}/preview", self.at(Call.ESTIMATE, self._preview), methods=["POST"]),
            Route(f"{events}/cancel", self.at(Call.FACTS, self._old_cancel), methods=["POST"]),
        ]

    def lets_in(self, request: Request) -> bool:
        if self.generation != "A":
            return request.headers.get("api_key") == KEY
        return "token" in request.url.path or request.scope.get("token") in self._tokens

    async def note_asked(self, request: Request) -> None:
        if request.method == "POST":
            body = await body_of(request)
            request.scope["token"] = body.get("token")
            self.book.asked[_reference(body)] += 1

    def expire_tokens(self) -> None:
        self._tokens.clear()

    def turned_away(self) -> Response:
        if self.generation == "A":
            return JSONResponse(_old("INVALID_TOKEN", "the token is not valid or has expired"), 200)
        return JSONResponse({"error": "CRM.EXCEPTIONS.UNAUTHORISED", "message": "unknown api_key"}, 401)

    def refusal(self) -> Response:
        if self.generation == "A":
            return JSONResponse(_old("TOLD_TO", "this sandbox was told to refuse"))
        return _failed("CRM.EXCEPTIONS.TOLDTO", "this sandbox was told to refuse")

    async def _contacts(self, request: Request, fault: Fault | None) -> Response:
        """Unknown filters are ignored; free text fits whatever holds it."""
        members = list(self.book.members.values())
        query = request.query_params
        if fault is not Fault.IGNORE_FILTER:
            for name, fits in FILTERS.items():
                if query.get(name):
                    members = [member for member in members if fits(member, query[name])]
        rows = [_contact(member) for member in members[:PAGE]]
        return JSONResponse({"content": rows, "paging": {"has_more": len(members) > PAGE}})

    async def _wallet(self, request: Request, fault: Fault | None) -> Response:
        del fault
        member = self.book.members.get(request.path_params["number"].removeprefix("w-"))
        return JSONResponse({"id": f"w-{member.id}", "balance": member.wallet / 100}) if member else _missing()

    async def _purchase(self, request: Request, fault: Fault | None) -> Response:
        del fault
        return self._answered(await body_of(request))

    def _answered(self, body: Json, sign: int = 1) -> Response:
        wrong = self._what_is_wrong(body)
        if wrong:
            return _failed("CRM.EXCEPTIONS.VALIDATIONEXCEPTION", wrong)
        member = self._buyer(body)
        if member is None:
            return _missing()
        spend = round(float(body.get("spend_request", {}).get("amount", 0)) * 100)
        if spend > member.wallet:
            return _failed(TOO_LITTLE, "the balance of the wallet is not enough")
        made = self._book(body, member, sign * int(_net(body)), spend)
        return JSONResponse({**made, "awarded_amount": int(_net(body)) / 100}, 201)

    def _book(self, body: Json, member: Member, points: int, spend: int) -> Json:
        member.wallet -= spend
        kind = "award" if points >= 0 else "take_back"
        entry: Entry = self.book.book(_reference(body), member, points, kind=kind, amount=round(_net(body) * 100))
        entry.detail["items"] = body.get("products") or body.get("products_set") or []
        entry.detail["spend"] = spend
        made = {
            "id": f"p{next(self._numbers)}",
            "reference_number": _reference(body),
            "state": "POSTED",
            "performed_on": body.get("performed_on"),
        }
        self.purchases[str(made["id"])] = {**made, "member": member.id, "points": points, "spend": spend}
        return made

    def _what_is_wrong(self, body: Json) -> str:
        if not _reference(body):
            return "reference_number is needed"
        if self.generation == "B" and (
            not body.get("products") or not (body.get("outlet_tap") or body.get("merchant_tap"))
        ):
            return "products and a transaction acquiring point are needed"
        if self.generation == "C" and not (body.get("organisation_id") or body.get("organisation")):
            return "organisation is needed"
        return ""

    def _buyer(self, body: Json) -> Member | None:
        inside = body.get("contact") or {}
        number = body.get("contact_id") or inside.get("id")
        medium = body.get("cim") or inside.get("otp")
        found = [one for one in self.book.members.values() if number and one.id == number]
        found += [one for one in self.book.members.values() if medium and medium in (one.card, _national(one.phone))]
        return found[0] if len(found) == 1 else None

    async def _ad_hoc(self, request: Request, fault: Fault | None) -> Response:
        del fault
        return self._answered(await body_of(request), sign=-1)

    async def _list(self, request: Request, fault: Fault | None) -> Response:
        """Newest first."""
        del fault
        size = min(int(request.query_params.get("size", PAGE)), PAGE)
        start = (int(request.query_params.get("page", 1)) - 1) * size
        rows = list(reversed(self.purchases.values()))
        shown = [_shown(row) for row in rows[start : start + size]]
        return JSONResponse({"content": shown, "paging": {"has_more": len(rows) > start + size}})

    async def _show(self, request: Request, fault: Fault | None) -> Response:
        del fault
        found = self.purchases.get(request.path_params["number"])
        return JSONResponse(_shown(found)) if found else _missing()

    async def _cancel(self, request: Request, fault: Fault | None) -> Response:
        del fault
        number = request.path_params["number"]
        return JSONResponse({"id": number}) if self._undo(number) else _missing()

    def _undo(self, number: str) -> bool:
        found = self.purchases.get(number)
        if found is None or found["state"] != "POSTED":
            return False
        found["state"] = "CANCELLED"
        member = self.book.members[found["member"]]
        member.points -= found["points"]
        member.wallet += found["spend"]
        return True

    async def _login(self, request: Request, fault: Fault | None) -> Response:
        del fault
        if not request.headers.get("authorization", "").startswith("Basic "):
            return self.turned_away()
        token = f"token-{next(self._numbers)}"
        self._tokens.add(token)
        return JSONResponse(_old("OK", "", {"token": token}))

    async def _participant(self, request: Request, fault: Fault | None) -> Response:
        del fault
        given = (await body_of(request)).get("rewards_participant_identifier", {})
        medium = given.get("access_token_identifier", {})
        value = given.get("number") or medium.get("authentication_code") or medium.get("identifier")
        found = [
            one
            for one in self.book.members.values()
            if one.id == given.get("id") or (value and value in (one.card, _national(one.phone), one.email))
        ]
        if len(found) != 1:
            return JSONResponse(_old("SEVERAL", "more than one") if found else _old(NOT_FOUND, "no such participant"))
        return JSONResponse(_old("OK", "", _contact(found[0])))

    async def _old_purchase(self, request: Request, fault: Fault | None) -> Response:
        del fault
        body = await body_of(request)
        if fault_of := self._what_is_wrong(body):
            return JSONResponse(_old("VALIDATION", fault_of))
        member = self.book.members.get(str(body.get("rewards_participant_identifier", {}).get("id")))
        if member is None:
            return JSONResponse(_old(NOT_FOUND, "no such participant"))
        return JSONResponse(_old("OK", "", self._book(body, member, int(_net(body)), 0)))

    async def _preview(self, request: Request, fault: Fault | None) -> Response:
        del fault
        body = await body_of(request)
        return JSONResponse(_old("OK", "", {"total_awarded_amount": int(_net(body)) / 100}))

    async def _old_cancel(self, request: Request, fault: Fault | None) -> Response:
        del fault
        number = str((await body_of(request)).get("id"))
        return JSONResponse(_old("OK", "", {"id": number}) if self._undo(number) else _old(NOT_FOUND, "no purchase"))


FILTERS: Mapping[str, Callable[[Member, str], bool]] = {
    "email_address": lambda member, value: member.email == value,
    "code": lambda member, value: member.card == value,
    "search_value": lambda member, value: value.casefold() in f"{member.first_name} {member.phone}".casefold(),
    "cim": lambda member, value: value in (member.card, _national(member.phone)),
}


def _contact(member: Member) -> Json:
    return {
        "id": member.id,
        "code": member.card,
        "first_name": member.first_name,
        "last_name": member.last_name,
        "phones": [{"country_code": "USA", "number": _national(member.phone), "is_primary": True}],
        "emails": [{"email_address": member.email}],
        "wallet": {"id": f"w-{member.id}", "balance": member.wallet / 100},
    }


def _shown(purchase: Mapping[str, Any]) -> Json:
    return {name: purchase[name] for name in ("id", "reference_number", "state", "performed_on")}


def _reference(body: Mapping[str, Any]) -> str:
    return str(body.get("reference_number") or body.get("external_system_reference_number") or "")


def _net(body: Mapping[str, Any]) -> float:
    if "net_amount" in body:
        return float(body["net_amount"])
    if "transaction_amounts" in body:
        return float(body["transaction_amounts"]["net"])
    return round(sum(float(line["net_amount"]) for line in body.get("products") or body.get("products_set") or []), 2)


def _national(phone: str) -> str:
    return phone.removeprefix("+1")


def _failed(error: str, message: str) -> Response:
    return JSONResponse({"error": error, "message": message}, 400)


def _missing() -> Response:
    return _failed(NOT_FOUND, "there is no such thing")


def _old(code: str, message: str, data: Json | None = None) -> Json:
    return {"status": {"code": code, "message": message, "description": message}, "data": data or {}}
