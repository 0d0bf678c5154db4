"""clouds: thousands of awards through a real courier to a misbehaving sandbox; counts what came of each.

The promise it holds the box to: what the cloud booked is what was delivered, and at most the open questions besides;
nothing was booked twice by our doing; where the cloud honours a key, a person is asked for at most one in a thousand.
Time runs faster here (the waits between tries are real waits otherwise), the disk, the ledger and HTTP are real.
"""

import asyncio
import time
import tomllib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from pydantic import TypeAdapter
from sqlite_utils import Database

from agent.clock import Quality
from agent.courier import Courier
from agent.ledger import Ledger, outbox
from agent.providers import Call, Fact, Idempotency, Provider
from agent.providers import transaction as sale
from agent.providers.astro_purchases import purchases
from agent.providers.registry import connect
from agent.sandboxes.cloud import SandboxCloud
from agent.sandboxes.misbehaviour import Call as Door
from agent.sandboxes.misbehaviour import Fault
from agent.sandboxes.registry import SANDBOXES
from agent.settings import ProviderSettings, Store
from agent.settings.clouds import CloudSettings
from tests.providers.conformance.facts import article, fact, receipt

SPEED = 60.0
"""A back-off of two minutes takes two seconds."""
APART = timedelta(seconds=20)
"""A store's pace."""
IN_ONE_COMMIT = 500
ASKED_AT_MOST = 0.001
SETTINGS: TypeAdapter[ProviderSettings] = TypeAdapter(CloudSettings)

EVERYWHERE: tuple[tuple[Fault, Door, float], ...] = (
    (Fault.ERROR_AFTER, Door.FACTS, 0.03),
    (Fault.DROP_AFTER, Door.FACTS, 0.03),
    (Fault.GARBAGE, Door.FACTS, 0.02),
    (Fault.ERROR_BEFORE, Door.FACTS, 0.02),
    (Fault.DROP_BEFORE, Door.FACTS, 0.02),
    (Fault.RATE_LIMIT, Door.FACTS, 0.01),
    (Fault.DROP_AFTER, Door.READ_BACK, 0.01),
    (Fault.ERROR_BEFORE, Door.MEMBERS, 0.02),
    (Fault.DROP_BEFORE, Door.CHECK, 0.05),
)
OF_THE_VENDOR: Mapping[str, tuple[tuple[Fault, Door, float], ...]] = {
    "plain_http": ((Fault.WRONG_KEY, Door.FACTS, 0.02),),
    "sessionm": ((Fault.PENDING, Door.FACTS, 0.02),),
    "crm_com": ((Fault.IGNORE_FILTER, Door.MEMBERS, 0.05),),
    "crm_com-a": ((Fault.EXPIRED_TOKEN, Door.FACTS, 0.01),),
    "crm_com-b": ((Fault.IGNORE_FILTER, Door.MEMBERS, 0.05),),
    "astro": ((Fault.EXPIRED_TOKEN, Door.FACTS, 0.01), (Fault.BAD_STATUS, Door.FACTS, 0.005)),
    "astro-cards": ((Fault.EXPIRED_TOKEN, Door.FACTS, 0.01), (Fault.BAD_STATUS, Door.FACTS, 0.005)),
}
STORIES = (*SANDBOXES, "astro-cards")


@dataclass(slots=True)
class Outcome:
    """`asked`: questions open for a person; `refused`: by the cloud's word; `twice`: booked more often than facts of
    that key were given; `unexplained`: keys where booked is neither delivered nor delivered and open."""

    story: str
    rule: str = ""
    facts: int = 0
    delivered: int = 0
    asked: int = 0
    refused: int = 0
    booked: int = 0
    twice: int = 0
    unexplained: int = 0
    seconds: float = 0
    misbehaved: dict[str, int] = field(default_factory=dict)

    @property
    def clean(self) -> bool:
        settled = self.delivered + self.asked + self.refused == self.facts
        few = self.rule != Idempotency.KEY or self.asked <= self.facts * ASKED_AT_MOST
        return settled and few and not self.twice and not self.unexplained


class FastClock:
    """The machine's clock, `SPEED` times as fast; wall and monotonic together."""

    boot = "fa57c10c"

    def __init__(self) -> None:
        self._began, self._real = datetime.now(UTC), time.monotonic()

    def monotonic(self) -> float:
        return (time.monotonic() - self._real) * SPEED

    def wall(self) -> datetime:
        return self._began + timedelta(seconds=self.monotonic())

    def quality(self) -> Quality:
        return Quality.NTP

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds) / SPEED)

    async def wait(self, event: asyncio.Event, seconds: float) -> bool:
        try:
            async with asyncio.timeout(max(0.0, seconds) / SPEED):
                await event.wait()
        except TimeoutError:
            return False
        return True


async def play(story: str, folder: Path, count: int, seed: int, told: Callable[[int, str], object]) -> Outcome:
    """`told(finished, words)` now and then."""
    clock, outcome, began = FastClock(), Outcome(story, facts=count), time.monotonic()
    async with SANDBOXES[story.removesuffix("-cards")](seed=seed) as cloud:
        cloud.now = clock.wall
        _misbehave(cloud, story)
        facts = [_fact(story, number, count, clock.wall()) for number in range(count)]
        for phone in dict.fromkeys(one["customer"]["phone"] for one in facts):
            cloud.book.sign_up(phone=phone, first_name="Test")
        provider = _connected(cloud, story, clock)
        outcome.rule = provider.idempotency[Call.AWARD].value
        ledger = Ledger.open(folder / "ledger.db", clock, 1)
        courier = Courier(ledger, {"cloud": provider}, clock, Store(), asyncio.Event(), Random(seed))
        for start in range(0, count, IN_ONE_COMMIT):
            await ledger.do(_enqueue, facts[start : start + IN_ONE_COMMIT], provider)
        running = asyncio.create_task(courier.run(), name="courier")
        try:
            await _until_settled(ledger, running, told)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            states = await ledger.do(_states)
            await ledger.close()
            await provider.close()
        _count(outcome, cloud, facts, states, story)
    outcome.seconds = time.monotonic() - began
    return outcome


def _misbehave(cloud: SandboxCloud, story: str) -> None:
    for fault, door, share in (*EVERYWHERE, *OF_THE_VENDOR.get(story, ())):
        cloud.misbehaviour.order(fault, call=door, left=None, share=share)


def _fact(story: str, number: int, count: int, now: datetime) -> dict[str, Any]:
    """Two by two of the same customer and the same amount: where only amount and time tell, they must be told apart."""
    pair = number // 2
    one = fact(number, 1, f"+1415{5550000 + pair % 4000:07d}")
    items = [article(number, 1) | {"amount": 1000 + pair}]
    one |= {"base": 1000 + pair, "points": (1000 + pair) // 100, "receipt": receipt(number, items)}
    if story == "astro-cards":
        one |= {
            "unit": "punches",
            "punches": [{"id": f"{one['key']}.1", "text": f"Article {number}", "sku": f"S{pair}"}],
        }
    return one | {"captured_at": (now - APART * (count - number)).isoformat()}


def _connected(cloud: SandboxCloud, story: str, clock: FastClock) -> Provider:
    section = tomllib.loads(f"[providers.club]\n{cloud.settings()}")["providers"]["club"]
    section |= {"calls_per_second": 1000, "timeout_s": 20}
    if story == "plain_http":
        section["batch"] = 5
    if story.startswith("crm_com"):
        section["longest_list"] = 200  # a list that shows no time is read so far; then a person is asked
    if story == "tapmango":
        section["phone_index_miss_s"] = 1
    if "skew_s" in type(SETTINGS.validate_python(section)).model_fields:
        section["skew_s"] = 600  # ten seconds of this clock: a busy machine must not look like a clock that is wrong
    return connect("cloud", SETTINGS.validate_python(section), clock)


def _enqueue(db: Database, facts: list[dict[str, Any]], provider: Provider) -> None:
    for one in facts:
        captured = datetime.fromisoformat(one["captured_at"])
        outbox.enqueue(
            db,
            one,
            receipt_id=None,
            provider="cloud",
            call=Call.AWARD,
            idempotency=provider.idempotency[Call.AWARD],
            deadline=captured + timedelta(days=400),
            not_before=captured,
            customer_key=f"phone:{one['customer']['phone']}",
        )


async def _until_settled(ledger: Ledger, running: asyncio.Task[None], told: Callable[[int, str], object]) -> None:
    while not running.done():
        await asyncio.sleep(0.5)
        states = Counter((await ledger.do(_states)).values())
        finished = states["delivered"] + states["held"] + states["refused"]
        told(finished, f"{states['delivered']} delivered, {states['held']} asked, {states['unknown']} unknown")
        # what waits behind a question of the same customer waits with it
        if not states["attempt"] and not await ledger.do(_movable):
            return
    running.result()


MOVABLE = """SELECT count(*) FROM outbox o WHERE state IN ('due', 'unknown', 'parked', 'attempt') AND NOT EXISTS
    (SELECT 1 FROM outbox e WHERE e.customer_key = o.customer_key AND e.id < o.id AND e.state = 'held')"""


def _movable(db: Database) -> int:
    return int(db.execute(MOVABLE).fetchone()[0])


def _states(db: Database) -> dict[str, str]:
    return {str(key): str(state) for key, state in db.execute("SELECT key, state FROM outbox")}


def _keys(story: str, one: Fact) -> list[str]:
    """Under which keys the cloud books this fact."""
    if story == "plain_http":
        return [str(one["key"])]
    if story == "sessionm":
        return [sale.request_id(one)]
    if story in ("tapmango", "astro"):
        return [f"{one['base'] / 100:.2f}"]
    if story == "astro-cards":
        return [bought.id for bought in purchases(one)]
    return [sale.reference(one)]


def _count(
    outcome: Outcome, cloud: SandboxCloud, facts: list[dict[str, Any]], states: Mapping[str, str], story: str
) -> None:
    """Per key of the cloud's: given, delivered, and still open (asked, refused, or waiting behind such a one)."""
    given, delivered, open_ = Counter[str](), Counter[str](), Counter[str]()
    for one in facts:
        state = states[one["key"]]
        outcome.delivered += state == "delivered"
        outcome.refused += state == "refused"
        outcome.asked += state not in ("delivered", "refused")
        for key in _keys(story, one):
            given[key] += 1
            (delivered if state == "delivered" else open_)[key] += 1
    for key, number in given.items():
        times = cloud.book.applied(key)
        outcome.booked += times
        outcome.twice += max(0, times - number)
        outcome.unexplained += not delivered[key] <= times <= delivered[key] + open_[key]
    outcome.misbehaved = {str(fault): times for fault, times in cloud.misbehaviour.done.items()}
