"""cloud: a sandbox cloud as a process of its own, driven through its control door; keeps nothing itself."""

import asyncio
import sys
from types import TracebackType
from typing import Any, Self

import httpx

from agent.sandboxes.plain_http import TOKEN
from tests.story.box import ROOT

__all__ = ["TOKEN", "CloudProcess"]


class CloudProcess:
    """`url` is what the box is told; the rest is the hand of whoever runs the story."""

    def __init__(self, vendor: str = "plain_http") -> None:
        self.url, self._vendor = "", vendor
        self._control = httpx.AsyncClient()
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "agent", "sandbox", self._vendor, "--urls", stdout=asyncio.subprocess.PIPE, cwd=ROOT
        )
        assert self._process.stdout is not None
        self.url = (await self._process.stdout.readline()).decode().strip()
        control = (await self._process.stdout.readline()).decode().strip()
        self._control = httpx.AsyncClient(base_url=control)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._control.aclose()
        if self._process:
            self._process.kill()
            await self._process.wait()

    async def sign_up(self, phone: str, **fields: Any) -> None:
        """`fields`: first_name, last_name, email, card, points, wallet."""
        await self._post("members", {"phone": phone, **fields})

    async def check_in(self, phone: str) -> None:
        """Somebody types a phone at the loyalty tablet."""
        await self._post("check-in", {"phone": phone})

    async def misbehave(self, fault: str, **how: Any) -> None:
        await self._post("misbehave", {"fault": fault, **how})

    async def behave(self) -> None:
        await self._post("behave", {})

    async def go_away(self) -> None:
        await self._post("away", {"away": True})

    async def come_back(self) -> None:
        await self._post("away", {"away": False})

    async def keep(self, idempotency: str) -> None:
        await self._post("keeps", {"class": idempotency})

    async def ledger(self) -> dict[str, Any]:
        answer = await self._control.get("/control/ledger")
        book: dict[str, Any] = answer.raise_for_status().json()
        return book

    async def points(self) -> dict[str, int]:
        """Per phone."""
        return {member["phone"]: member["points"] for member in (await self.ledger())["members"]}

    async def _post(self, order: str, body: dict[str, Any]) -> None:
        (await self._control.post(f"/control/{order}", json=body)).raise_for_status()
