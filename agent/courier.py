"""courier: takes due facts from the outbox, brings them to their clouds, notes each answer; decides no award (flow 3).

One route per cloud. A route takes rows (their attempts are on disk before the first byte leaves), calls, and gives the
answers to `ledger.outcomes`. After a fault it waits, asks `check`, then tries one fact: only when that arrives does it
drain the rest, so that a cloud in trouble sees one caller and a poor line does not turn every fact into a question.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from functools import partial
from random import Random
from typing import Any, TypeVar

from sqlite_utils import Database

from agent.backoff import LONGEST_RETRY_AFTER_S, Pace, full_jitter_s, longest_wait_s
from agent.clock import Clock
from agent.cloud_health import CloudHealth
from agent.errors import ProviderMisconfigured, StorageFull
from agent.ledger import Ledger, answers, bindings, clouds, deadlines, dispatch, outcomes, punch_cards, redemptions
from agent.ledger.moment import Moment, Steady
from agent.ledger.outbox import OutboxRow
from agent.ledger.outcomes import Answered, Rules
from agent.providers import AlreadyDone, Answer, Call, Done, Later, Provider, Refused, Unknown
from agent.room import when_there_is_room
from agent.settings import Programme, Store
from agent.signing_up import SignUps

LOG = logging.getLogger(__name__)
T = TypeVar("T")

IN_FLIGHT = 4
"""Calls out at once per cloud: one answer of 16 s must not make the pace one call in 16 s."""
LOOK_EVERY_S = 60.0
"""A route looks at its queue this often even when nobody rings: a lost wake costs a minute, not an award."""
SWEEP_EVERY_S = 60.0
SLACK_S = 10.0
"""Left to an adapter beyond its own time-outs."""


class Courier:
    """Brings everything due to its cloud, for ever. `wake` is rung when new facts were taken in."""

    def __init__(  # noqa: PLR0917 - what the daemon builds, in its order
        self,
        ledger: Ledger,
        providers: Mapping[str, Provider],
        clock: Clock,
        store: Store,
        wake: asyncio.Event,
        random: Random,
        programmes: Mapping[str, Programme] | None = None,
    ) -> None:
        self._ledger, self._clock, self._wake = ledger, clock, wake
        self._steady = Steady(clock)
        self._turned = clock.monotonic()
        self._routes = [
            Route(
                name,
                ledger,
                provider,
                clock=clock,
                steady=self._steady,
                late_signup_hours=store.late_signup_hours,
                random=random,
                programmes=programmes or {},
            )
            for name, provider in providers.items()
        ]

    async def run(self) -> None:
        """Until cancelled. What was under way when the last process died is unknown now, and treated so."""
        left = await self._ledger.do(dispatch.recover, self._steady.now())
        if any(left.values()):
            LOG.warning("after the last stop: %(unknown)d awards of unknown outcome, %(held)d held", left)
        await self._ledger.do(clouds.stop_strangers, [route.name for route in self._routes], self._steady.now())
        async with asyncio.TaskGroup() as group:
            for route in self._routes:
                group.create_task(route.run(), name=f"courier to {route.name}")
            group.create_task(self._pass_wakes_on(), name="courier wakes")
            group.create_task(self._keep_deadlines(), name="courier deadlines")

    def makes_progress(self) -> bool:
        """For the watchdog: the deadlines were swept lately, which needs the ledger and this loop to be alive."""
        return self._clock.monotonic() - self._turned < 3 * SWEEP_EVERY_S

    async def _pass_wakes_on(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            for route in self._routes:
                route.wake.set()

    async def _keep_deadlines(self) -> None:
        while True:
            try:
                await self._ledger.do(sweep, self._steady.now())
            except StorageFull as error:
                LOG.error("%s; deadlines are looked at again in a minute", error)  # noqa: TRY400 - its words say it all
            self._turned = self._clock.monotonic()
            await self._clock.sleep(SWEEP_EVERY_S)


def sweep(db: Database, moment: Moment) -> None:
    """The decisions that time takes: overdue questions always, deadlines only by a clock that can be trusted."""
    answers.settle_overdue(db, moment)
    redemptions.settle_overdue(db, moment)
    bindings.expire(db, moment)
    punch_cards.close_emptied(db, moment.wall)
    if moment.trusted:
        deadlines.sweep(db, moment)


class Route:
    """The way to one cloud."""

    def __init__(
        self,
        name: str,
        ledger: Ledger,
        provider: Provider,
        *,
        clock: Clock,
        steady: Steady,
        late_signup_hours: float,
        random: Random,
        programmes: Mapping[str, Programme],
    ) -> None:
        self.name, self.wake = name, asyncio.Event()
        self._ledger, self._provider, self._clock = ledger, provider, clock
        self._steady, self._random = steady, random
        asked = frozenset(programme for programme, one in programmes.items() if one.auto_create == "ask")
        self._rules = Rules(late_signup_hours, Call.READ_BACK in provider.idempotency, asked)
        wanted = frozenset(programme for programme, one in programmes.items() if one.auto_create == "on")
        self._sign_ups = SignUps(provider, wanted)
        self._pace = Pace(provider.limits.calls_per_second)
        self._health = CloudHealth(random)
        self._free = asyncio.Semaphore(IN_FLIGHT)
        self._verbs = {
            Call.AWARD: provider.award,
            Call.TAKE_BACK: provider.take_back,
            Call.REDEEM: provider.redeem,
            Call.RELEASE: provider.release,
            Call.VOID: provider.void,
        }

    async def run(self) -> None:
        self._health.resume(await self._ledger.do(clouds.state, self.name))
        async with asyncio.TaskGroup() as calls:
            while True:
                await self._free.acquire()
                await self._clear_to_call()
                self.wake.clear()
                rows = await self._take()
                if not rows:
                    self._free.release()
                    await self._rest()
                elif self._health.on_trial:
                    await self._carry(rows)
                else:
                    calls.create_task(self._carry(rows), name=f"call to {self.name}")
                    await asyncio.sleep(0)  # a task cancelled before its first step would leave its rows to nobody

    async def _take(self) -> list[OutboxRow]:
        """Rows whose attempts have begun; when we are stopped in between, nobody carries them and that is noted."""
        limit = 1 if self._health.on_trial else max(1, self._provider.limits.batch)
        moment = self._steady.now()
        take = partial(self._ledger.do, dispatch.take, self.name, moment, limit)
        rows, stopped = await _to_the_end(when_there_is_room(take, self._clock))
        if stopped:
            await self._interrupted(rows)
            raise asyncio.CancelledError
        return rows

    async def _rest(self) -> None:
        """Until a timer rings, somebody wakes us, or it is time to look anyway."""
        timer_s = await self._ledger.do(dispatch.next_timer_s, self.name, self._steady.now())
        await self._clock.wait(self.wake, LOOK_EVERY_S if timer_s is None else min(timer_s, LOOK_EVERY_S))

    async def _clear_to_call(self) -> None:
        """At the next start the pace allows, with a cloud that is well, or whose pause is over and `check` good."""
        health = self._health
        while True:
            pause_s = health.quiet_until - self._clock.monotonic()
            if pause_s > 0:
                await self._clock.sleep(pause_s)
            elif health.must_be_asked:
                await self._probe()
            else:
                await self._in_step()
                if not health.must_be_asked and health.quiet_until <= self._clock.monotonic():
                    return  # a call still out may have brought bad news while we waited for our turn

    async def _probe(self) -> None:
        """`check` costs nothing: no attempt is written, and no fact becomes a question."""
        await self._in_step()
        (answer,) = await self._guarded(_alone(self._provider.check()), 1)
        moment = self._steady.now()
        longest_s = await self._longest_wait_s(moment)
        standing = self._health.checked(answer, longest_s=longest_s, now=self._clock.monotonic())
        await self._conclude(lambda db: clouds.change(db, self.name, *standing, moment))

    async def _in_step(self) -> None:
        """Waits for the next start that the cloud's calls per second allow."""
        await self._clock.sleep(self._pace.reserve(self._clock.monotonic()))

    async def _carry(self, rows: list[OutboxRow]) -> None:
        """One call, its answers noted; frees its place."""
        faults_before = self._health.faults
        try:
            given = await self._look(rows[0]) if rows[0].asks_before_sending else await self._send(rows)
        except asyncio.CancelledError:
            await self._interrupted(rows)
            raise
        else:
            _, stopped = await _to_the_end(self._note(rows, given, faults_before))
            if stopped:
                raise asyncio.CancelledError
        finally:
            self._free.release()
            self.wake.set()  # the customer's next fact may be free now

    async def _look(self, row: OutboxRow) -> Sequence[Answer] | None:
        if not self._rules.can_read_back:
            return None
        return await self._guarded(_alone(self._provider.read_back(row.body)), 1)

    async def _send(self, rows: list[OutboxRow]) -> Sequence[Answer] | None:
        verb = self._verbs.get(rows[0].call)
        if verb is None or rows[0].call not in self._provider.idempotency:
            return None
        call = verb

        async def send(row: OutboxRow) -> Answer:
            (answer,) = await self._guarded(call([row.body]), 1)
            return answer

        given = await self._guarded(call([row.body for row in rows]), len(rows))
        return await self._sign_ups.after(rows, given, send)

    async def _guarded(self, call: Awaitable[Sequence[Answer]], count: int) -> Sequence[Answer]:
        """One answer per fact whatever the adapter does: it keeps its own time-outs, this is the last one behind it."""
        timeout_s = (count + 1) * self._provider.limits.timeout_s + SLACK_S
        try:
            async with asyncio.timeout(timeout_s):
                given = await call
        except ProviderMisconfigured as error:
            return [Refused(f"{error} {error.hint}", stops_provider=True)] * count
        except TimeoutError:
            return [Unknown(f"the adapter gave no answer within {timeout_s:g} s")] * count
        except Exception as error:
            LOG.exception("the adapter of %s failed; the outcome is unknown", self.name)
            return [Unknown(f"the adapter failed: {type(error).__name__}")] * count
        if len(given) != count:
            return [Unknown(f"the adapter gave {len(given)} answers for {count} facts")] * count
        return given

    async def _note(self, rows: list[OutboxRow], given: Sequence[Answer] | None, faults_before: int) -> None:
        """Answers and what they say of the cloud, in one commit. None: the cloud has no such call."""
        moment = self._steady.now()
        if given is None:
            no_such_call = outcomes.ask_a_person if rows[0].asks_before_sending else outcomes.by_hand
            await self._conclude(lambda db: no_such_call(db, rows, moment))
            return
        longest_s = await self._longest_wait_s(moment)
        standing = self._health.answered(given, faults_before, longest_s=longest_s, now=self._clock.monotonic())
        answered = [
            Answered(row, answer, self._wait_ms(row, answer, longest_s))
            for row, answer in zip(rows, given, strict=True)
        ]
        sent = [(one.row.key, one.answer.remote_id) for one in answered if isinstance(one.answer, Done | AlreadyDone)]

        def note(db: Database) -> None:
            if rows[0].asks_before_sending:
                outcomes.looked(db, answered[0], moment)
            else:
                outcomes.settle(db, answered, moment, self._rules)
            clouds.change(db, self.name, *standing, moment)

        await self._conclude(note, sent)

    async def _interrupted(self, rows: list[OutboxRow]) -> None:
        """We are being stopped while the call is out."""
        sent = [row for row in rows if not row.asks_before_sending]
        if sent:
            moment = self._steady.now()
            await self._ledger.conclude(lambda db: outcomes.interrupted(db, sent, moment))

    async def _conclude(self, note: Callable[[Database], None], sent: Sequence[tuple[str, str]] = ()) -> None:
        """A full disk is waited out: what has happened at the cloud is not forgotten while this process lives."""
        await when_there_is_room(lambda: self._ledger.conclude(note, sent=sent), self._clock)

    def _wait_ms(self, row: OutboxRow, answer: Answer, longest_s: float) -> int:
        if isinstance(answer, Later) and answer.after_s is not None:
            return int(min(answer.after_s, LONGEST_RETRY_AFTER_S) * 1000)
        return int(full_jitter_s(row.faults + 1, longest_s, self._random) * 1000)

    async def _longest_wait_s(self, moment: Moment) -> float:
        deadline = await self._ledger.do(deadlines.nearest, self.name, moment.wall)
        left_s = (deadline - moment.wall).total_seconds() if deadline else None
        return longest_wait_s(left_s, trusted=moment.trusted)


async def _alone(call: Awaitable[Answer]) -> Sequence[Answer]:
    return [await call]


async def _to_the_end(work: Coroutine[Any, Any, T]) -> tuple[T, bool]:
    """(result, whether we were cancelled meanwhile): for what must not be left half done."""
    doing = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(doing), False
    except asyncio.CancelledError:
        return await doing, True
