"""uplink: takes numbers, events and alerts of this box, gives them to the fleet's broker; nothing here waits for it.

One pass of `run` is one connection: connect → (status, birth, reported) → until it breaks, side by side:
presence (status, alerts, birth), health, the ledger's events, and what comes from above. Then wait, and again.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import TypeVar

from agent.clock import Clock
from agent.fleet.address import Address
from agent.fleet.broker import Failure, Link, LinkBroken, connected
from agent.fleet.commands import CommandDesk
from agent.fleet.messages import (
    Alert,
    Birth,
    Command,
    Desired,
    Event,
    Health,
    Job,
    NotUnderstood,
    OwnAlert,
    Reported,
    Result,
    Severity,
    State,
    Status,
)
from agent.fleet.pace import Backoff, Pace, health_offset
from agent.fleet.parsing import read_message
from agent.ledger import Ledger, counters, events
from agent.ledger.moment import parse
from agent.settings import Fleet

LOG = logging.getLogger(__name__)
T = TypeVar("T")

CONNECTIONS = "mqtt_conn"
"""Name of the ledger's counter behind `conn`."""
BATCH = 50
"""Events taken from the ledger at once; a long outage must not be loaded into memory."""
LATE = timedelta(seconds=60)
"""An event older than this when it goes out is history."""
MAX_SPREAD_S = 300
PERHAPS_OLD = (Failure.OLD_BROKER, Failure.HUNG_UP)
NOT_SUPPORTED = {"*": "not_supported: this box takes its settings from its own file"}

Numbers = Callable[[], Awaitable[Mapping[str, float]]]
Alerts = Callable[[], Awaitable[Sequence[Alert]]]


async def _no_alerts() -> Sequence[Alert]:
    return ()


class Uplink:
    """The box's side of docs/fleet.md. `numbers` and `alerts` are asked each time something is due."""

    def __init__(  # noqa: PLR0917 -- six collaborators, each of another part
        self,
        fleet: Fleet,
        device: str,
        ledger: Ledger,
        clock: Clock,
        numbers: Numbers,
        random: Random,
        *,
        birth: Birth,
        alerts: Alerts = _no_alerts,
        pace: Pace = Pace(),  # noqa: B008 -- frozen
    ) -> None:
        self._fleet, self._ledger, self._clock, self._random, self._pace = fleet, ledger, clock, random, pace
        self._address = Address(fleet.tenant, device)
        self._numbers, self._alerts = numbers, alerts
        self._desk = CommandDesk({"ping": self._ping, "report": self._report}, clock)
        self._birth, self._reported = birth, Reported(cfg_ver=birth.cfg_ver)
        self._standing: dict[str, Alert] = {}
        self._connections = 0
        self._link: Link | None = None
        self._last_said = ""
        self.online = asyncio.Event()
        """Set while the broker has our status."""

    async def run(self) -> None:
        """Until cancelled. Without a broker in the settings it returns at once."""
        if not self._fleet.broker:
            LOG.info("no broker in the settings: this box reports to no fleet")
            return
        backoff = Backoff(self._pace, self._clock, self._random)
        mqtt5 = True
        await self._clock.sleep(backoff.first())
        while True:
            broken = await self._one_connection(backoff, mqtt5=mqtt5)
            mqtt5 = not (mqtt5 and broken.failure in PERHAPS_OLD)  # one try in 3.1.1, then MQTT 5 again
            if mqtt5 or broken.failure is Failure.HUNG_UP:
                await self._clock.sleep(backoff.delay(refused=broken.failure is Failure.REFUSED))

    async def _one_connection(self, backoff: Backoff, *, mqtt5: bool) -> LinkBroken:
        """Connects, speaks until the connection breaks, and gives the reason."""
        broken = LinkBroken(Failure.BROKEN, "the connection was closed")
        try:
            conn = await self._ledger.do(counters.next_number, CONNECTIONS)
            async with connected(self._fleet, self._address, conn, self._clock, self._pace, mqtt5=mqtt5) as link:
                backoff.connected()
                await self._speak(link)
        except* LinkBroken as group:
            broken = _first(group)
        except* Exception:  # the supervisor: a fault here must not stop the awards
            LOG.exception("the uplink failed and starts again")
        finally:
            self.online.clear()
            self._link = None
        self._log_change(f"not connected to {self._fleet.broker}: {broken}", logging.WARNING)
        return broken

    async def _speak(self, link: Link) -> None:
        self._link, self._connections = link, self._connections + 1
        self._standing = await self._alerts_now()
        await link.listen()
        self._log_change(f"connected to {self._fleet.broker} as {self._address.device}", logging.INFO)
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._presence(link), name="uplink presence")
                tasks.create_task(self._health(link), name="uplink health")
                tasks.create_task(self._outbox(link), name="uplink events")
                tasks.create_task(self._obey(link, tasks), name="uplink commands")
        except asyncio.CancelledError:
            await self._goodbye(link)
            raise

    async def _presence(self, link: Link) -> None:
        born, told = -self._pace.birth_s, dict[str, Alert]()
        while True:
            await link.say(self._status())
            self.online.set()
            if self._clock.monotonic() - born >= self._pace.birth_s:
                born, told = self._clock.monotonic(), {}  # a broker that lost its retained messages gets all again
                await self._introduce(link)
            await self._tell_alerts(link, told)
            told = self._standing
            await self._clock.sleep(self._pace.status_s)
            self._standing = await self._alerts_now()

    async def _introduce(self, link: Link) -> None:
        await link.say(replace(self._birth, caps=self._desk.names))
        await link.say(self._reported)

    async def _tell_alerts(self, link: Link, told: Mapping[str, Alert]) -> None:
        for name, alert in self._standing.items():
            if told.get(name) != alert:
                await link.say(alert)
        for name in told.keys() - self._standing.keys():
            await link.clear(f"alert/{name}", Alert.delivery)

    async def _health(self, link: Link) -> None:
        await self._clock.sleep(health_offset(self._address.device, self._pace))
        while True:
            await self._say_health(link)
            await self._clock.sleep(self._fleet.health_s)

    async def _say_health(self, link: Link) -> None:
        own = {"mqtt_reconn_total": self._connections - 1, "mqtt_waiting": link.waiting}
        await link.say(Health({**await _answer("numbers", self._numbers, {}), **own}))

    async def _outbox(self, link: Link) -> None:
        """The ledger's events in their order; only what the broker acknowledged is let go."""
        while True:
            waiting = await self._ledger.do(events.unsent, BATCH)
            acknowledged: list[int] = []
            try:
                for stored in waiting:
                    at = parse(stored.at)
                    late = self._clock.wall() - at > LATE
                    await link.say(Event(stored.id, stored.kind, at, stored.detail, late))
                    acknowledged.append(stored.id)
            finally:
                if acknowledged:
                    await self._ledger.do(events.sent, acknowledged)
            if len(waiting) < BATCH:
                await self._clock.sleep(self._pace.outbox_s)

    async def _obey(self, link: Link, tasks: asyncio.TaskGroup) -> None:
        async for incoming in link.incoming():
            match read_message(self._address, incoming.topic, incoming.payload):
                case Command() as command:
                    tasks.create_task(self._answer(link, command, incoming.correlation), name="uplink command")
                case Desired(version=version):
                    self._reported = replace(self._reported, desired_ver=version, errors=NOT_SUPPORTED)
                    await link.say(self._reported)
                case Job(id=job):
                    self._reported = replace(self._reported, job=job, job_state="rejected: not_supported")
                    await link.say(self._reported)
                case OwnAlert(id=alert) if alert not in self._standing:
                    await link.clear(f"alert/{alert}", Alert.delivery)  # raised in an earlier life of this box
                case NotUnderstood(leaf=leaf, why=why):
                    LOG.warning("a message from the fleet at %s was not understood: %s", leaf, why)

    async def _answer(self, link: Link, command: Command, correlation: bytes | None) -> None:
        result = await self._desk.answer(command)
        if result is not None:
            await link.say(result, correlation)

    async def _ping(self, command: Command) -> Result:
        return Result(command.id, ok=True, code="done", detail=f"up {self._clock.monotonic():.0f} s")

    async def _report(self, command: Command) -> Result:
        """Says everything at once; a call to the whole fleet is answered spread over the seconds it asks for."""
        spread = command.arguments.get("spread_s", 0)
        if isinstance(spread, int | float) and spread > 0:
            await self._clock.sleep(self._random.random() * min(spread, MAX_SPREAD_S))
        link = self._link
        if link is not None:
            await link.say(self._status())
            await self._introduce(link)
            await self._say_health(link)
        return Result(command.id, ok=True, code="done")

    async def _goodbye(self, link: Link) -> None:
        try:
            async with asyncio.timeout(self._pace.goodbye_s):
                await link.say(Status(State.OFFLINE, self._birth.sw, tuple(self._standing)))
        except (TimeoutError, LinkBroken) as error:
            LOG.info("the fleet could not be told that this box stops (%s); its status runs out by itself", error)

    def _status(self) -> Status:
        grave = any(alert.severity in (Severity.ERROR, Severity.CRITICAL) for alert in self._standing.values())
        return Status(State.DEGRADED if grave else State.READY, self._birth.sw, tuple(self._standing))

    async def _alerts_now(self) -> dict[str, Alert]:
        nothing: Sequence[Alert] = ()
        return {alert.id: alert for alert in await _answer("alerts", self._alerts, nothing)}

    def _log_change(self, message: str, level: int) -> None:
        """The same trouble every five minutes is said once."""
        LOG.log(logging.DEBUG if message == self._last_said else level, "%s", message)
        self._last_said = message


async def _answer(name: str, question: Callable[[], Awaitable[T]], otherwise: T) -> T:
    """Another part's answer; its fault must not cost the fleet the sight of this box."""
    try:
        return await question()
    except Exception:
        LOG.exception("no %s for the fleet", name)
        return otherwise


def _first(group: BaseExceptionGroup[LinkBroken]) -> LinkBroken:
    """The reason among several tasks' reasons: a refusal tells more than the break that follows it."""
    leaves = list(_leaves(group))
    return next((leaf for leaf in leaves if leaf.failure is Failure.REFUSED), leaves[0])


def _leaves(group: BaseExceptionGroup[LinkBroken]) -> Iterator[LinkBroken]:
    for inner in group.exceptions:
        if isinstance(inner, BaseExceptionGroup):
            yield from _leaves(inner)
        else:
            yield inner
