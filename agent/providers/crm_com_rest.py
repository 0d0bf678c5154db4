"""crm_com_rest: CRM.COM's generations B and C over the line: contacts, wallets, purchases; decides nothing.

Their trap: a filter they do not know is ignored and the whole table comes back with 200, and `search_value` is free
text. So each row is held against what was asked, and no row is taken for being the first or the only one.
"""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from agent.providers import transaction as sale
from agent.providers.answers import Answer, Code, Later, NoMember, Refused, Unknown
from agent.providers.http_line import HttpLine, Reply
from agent.providers.moments import moment_of
from agent.providers.paths import at, objects_at, text_at, texts_in
from agent.settings.clouds import CrmComSettings

NOT_FOUND = "CRM.EXCEPTIONS.NOTFOUNDEXCEPTION"
TOO_LITTLE = "CRM.EXCEPTIONS.CANNOTSPENDAMOUNTWALLETBALANCENOTENOUGHEXCEPTION"
SEARCHED_BY = {"email": "email_address", "card": "code", "phone": "search_value", "code": "cim"}
"""Our identifiers → their filter."""
CANNOT_NAME_ITS_ROWS = frozenset({"code"})
"""A one-time code or wallet code does not stand in the contact's record, so it cannot be held against it."""

Row = Mapping[str, Any]


class CrmComRest:
    def __init__(self, line: HttpLine, settings: CrmComSettings) -> None:
        self._line, self._settings = line, settings

    async def check(self) -> Row | Answer:
        """One row of a list shows that address and key are right."""
        what = "/contacts" if self._settings.generation == "C" else "/purchases"
        return await self.get(what, {self._settings.size_param: "1"})

    async def contacts(self, identifiers: Mapping[str, str], *, for_page: bool = False) -> list[Row] | Answer:
        """Those whose own record holds what was asked for; by the surest identifier."""
        name = next((name for name in SEARCHED_BY if identifiers.get(name)), None)
        if name is None:
            return Refused("CRM.COM looks up by phone, e-mail, card or code", Code.NO_SUCH_CALL)
        value = identifiers[name]
        asked = written_phone(value, self._settings) if name == "phone" else value
        query = {"include_wallet": "true", SEARCHED_BY[name]: asked, self._settings.size_param: "50"}
        found = await self.get("/contacts", query, for_page=for_page)
        if not isinstance(found, Mapping):
            return found
        if not isinstance(found.get("content"), list):
            return Later("their list of contacts has no 'content'")
        rows = objects_at(found, "content")
        if name in CANNOT_NAME_ITS_ROWS:
            return rows if len(rows) == 1 else []
        return [row for row in rows if holds(row, name, value)]

    async def purchases(self, since: datetime) -> AsyncIterator[Row | Answer]:
        """The store's purchases, page by page; ends with an Answer when it could not be read to its end.

        A list that has run from new to old so far and has come to before `since` is read to its end.
        """
        settings, seen, page = self._settings, 0, 1
        filters = {"organisations": settings.organisation_id} if settings.organisation_id else {}
        order = _Order(since)
        while True:
            query = {settings.page_param: str(page), settings.size_param: str(settings.page_size)}
            found = await self.get("/purchases", {**filters, **settings.list_filters, **query})
            if not isinstance(found, Mapping):
                yield found
                return
            if not isinstance(found.get("content"), list):
                yield Refused("their list of purchases has no 'content'")
                return
            rows = objects_at(found, "content")
            for row in rows:
                yield row
                order.saw(moment_of(at(row, settings.path("purchase_time"))))
            seen, page = seen + len(rows), page + 1
            if order.is_past or not rows or not at(found, "paging.has_more"):
                return
            if seen >= settings.longest_list:
                yield Refused(f"they list more than {seen} purchases; ours was not among those")
                return

    async def get(self, path: str, query: Mapping[str, str] | None = None, *, for_page: bool = False) -> Row | Answer:
        reply = await self._line.call("GET", path, query=query, for_page=for_page)
        return read(reply) if isinstance(reply, Reply) else reply

    async def post(self, path: str, body: Row) -> Row | Answer:
        reply = await self._line.call("POST", path, body=body)
        return read(reply) if isinstance(reply, Reply) else reply


DISORDER = timedelta(minutes=10)
"""So far may neighbours in a list from new to old be the wrong way round: several are sent at once, some twice."""
FEWEST_IN_ORDER = 20
"""Rows; a list by random ids cannot look like one from new to old for so long."""


class _Order:
    """Does the list run from new to old, and has it come to before `since`?"""

    def __init__(self, since: datetime) -> None:
        self._since, self._lowest, self._falling, self._seen = since, datetime.max.replace(tzinfo=UTC), True, 0

    def saw(self, moment: datetime | None) -> None:
        if moment is None or (self._seen and moment > self._lowest + DISORDER):
            self._falling = False
            return
        self._lowest, self._seen = min(self._lowest, moment), self._seen + 1

    @property
    def is_past(self) -> bool:
        return self._falling and self._seen >= FEWEST_IN_ORDER and self._lowest < self._since - DISORDER


def read(reply: Reply) -> Row | Answer:
    """The object, or what its error means."""
    if not reply.refused:
        return reply.body if reply.body is not None else Unknown(f"HTTP {reply.status} without a JSON object")
    body = reply.body or {}
    return meaning(text_at(body, "error"), text_at(body, "message") or f"HTTP {reply.status}", reply.status)


def meaning(code: str, said: str, status: int = 400) -> Answer:
    if code == NOT_FOUND:
        return NoMember()
    if code == TOO_LITTLE:
        return Refused(said, Code.BALANCE)
    if not code and status == 404:
        return Refused("nothing answers at this address (HTTP 404); is base_url right?", "404", stops_provider=True)
    return Refused(said, code or str(status))


def holds(row: Row, name: str, value: str) -> bool:
    """Does this record itself hold the phone, e-mail or card that was asked for?"""
    texts = list(texts_in(row))
    if name == "phone":
        wanted = sale.plain_digits(value)
        return any(_is_phone(sale.plain_digits(text), wanted) for text in texts)
    return any(text.strip().casefold() == value.casefold() for text in texts)


SHORTEST_NATIONAL = 7


def _is_phone(digits: str, wanted: str) -> bool:
    """Whole, or without the country's code."""
    return len(digits) >= SHORTEST_NATIONAL and (
        digits == wanted or (wanted.endswith(digits) and len(wanted) - len(digits) <= 3)
    )


def written_phone(phone: str, settings: CrmComSettings) -> str:
    if settings.phone_format == "e164":
        return phone
    if settings.phone_format == "digits":
        return sale.plain_digits(phone)
    return sale.national_digits(phone, settings.country_code)
