"""fivestars: takes outbox facts for a cloud without a public API; by a partner's calls given as data, or by hand.

Documented: that there is no public API, no key, no undo, no redemption by others (so: class N unless the partner's
contract says otherwise). Points count on the pre-tax total, rounded down, and arrive by the end of the day: that is the
programme's rules and the hand-over list, which works without any call.
Everything that is sent stands in the settings; nothing of it is ours. Off by default.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from agent.clock import Clock
from agent.providers import transaction as sale
from agent.providers.answers import (
    AlreadyDone,
    Ambiguous,
    Answer,
    Call,
    Code,
    Done,
    Idempotency,
    NoMember,
    NotFound,
    Refused,
    Unknown,
)
from agent.providers.http_line import HttpLine, Reply, read_secret
from agent.providers.lacking import Lacking
from agent.providers.paths import text_at
from agent.providers.people import Basket, Member, last_four
from agent.providers.protocol import Fact, Facts, Limits
from agent.providers.sorting import looked_in_vain
from agent.providers.templates import NothingThere, filled, filled_path
from agent.settings.clouds import FivestarsSettings
from agent.settings.clouds.fivestars import HttpCall

Row = Mapping[str, Any]


class Fivestars(Lacking):
    """One store's account, spoken to as the settings say."""

    def __init__(
        self, name: str, settings: FivestarsSettings, clock: Clock, client: httpx.AsyncClient | None = None
    ) -> None:
        super().__init__(name, Limits(settings.calls_per_second, 1, settings.timeout_s))
        self._settings = settings
        self.idempotency = _classes(settings) if settings.enabled else {}
        self._line = HttpLine(name, settings, clock, self._headers, client) if settings.enabled else None

    async def check(self) -> Answer:
        if self._settings.checks is None or self._line is None:
            return Done("handed over by hand" if self._line is None else "no check is set up")
        reply = await self._call(self._settings.checks, {})
        return Done("it answers") if isinstance(reply, Reply) and not reply.refused else _refused(reply)

    async def find_member(self, identifiers: Mapping[str, str], basket: Basket | None = None) -> Member | Answer:
        del basket
        call = self._settings.find_member
        if call is None or self._line is None:
            return self.lacks(Call.FIND_MEMBER)
        given = await self._ask(call, {"customer": identifiers})
        if not isinstance(given, Done):
            return given
        return Member(given.remote_id, phone_last4=last_four(identifiers.get("phone")))

    async def award(self, facts: Facts) -> Sequence[Answer]:
        return [await self._send(Call.AWARD, self._settings.award, fact) for fact in facts]

    async def take_back(self, facts: Facts) -> Sequence[Answer]:
        return [await self._send(Call.TAKE_BACK, self._settings.take_back, fact) for fact in facts]

    async def void(self, facts: Facts) -> Sequence[Answer]:
        return [await self._send(Call.VOID, self._settings.void, fact) for fact in facts]

    async def read_back(self, fact: Fact) -> Answer:
        call = self._settings.read_back
        if call is None or self._line is None:
            return self.lacks(Call.READ_BACK)
        reply = await self._call(call, self._values(fact))
        if not isinstance(reply, Reply):
            return looked_in_vain(reply)
        if _all(reply.body, call.missing):
            return NotFound()
        given = self._meaning(call, reply, self._values(fact))
        return AlreadyDone(given.remote_id) if isinstance(given, Done) else Unknown("the answer shows neither")

    async def close(self) -> None:
        if self._line is not None:
            await self._line.close()

    async def _send(self, verb: Call, call: HttpCall | None, fact: Fact) -> Answer:
        if call is None or self._line is None:
            return self.lacks(verb)
        return await self._ask(call, self._values(fact))

    async def _ask(self, call: HttpCall, values: Row) -> Answer:
        reply = await self._call(call, values)
        return self._meaning(call, reply, values) if isinstance(reply, Reply) else reply

    async def _call(self, call: HttpCall, values: Row) -> Reply | Answer:
        assert self._line is not None
        try:
            path = filled_path(call.path, values)
            query = {name: str(filled(text, values)) for name, text in call.query.items()}
            body = filled(call.body, values) if call.body else None
        except NothingThere as missing:
            return Refused(f"the partner's call needs {missing}, which is not known here", Code.NO_SUCH_CALL)
        return await self._line.call(call.method, path, body=body, query=query or None)

    def _meaning(self, call: HttpCall, reply: Reply, values: Row) -> Answer:
        """Only what the settings call done is done; a refusal is believed when it is a 4xx."""
        body, number = reply.body, text_at(reply.body, call.id) or str(values.get("reference", ""))
        if reply.status in call.nobody_status or _all(body, call.nobody):
            return NoMember()
        if _all(body, call.several):
            return Ambiguous(())
        if _all(body, call.before):
            return AlreadyDone(number)
        if reply.refused:
            return Refused(text_at(body, call.why) or f"HTTP {reply.status}", str(reply.status))
        if not _all(body, call.done):
            return Unknown(f"HTTP {reply.status}, but not what the settings call done")
        echoed = all(text_at(body, path) == str(filled(text, values)) for path, text in call.echo.items())
        return Done(number) if echoed else Unknown("the answer does not repeat what was asked")

    def _values(self, fact: Fact) -> Row:
        """What templates may name: the fact's own fields, and these."""
        return {
            **fact,
            "country_code": self._settings.country_code,
            "reference": sale.reference(fact),
            "request_id": sale.request_id(fact),
        }

    def _headers(self) -> Mapping[str, str]:
        key = read_secret(self._settings.secret, self._settings.secret_file)
        return {name: text.replace("{secret}", key) for name, text in self._settings.headers.items()}


def _all(body: Any, wanted: Mapping[str, str]) -> bool:
    """Nothing wanted is nothing shown."""
    return bool(wanted) and body is not None and all(text_at(body, path) == value for path, value in wanted.items())


def _refused(reply: Reply | Answer) -> Answer:
    if isinstance(reply, Reply):
        return Refused(f"HTTP {reply.status}", str(reply.status), stops_provider=True)
    return reply


def _classes(settings: FivestarsSettings) -> Mapping[Call, Idempotency]:
    sending = Idempotency(settings.idempotency)
    sent = {Call.AWARD: settings.award, Call.TAKE_BACK: settings.take_back, Call.VOID: settings.void}
    asked = {Call.CHECK: settings.award, Call.FIND_MEMBER: settings.find_member, Call.READ_BACK: settings.read_back}
    return {
        **{call: sending for call, template in sent.items() if template},
        **{call: Idempotency.KEY for call, template in asked.items() if template},
    }
