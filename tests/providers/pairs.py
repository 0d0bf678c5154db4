"""pairs: every adapter beside the sandbox cloud it must get on with; a new adapter is one more line in PAIRS."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

from agent.clock import SystemClock
from agent.providers import Idempotency, Provider
from agent.providers.registry import connect
from agent.sandboxes.control import Sandbox
from agent.sandboxes.plain_http import TOKEN, PlainHttpCloud
from agent.settings import PlainHttpSettings

PATIENT_S, IMPATIENT_S = 30.0, 0.6
"""The adapter's time-out: long, so that a busy machine fails no test; short where a check lets it pass."""


@dataclass(frozen=True, slots=True)
class Pair:
    provider: Provider
    cloud: Sandbox


Open = Callable[[float], AbstractAsyncContextManager[Pair]]


def plain_http(keeps: Idempotency = Idempotency.KEY, batch: int = 50) -> Open:
    @asynccontextmanager
    async def opened(patience_s: float) -> AsyncIterator[Pair]:
        async with PlainHttpCloud(keeps=keeps) as cloud:
            settings = PlainHttpSettings(
                kind="plain_http",
                base_url=cloud.url,
                token=TOKEN,
                timeout_s=patience_s,
                batch=batch,
                idempotency=keeps.value,
                speaks=("checked_in", "sign_up", "estimate", "rewards", "void", "products"),
            )
            provider = connect("sandbox", settings, SystemClock())
            try:
                yield Pair(provider, cloud)
            finally:
                await provider.close()

    return opened


PAIRS: dict[str, Open] = {
    "plain_http": plain_http(),
    "plain_http, one by one": plain_http(batch=1),
    "plain_http, read back": plain_http(Idempotency.READ_BACK),
    "plain_http, no keys": plain_http(Idempotency.NONE),
}
