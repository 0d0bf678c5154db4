"""daemon: builds the agent's parts and runs them in one TaskGroup; the only file that knows all the others."""

import asyncio
import json
import logging
import signal
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from random import SystemRandom
from typing import Any

from agent.acts import Parts
from agent.booking import Rules
from agent.clock import Clock, Quality
from agent.closing_slips import ClosingSlips
from agent.courier import Courier
from agent.doorbell import Doorbell
from agent.errors import StorageFull
from agent.fleet.inventory import birth_of
from agent.fleet.messages import Alert, Severity, Who
from agent.fleet.pace import Pace
from agent.fleet.uplink import Uplink
from agent.format_watch import FormatWatch
from agent.front_desk import FrontDesk
from agent.intake import Intake
from agent.journal import retention as journal_retention
from agent.journal.reader import JournalReader
from agent.ledger import Ledger, catalogue, cursor, rebuild, reconciling, tasks
from agent.ledger import retention as ledger_retention
from agent.ledger.nightly import Nightly
from agent.ledger.personal import device_key
from agent.ledger.questions import health_numbers, open_tasks
from agent.ledger.reconciling import Reconciler
from agent.pictures.glyphs import Glyphs
from agent.pictures.learner import Learner
from agent.places import Places
from agent.poison import PoisonNote
from agent.providers import Provider
from agent.providers.registry import connect
from agent.reading import context_of
from agent.sale_slips import SaleSlips
from agent.settings import Settings
from agent.till.local import LocalServer, local_app
from agent.till.server import PageServer
from agent.watchdog import Probe, Watchdog

LOG = logging.getLogger(__name__)

SWEEP_JOURNAL_EVERY_S = 3600.0
HANDS = {"cashier": Who.CASHIER, "manager": Who.CASHIER, "technician": Who.TECH, "cloud ops": Who.CLOUD}
"""The fleet knows three pairs of hands; the manager stands in the same store as the cashier."""


async def run_agent(settings: Settings, clock: Clock, settings_file: Path | None = None) -> None:
    """Until SIGTERM or SIGINT, or until a part fails: then the whole stops, and the service manager starts it anew."""
    settings.device.run.mkdir(mode=0o700, parents=True, exist_ok=True)  # the sockets in it answer whoever may open them
    async with AsyncExitStack() as stack:
        ledger = Ledger.open(Places(settings).ledger, clock, settings.device.ballast_mb)
        stack.push_async_callback(ledger.close)
        providers = {name: connect(name, cloud, clock) for name, cloud in settings.providers.items()}
        for provider in providers.values():
            stack.push_async_callback(provider.close)
        await Agent(settings, clock, ledger, providers, settings_file).run()


class Agent:
    """The parts, joined."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        ledger: Ledger,
        providers: Mapping[str, Provider],
        settings_file: Path | None = None,
    ) -> None:
        self._settings, self._clock, self._ledger = settings, clock, ledger
        self._places = Places(settings)
        self._queued = asyncio.Event()
        self._doorbell = Doorbell(self._places.wake)
        self._journal = JournalReader(self._places.journal)
        rules = Rules(
            settings.device.id,
            settings.store,
            settings.programmes,
            {name: provider.idempotency for name, provider in providers.items()},
            settings.catalogue,
            {name: provider.traits for name, provider in providers.items()},
            device_key(ledger.path.with_name("personal.key")),
        )
        glyphs = Glyphs(self._places.glyphs)
        self._lanes = {lane.name: lane for lane in settings.tap_lanes()}
        self._intake = Intake(
            ledger,
            self._journal,
            self._lanes,
            context_of(settings.store),
            rules,
            clock,
            self._doorbell.rung,
            self._queued,
            PoisonNote(self._places.poison),
            glyphs.dictionary,
        )
        self._learner = Learner(
            ledger,
            self._journal,
            self._lanes,
            context_of(settings.store),
            rules,
            clock,
            self._intake.pictured,
            self._queued,
            glyphs,
            PoisonNote(self._places.learning),
        )
        self._people = FrontDesk(providers, clock, timedelta(minutes=settings.page.checked_in_minutes))
        self._for_acts = Parts(
            ledger=ledger,
            clock=clock,
            settings=settings,
            rules=rules,
            providers=providers,
            queued=self._queued,
            people=self._people,
            read_again=self._intake.read_again,
            settings_file=settings_file,
        )
        self._courier = Courier(
            ledger, providers, clock, settings.store, self._queued, SystemRandom(), settings.programmes
        )

    async def run(self) -> None:
        await self._ledger.do(rebuild.reread_until, self._journal.end())
        try:
            async with asyncio.TaskGroup() as group:
                stop = group.create_task(_until_told_to_stop(), name="stop")
                parts = [group.create_task(part(), name=name) for name, part in self._parts().items()]
                stop.add_done_callback(lambda _: [part.cancel() for part in parts])
        finally:
            self._journal.close()

    def _parts(self) -> Mapping[str, Callable[[], Coroutine[Any, Any, None]]]:
        settings = self._settings
        uplink = Uplink(
            settings.fleet,
            settings.device.id,
            self._ledger,
            self._clock,
            self._numbers,
            SystemRandom(),
            birth=birth_of(settings),
            alerts=self._alerts,
            pace=Pace(first_connect_s=settings.fleet.first_connect_s),
        )
        server = LocalServer(local_app(self._for_acts), str(self._places.agent))
        probes: Mapping[str, Probe] = {
            "ledger": self._ledger_answers,
            "intake": self._intake.makes_progress,
            "courier": self._courier.makes_progress,
        }
        slips = ClosingSlips(self._ledger, self._clock, settings.store, settings.tap_lanes(), self._places.tap)
        reconciler = Reconciler(
            self._ledger, self._clock, settings.store, settings.reconciliation, list(settings.lanes)
        )
        nightly = Nightly(
            self._ledger,
            self._clock,
            settings.store.zone,
            settings.store.returns_window_days,
            [
                partial(catalogue.night, settings=settings.catalogue),
                partial(reconciling.forget, window_days=settings.store.returns_window_days),
            ],
        )
        return {
            "doorbell": self._doorbell.run,
            "intake": self._intake.run,
            "courier": self._courier.run,
            "pictures": self._learner.run,
            "uplink": uplink.run,
            "local answers": server.run_until_cancelled,
            "front desk": self._people.run,
            "pages": PageServer(self._for_acts, self._places.page_key).run,
            "nights": nightly.run,
            "reconciliation": reconciler.run,
            "closing slips": slips.run,
            "sale slips": SaleSlips(self._ledger, self._for_acts.rules, self._clock, settings.tap_lanes()).run,
            "formats": FormatWatch(self._ledger, self._clock, self._lanes, context_of(settings.store)).run,
            "journal's age": self.keep_journal_small,
            "ledger's soundness": self._ledger.until_failed,
            "watchdog": Watchdog(self._clock, probes).run,
        }

    async def _ledger_answers(self) -> bool:
        await self._ledger.do(cursor.get)
        return True

    async def _numbers(self) -> Mapping[str, float]:
        """The health report: what the ledger counts, what its owner measures, what the tap says."""
        counted = await self._ledger.do(health_numbers, self._clock.wall())
        return {
            **counted,
            **self._ledger.numbers(),
            "ntp": float(self._clock.quality() is Quality.NTP),
            **_tap_numbers(self._places.tap),
        }

    async def _alerts(self) -> Sequence[Alert]:
        """Open tasks, without their particulars: those may name a customer, and the fleet must not know any."""
        rows = await self._ledger.do(open_tasks)
        return [
            Alert(
                id=f"{row['kind']}-{row['id']}",
                severity=Severity.WARN,
                since=datetime.fromisoformat(row["opened_at"]),
                title=row["title"],
                fix=row["fix"],
                who=HANDS.get(row["role"], Who.CLOUD),
            )
            for row in rows
        ]

    async def keep_journal_small(self) -> None:
        """Segments go when every award in them is final and old; over the cap nothing more goes, somebody is told."""
        cap = self._settings.device.journal_cap_mb << 20
        while True:
            needed = await self._ledger.do(ledger_retention.journal_needed_from, self._clock.wall())
            before = needed or self._intake.read_up_to
            if before is not None:
                trusted = self._clock.quality() is Quality.NTP
                gone = journal_retention.expendable(
                    self._places.journal, before, now=self._clock.wall(), trusted=trusted
                )
                await asyncio.to_thread(journal_retention.delete, gone)
            usage = await asyncio.to_thread(journal_retention.usage, self._places.journal, cap)
            if usage.over_cap:
                await self._say_journal_is_large(usage.bytes >> 20)
            await self._clock.sleep(SWEEP_JOURNAL_EVERY_S)

    async def _say_journal_is_large(self, size_mb: int) -> None:
        try:
            await self._ledger.do(_open_journal_task, size_mb, self._clock.wall())
        except StorageFull as error:  # not waited out: the next sweep may make the room
            LOG.error("the journal has grown to %d MB; %s", size_mb, error)  # noqa: TRY400 - its words say it all


def _open_journal_task(db: Any, size_mb: int, at: datetime) -> None:
    tasks.open(
        db,
        tasks.Role.CLOUD_OPS,
        "journal_large",
        "journal",
        f"The journal has grown to {size_mb} MB",
        "See which awards are not final yet (tillpost queue); nothing unread is deleted. Raise device.journal_cap_mb.",
        at,
    )


def _tap_numbers(status: Path) -> Mapping[str, float]:
    """What the tap last said of itself; nothing when it said nothing."""
    try:
        said = json.loads(status.read_text())
        lanes = list(said["lanes"].values())
        return {
            "tap_ok": float(Path(f"/proc/{said['pid']}").exists()),
            "printer_ok": float(all(lane["printer_ok"] is not False for lane in lanes)),
            "print_jobs_total": float(sum(lane["hold"]["cuts"] for lane in lanes)),
            "print_refused_total": float(sum(lane["refused"] for lane in lanes)),
            "print_hold_max_ms": float(max((lane["hold"]["longest_ms"] for lane in lanes), default=0)),
            "rx_bytes_total": float(sum(lane["bytes_to_printer"] for lane in lanes)),
            "tap_gaps_total": float(sum(lane["gaps"] for lane in lanes)),
        }
    except (OSError, ValueError, KeyError):
        return {"tap_ok": 0.0}


async def _until_told_to_stop() -> None:
    told, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    await told.wait()
    LOG.info("told to stop: what is under way is finished first")
