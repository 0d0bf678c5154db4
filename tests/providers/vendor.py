"""vendor: what the tests of single adapters share: an adapter before its sandbox, and receipts with what they need."""

import json
import tomllib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from pydantic import TypeAdapter
from starlette.requests import Request

from agent.clock import SystemClock
from agent.providers import Provider
from agent.providers.registry import connect
from agent.sandboxes.cloud import SandboxCloud
from agent.sandboxes.registry import SANDBOXES
from agent.settings import ProviderSettings
from agent.settings.clouds import CloudSettings
from tests.providers.conformance.facts import PHONE, fact, receipt

SETTINGS: TypeAdapter[ProviderSettings] = TypeAdapter(CloudSettings)


@dataclass
class Counter:
    """A cloud, the adapter before it, and every body that crossed the counter."""

    cloud: SandboxCloud
    provider: Provider
    sent: list[tuple[str, Any]] = field(default_factory=list)
    """(path, body); a form's text as it came."""

    def bodies(self, path: str) -> list[Any]:
        return [body for where, body in self.sent if where.endswith(path)]

    def paths(self) -> list[str]:
        return [where for where, _ in self.sent]


@asynccontextmanager
async def counter(vendor: str, **fields: Any) -> AsyncIterator[Counter]:
    """The vendor's sandbox with one member, Dana, and its adapter as the sandbox's own lines set it up."""
    cloud = SANDBOXES[vendor]()
    sent = list[tuple[str, Any]]()
    note_asked = cloud.note_asked

    async def note(request: Request) -> None:
        sent.append((request.url.path, _body(await request.body())))
        await note_asked(request)

    cloud.note_asked = note  # type: ignore[method-assign]  # a spy at the cloud's own door
    async with cloud:
        cloud.book.sign_up(phone=PHONE, first_name="Dana", last_name="Sample", email="dana@example.com", card="L-77")
        section = tomllib.loads(f"[providers.club]\n{cloud.settings()}")["providers"]["club"] | fields
        provider = connect("club", SETTINGS.validate_python(section), SystemClock())
        try:
            yield Counter(cloud, provider, sent)
        finally:
            await provider.close()


def _body(content: bytes) -> Any:
    try:
        return json.loads(content or b"{}")
    except ValueError:
        return content.decode()


def line(text: str, amount: int, quantity: int = 1, sku: str | None = None) -> dict[str, Any]:
    return {"text": text, "quantity": quantity, "amount": amount, "sku": sku}


def bought(number: int, *items: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    """A sale's award (or, with negative amounts, a return's taking back) of these lines."""
    paper = receipt(number, items) | changes.pop("receipt", {})
    points = paper["subtotal"] // 100
    return fact(number, points or 1) | {"receipt": paper, "base": paper["subtotal"], "points": points} | changes


def original(sold: Mapping[str, Any], remote_id: str = "") -> dict[str, Any]:
    """What the ledger adds to a take-back: the award's own body."""
    return {"original": {**sold, "remote_id": remote_id}, "earlier": []}
