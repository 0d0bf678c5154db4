"""crm_com_token: CRM.COM's generation A over the line: a token in every body, answers with a status of their own."""

from collections.abc import Mapping
from typing import Any

from agent.clock import Clock
from agent.providers.answers import Ambiguous, Answer, Later, Refused, Unknown
from agent.providers.crm_com_rest import meaning
from agent.providers.http_line import HttpLine, Reply
from agent.providers.paths import text_at
from agent.settings.clouds import CrmComSettings

Row = Mapping[str, Any]


class CrmComToken:
    def __init__(self, line: HttpLine, login: HttpLine, settings: CrmComSettings, clock: Clock) -> None:
        """`login`: the same address with the Basic login, for the token call alone."""
        self._line, self._login, self._settings, self._clock = line, login, settings, clock
        self._token, self._until = "", float("-inf")

    async def check(self) -> Row | Answer:
        token = await self._fresh_token()
        return {"token": "good"} if isinstance(token, str) else token

    async def participant(self, identifier: Row, *, for_page: bool = False) -> Row | Answer:
        body = {"rewards_participant_identifier": identifier}
        return await self.post("/rewards_participants/show", body, for_page=for_page)

    async def post(self, path: str, body: Row, *, for_page: bool = False) -> Row | Answer:
        """The answer's data; a token that has run out is renewed once: what was refused for it was not done."""
        given = await self._post(path, body, for_page=for_page)
        if isinstance(given, Refused) and self._is_of_token(given):
            self._until = float("-inf")
            given = await self._post(path, body, for_page=for_page)
            if isinstance(given, Refused) and self._is_of_token(given):
                return Refused(given.why, given.code, stops_provider=True)
        return given

    async def _post(self, path: str, body: Row, *, for_page: bool) -> Row | Answer:
        token = await self._good_token()
        if not isinstance(token, str):
            return Later(f"no token: {token.why}") if isinstance(token, Unknown) else token
        reply = await self._line.call("POST", path, body={"token": token, **body}, for_page=for_page)
        return self._several(_read(reply)) if isinstance(reply, Reply) else reply

    def _several(self, given: Row | Answer) -> Row | Answer:
        words = self._settings.words_several
        several = isinstance(given, Refused) and any(word in given.code.upper() for word in words)
        return Ambiguous(()) if several else given

    def _is_of_token(self, refused: Refused) -> bool:
        words = self._settings.words_token
        return refused.code in ("401", "403") or any(word in refused.code.upper() for word in words)

    async def _good_token(self) -> str | Answer:
        return self._token if self._clock.monotonic() < self._until else await self._fresh_token()

    async def _fresh_token(self) -> str | Answer:
        reply = await self._login.call("POST", "/authentication/web_api_key/token", body={})
        given = _read(reply) if isinstance(reply, Reply) else reply
        if not isinstance(given, Mapping):
            return Refused(given.why, given.code, stops_provider=True) if isinstance(given, Refused) else given
        found = next((text for path in self._settings.token_paths if (text := text_at(given, path))), "")
        if not found:
            return Refused("the token call's answer holds no token", "token", stops_provider=True)
        self._token, self._until = found, self._clock.monotonic() + self._settings.token_minutes * 60
        return found


def _read(reply: Reply) -> Row | Answer:
    """200 is not trusted: the status inside must be OK."""
    body = reply.body or {}
    code = text_at(body, "status.code")
    if code == "OK" and not reply.refused:
        data = body.get("data")
        return data if isinstance(data, dict) else {}
    if not code and not reply.refused:
        return Unknown(f"HTTP {reply.status} without a status of theirs")
    said = text_at(body, "status.message") or text_at(body, "status.description") or f"HTTP {reply.status}"
    return meaning(code if code != "OK" else "", said, reply.status)
