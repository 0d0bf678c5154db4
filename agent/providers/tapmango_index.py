"""tapmango_index: keeps which member has which phone and e-mail, from TapMango's paged list; their API cannot say it.

In RAM; filled whole at first use, then only with who changed since. A miss asks for the changes once more, so that
somebody who has just signed up is found.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from agent.clock import Clock
from agent.providers import transaction as sale
from agent.providers.answers import Answer
from agent.providers.paths import objects_at, text_at
from agent.settings.clouds import TapmangoSettings

OVERLAP = timedelta(minutes=5)
"""Asked for again at each refresh: their clock is not ours."""
MOST_PAGES = 2000
SHORTEST = 7
"""Digits of a phone without area code."""

Row = Mapping[str, Any]
Get = Callable[[str, Mapping[str, str]], Awaitable[Row | Answer]]


@dataclass(frozen=True, slots=True)
class Known:
    id: str
    name: str
    phone: str
    email: str


class PhoneIndex:
    """`get(path, query)` asks the cloud."""

    def __init__(self, get: Get, settings: TapmangoSettings, clock: Clock) -> None:
        self._get, self._settings, self._clock = get, settings, clock
        self._members: dict[str, Known] = {}
        self._by_phone: dict[str, set[str]] = {}
        self._by_email: dict[str, set[str]] = {}
        self._read_at, self._since = float("-inf"), ""
        self._reading = asyncio.Lock()

    async def find(self, customer: Mapping[str, str]) -> list[Known] | Answer:
        """All that phone or e-mail fits; both tried."""
        fresh = await self._refresh(self._settings.phone_index_refresh_minutes * 60)
        if fresh is not None:
            return fresh
        found = self._fitting(customer)
        if not found:
            fresh = await self._refresh(self._settings.phone_index_miss_s)
            if fresh is not None:
                return fresh
            found = self._fitting(customer)
        return found

    def named(self, member_id: str) -> Known | None:
        return self._members.get(member_id)

    def forget(self, member_id: str) -> None:
        """They say that he is not there."""
        known = self._members.pop(member_id, None)
        if known:
            self._by_phone.get(_tail(known.phone), set()).discard(member_id)
            self._by_email.get(known.email, set()).discard(member_id)

    def _fitting(self, customer: Mapping[str, str]) -> list[Known]:
        wanted = sale.plain_digits(customer.get("phone", ""))
        ids = set(self._by_email.get(customer.get("email", "").casefold(), ()))
        if wanted:
            near = self._by_phone.get(_tail(wanted), ())
            ids |= {number for number in near if _same(self._members[number].phone, wanted)}
        return [self._members[number] for number in sorted(ids)]

    async def _refresh(self, older_than_s: float) -> Answer | None:
        async with self._reading:
            if self._clock.monotonic() - self._read_at < older_than_s:
                return None
            began, began_at = self._clock.wall(), self._clock.monotonic()
            failed = await self._read_pages()
            if failed is None:
                self._read_at, self._since = began_at, _iso(began - OVERLAP)
            return failed

    async def _read_pages(self) -> Answer | None:
        """Until an empty page: a page shorter than asked for may only mean that they cap it lower."""
        since = {"modifiedSince": self._since} if self._since else {}
        for page in range(1, MOST_PAGES + 1):
            query = {"page": str(page), "pageSize": str(self._settings.page_size), **since}
            given = await self._get("/customers", query)
            if not isinstance(given, Mapping):
                return given
            rows = objects_at(given, "data")
            if not rows:
                return None
            for row in rows:
                self._keep(row)
        return None

    def _keep(self, row: Row) -> None:
        path = self._settings.path
        number = text_at(row, path("listed_id")) or text_at(row, path("active_id"))
        if not number:
            return
        self.forget(number)
        phone = sale.plain_digits(text_at(row, path("phone")))
        known = Known(number, text_at(row, path("name")), phone, text_at(row, path("email")).strip().casefold())
        self._members[number] = known
        if len(phone) >= SHORTEST:
            self._by_phone.setdefault(_tail(phone), set()).add(number)
        if known.email:
            self._by_email.setdefault(known.email, set()).add(number)


def _tail(digits: str) -> str:
    return digits[-SHORTEST:]


def _same(theirs: str, wanted: str) -> bool:
    """Whole, or one of the two lacks the country's code."""
    longer, shorter = (wanted, theirs) if len(wanted) >= len(theirs) else (theirs, wanted)
    return longer.endswith(shorter) and len(longer) - len(shorter) <= 3 and len(shorter) > SHORTEST


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
