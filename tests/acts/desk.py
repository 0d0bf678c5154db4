"""desk: the parts that acts are handed, all real but the till and the cloud; the clock is moved by hand."""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from agent.acts import Parts
from agent.booking import Rules
from agent.front_desk import FrontDesk
from agent.ledger import Ledger
from agent.providers import Call, Idempotency
from agent.settings import Settings
from tests.hand_clock import HandClock

KEYED = {Call.AWARD: Idempotency.KEY, Call.TAKE_BACK: Idempotency.KEY}


@asynccontextmanager
async def desk(folder: Path, **sections: Any) -> AsyncIterator[Parts]:
    """`sections`: settings as in the file; a programme and a cloud are there when none are named."""
    written: dict[str, Any] = {
        "device": {"id": "TP-1", "state": folder, "run": folder / "run", "ballast_mb": 1},
        "store": {"id": "shop", "timezone": "UTC"},
        "providers": {"cloud": {"kind": "plain_http", "base_url": "http://127.0.0.1:1"}},
        "programmes": {"points": {"provider": "cloud"}},
    }
    settings, clock = Settings.model_validate({**written, **sections}), HandClock()
    keyed = dict.fromkeys(settings.providers, KEYED)
    rules = Rules(settings.device.id, settings.store, settings.programmes, keyed)
    ledger = Ledger.open(folder / "ledger.db", clock, 0.1)

    async def read_again(_: Collection[int]) -> list[dict[str, Any]]:
        return []

    try:
        yield Parts(ledger, clock, settings, rules, {}, asyncio.Event(), FrontDesk({}, clock), read_again)
    finally:
        await ledger.close()
