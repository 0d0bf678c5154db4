"""astro_customers: finds whom a fact is of at Astro, links our id of him to theirs, which all transactions speak."""

from collections.abc import Mapping, Sequence
from typing import Any

from agent.clock import Clock
from agent.providers import transaction as sale
from agent.providers.answers import AlreadyDone, Ambiguous, Answer, Code, NoMember, Refused, Unknown
from agent.providers.astro_line import AstroLine
from agent.providers.looking_up import Remembered
from agent.providers.paths import at, objects_at, text_at
from agent.providers.people import display_name
from agent.providers.protocol import Fact
from agent.providers.sorting import nothing_sent
from agent.settings.clouds import AstroSettings

LINKED_FOR_S = 12 * 3600.0

Row = Mapping[str, Any]


class AstroCustomers:
    def __init__(self, line: AstroLine, settings: AstroSettings, clock: Clock) -> None:
        self._line, self._settings = line, settings
        self._known, self._linked = Remembered(clock), Remembered(clock, LINKED_FOR_S)

    async def of(self, fact: Fact) -> str | Answer:
        """Our id of the customer, linked; nothing has been booked by then."""
        reserved = (fact.get("reservation") or {}).get("detail", {})
        customer: Mapping[str, str] = {"member_id": reserved["member"]} if reserved.get("member") else fact["customer"]
        astro_id = self._known.member_of(customer)
        if not astro_id:
            found = await self.search(customer)
            if not isinstance(found, Mapping):
                return nothing_sent(found)
            astro_id = text_at(found, "astro_customer_id")
            self._known.keep(customer, astro_id)
        linked = await self.linked(astro_id, customer)
        return linked if isinstance(linked, str) else nothing_sent(linked)

    def theirs(self, fact: Fact) -> dict[str, str]:
        """Their id of him, for the award's detail; {} when it is not known here."""
        astro_id = self._known.member_of(fact.get("customer") or {})
        return {"member": astro_id} if astro_id else {}

    async def search(self, identifiers: Mapping[str, str], *, for_page: bool = False) -> Row | Answer:
        if identifiers.get("member_id"):
            return {"astro_customer_id": identifiers["member_id"]}
        wanted = {"email_address": identifiers.get("email", ""), "phone": self.phone(identifiers.get("phone", ""))}
        wanted = {name: value for name, value in wanted.items() if value}
        if not wanted:
            return Refused("Astro looks up by phone or e-mail", Code.NO_SUCH_CALL)
        given = await self._line.call("searchCustomer", wanted, for_page=for_page)
        if not isinstance(given, Mapping):
            return given
        rows = [row for row in objects_at(given, "returnData") if text_at(row, "astro_customer_id")]
        if not rows:
            return NoMember()
        return rows[0] if len(rows) == 1 else Ambiguous(tuple(_label(row) for row in rows))

    async def linked(self, astro_id: str, identifiers: Mapping[str, str], *, for_page: bool = False) -> str | Answer:
        """Our id, linked. Linked already: by us under one of our own ids, or by somebody else; a call that knows the id
        tells."""
        known = self._linked.member_of({"astro": astro_id})
        if known:
            return known
        own = f"{self._settings.customer_id_prefix}{astro_id}"
        body = {"customerID": own, "astro_customer_id": astro_id}
        given = await self._line.call("linkCustomer", body, for_page=for_page)
        if isinstance(given, AlreadyDone):
            made = [self.own_id(identifiers[name]) for name in ("phone", "email") if identifiers.get(name)]
            return await self._which_is_linked([own, *made], astro_id, for_page=for_page)
        if not isinstance(given, Mapping):
            return given
        self._linked.keep({"astro": astro_id}, own)
        return own

    async def _which_is_linked(self, ours: Sequence[str], astro_id: str, *, for_page: bool) -> str | Answer:
        for own in ours:
            given = await self._line.call("customerPointsStatus", {"customerID": own}, for_page=for_page)
            if isinstance(given, Mapping):
                self._linked.keep({"astro": astro_id}, own)
                return own
            if not isinstance(given, NoMember):
                return given
        return Refused(f"customer {astro_id} is linked to another system's id: unlink it at Astro", "linked_elsewhere")

    async def status(self, customer: str, *, for_page: bool = False) -> Row | Answer:
        body = {"customerID": customer, "completed_cards": 1}
        given = await self._line.call("customerStatus", body, for_page=for_page)
        if not isinstance(given, Mapping):
            return given
        data = at(given, "returnData")
        return data if isinstance(data, Mapping) else Unknown("their customerStatus holds no returnData")

    def own_id(self, identifier: str) -> str:
        return f"{self._settings.customer_id_prefix}{sale.named_id(identifier)[:13]}"

    def phone(self, phone: str) -> str:
        return sale.national_digits(phone, self._settings.country_code)


def _label(row: Row) -> str:
    name = display_name(text_at(row, "first_name"), text_at(row, "last_name"))
    return f"{name or 'customer'} …{text_at(row, 'astro_customer_id')[-4:]}"
