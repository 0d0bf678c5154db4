"""astro_line: one call of Astro's, its token fetched and renewed; gives the envelope, or what its status means.

200 is not trusted: only astro_status 100 is success. A call that was turned away for its token was not done, so it is
made once more with a new one.
"""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import httpx

from agent.clock import Clock
from agent.providers.answers import AlreadyDone, Answer, Code, Later, NoMember, Refused, Unknown
from agent.providers.http_line import HttpLine, Reply, read_secret
from agent.providers.paths import text_at, whole_at
from agent.settings.clouds import AstroSettings

SUCCESS = 100
RENEWED_BEFORE_S = 60.0
MESSAGES = ("astro_status_message", "status_messsage", "status_message", "message")
"""They spell it several ways, one of them with three s."""

Row = Mapping[str, Any]


class AstroLine:
    def __init__(
        self, name: str, settings: AstroSettings, clock: Clock, client: httpx.AsyncClient | None = None
    ) -> None:
        self._settings, self._clock = settings, clock
        self._line = HttpLine(name, settings, clock, client=client)
        self._token, self._until = "", float("-inf")
        self._fetching = asyncio.Lock()

    async def login(self) -> Answer | None:
        """A new token, whatever we had; None when we got one."""
        self._until = float("-inf")
        token = await self._good_token()
        return None if isinstance(token, str) else token

    async def call(self, endpoint: str, data: Row, *, for_page: bool = False) -> Row | Answer:
        reply = await self._sent(endpoint, data, for_page=for_page)
        if isinstance(reply, Refused) and reply.code in ("401", "403"):
            self._until = float("-inf")
            reply = await self._sent(endpoint, data, for_page=for_page)
        return self._read(reply) if isinstance(reply, Reply) else reply

    async def close(self) -> None:
        await self._line.close()

    async def _sent(self, endpoint: str, data: Row, *, for_page: bool) -> Reply | Answer:
        token = await self._good_token()
        if not isinstance(token, str):
            return Later(f"no token: {token.why}") if isinstance(token, Unknown) else token
        where = {self._settings.location_field: self._settings.location_id} if self._settings.location_id else {}
        return await self._line.call(
            "POST",
            f"/{endpoint}/",
            form={"jsonData": json.dumps({**where, **data})},
            headers={"Authorization": f"Bearer {token}"},
            for_page=for_page,
        )

    async def _good_token(self) -> str | Answer:
        async with self._fetching:
            if self._clock.monotonic() < self._until:
                return self._token
            try:
                password = read_secret(self._settings.password, self._settings.password_file)
            except (OSError, ValueError) as error:
                return Refused(f"the password cannot be used: {error}", "token", stops_provider=True)
            form = {"username": self._settings.username, "password": password}
            form |= {"grant_type": "password", "client_id": self._settings.client_id}
            asked_at = self._clock.monotonic()
            reply = await self._line.call("POST", "/token/", form=form)
            return self._kept(reply, asked_at) if isinstance(reply, Reply) else reply

    def _kept(self, reply: Reply, asked_at: float) -> str | Answer:
        token = text_at(reply.body, "access_token")
        if reply.refused or not token:
            if not reply.refused and reply.body is None:
                return Unknown(f"HTTP {reply.status} without a token")
            why = text_at(reply.body, "error_description") or f"HTTP {reply.status} without a token"
            return Refused(f"the login is not accepted: {why}", "token", stops_provider=True)
        life_s = whole_at(reply.body, "expires") or self._settings.token_life_s
        self._token, self._until = token, asked_at + max(1.0, life_s - RENEWED_BEFORE_S)
        return token

    def _read(self, reply: Reply) -> Row | Answer:
        envelope = reply.body
        status = whole_at(envelope, "astro_status")
        if envelope is None or status is None:
            if not reply.refused:
                return Unknown(f"HTTP {reply.status} without astro_status")
            stops = reply.status == httpx.codes.NOT_FOUND
            return Refused(f"HTTP {reply.status} without astro_status; is base_url right?", str(reply.status), stops)
        if status == SUCCESS:
            return Unknown(f"HTTP {reply.status} with astro_status 100") if reply.refused else envelope
        return self._meaning(status, next(filter(None, (text_at(envelope, name) for name in MESSAGES)), ""))

    def _meaning(self, status: int, said: str) -> Answer:
        if status in self._settings.codes_nobody:
            return NoMember()
        if status in self._settings.codes_done_before:
            return AlreadyDone(str(status))
        words = f"astro_status {status}{': ' + said if said else ''}"
        return Refused(words, Code.NOT_ELIGIBLE if status in self._settings.codes_not_eligible else str(status))
