"""reconciling: holds the last days beside themselves every minute, keeps what was found, opens and closes its tasks.

What is found is computed anew each time from the receipts alone, so a number that prints later, a receipt that is
proven or booked from an export, or a till that prints again takes its task away by itself.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any

from sqlite_utils import Database

from agent.business_day import day_of, is_open
from agent.clock import Clock, Quality
from agent.errors import StorageFull
from agent.ledger import tasks
from agent.ledger.attachments import NOBODY_HERE
from agent.ledger.moment import iso, parse
from agent.ledger.owner import Ledger
from agent.receipt import Kind, Report, State
from agent.reconciliation import QUIET, Finding, Slip, missing_numbers, quiet_lanes, unattached, z_reports
from agent.settings import Reconciliation, Store

LOG = logging.getLogger(__name__)

LOOK_EVERY_S = 60.0
DAYS_BACK = 2
"""Business days before today that are still held beside themselves; what is older stays as it was found."""
HISTORY = timedelta(days=29)
"""Four weeks, and the hours before the same time of the first day."""
LOOKED_AT = {"looked at": ""}
"""The one choice of these tasks: a person has seen it; it is not asked again unless more is found."""


class Reconciler:
    """`lanes`: those of the settings; a lane that was taken away is not missed."""

    def __init__(
        self, ledger: Ledger, clock: Clock, store: Store, settings: Reconciliation, lanes: Sequence[str]
    ) -> None:
        self._ledger, self._clock, self._store, self._settings = ledger, clock, store, settings
        self._lanes, self._began = tuple(lanes), clock.monotonic()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self._look()
            except StorageFull as error:  # no reason to stop what earns: it is looked again
                LOG.error("the day was not held beside itself: %s", error)  # noqa: TRY400 - its words say it all
            await self._clock.sleep(LOOK_EVERY_S)

    async def _look(self) -> None:
        """The ledger's thread only reads and writes; what takes time is done beside it."""
        trusted, now = self._clock.quality() is Quality.NTP, self._clock.wall()
        up = self._clock.monotonic() - self._began if trusted else 0.0
        day = await self._ledger.do(_gathered, self._store, self._settings, self._lanes, now, trusted=trusted)
        found = await asyncio.to_thread(_found, day, self._store, self._settings, now, up)
        await self._ledger.do(_keep, found, day, now)


def reconcile(  # noqa: PLR0917 - what it looks at
    db: Database,
    store: Store,
    settings: Reconciliation,
    lanes: Sequence[str],
    now: datetime,
    up_s: float,
    *,
    trusted: bool = True,
) -> list[Finding]:
    """What does not fit (and what was shown to), kept and asked about; `up_s`: how long the box has listened.

    Without a clock that can be trusted today is the day of the latest receipt, and silences mean nothing.
    """
    day = _gathered(db, store, settings, lanes, now, trusted=trusted)
    found = _found(day, store, settings, now, up_s)
    _keep(db, found, day, now)
    return found


@dataclass(frozen=True, slots=True)
class _Gathered:
    """What the ledger says of the last days: its rows as they are, the prints of silent lanes, silences known."""

    today: date
    judged: bool
    """Silences can be judged now: the shop is open, and the clock can be trusted."""
    rows: Sequence[Mapping[str, Any]]
    prints: Mapping[str, Sequence[datetime]]
    known_silences: frozenset[tuple[str, str]]

    @property
    def since(self) -> date:
        return self.today - timedelta(days=DAYS_BACK)


def _gathered(
    db: Database, store: Store, settings: Reconciliation, lanes: Sequence[str], now: datetime, *, trusted: bool
) -> _Gathered:
    today = day_of(None, now, store) if trusted else _latest_day(db)
    rows = _rows(db, today - timedelta(days=DAYS_BACK + 1))
    judged = trusted and (not settings.quiet_minutes or is_open(now, store))
    prints = _prints(db, store, settings, lanes, now) if judged and settings.quiet_minutes else {}
    known = db.execute("SELECT day, subject FROM findings WHERE kind = ? AND until = ''", [QUIET]).fetchall()
    return _Gathered(today, judged, rows, prints, frozenset(known))


def _found(day: _Gathered, store: Store, settings: Reconciliation, now: datetime, up_s: float) -> list[Finding]:
    slips = [_slip(row, store.zone) for row in day.rows]
    found = [
        *missing_numbers(slips, now, timedelta(minutes=settings.gap_minutes)),
        *z_reports(slips, settings.z_tolerance),
        *unattached(slips, store.zone, settings.shifts, nag=settings.require_customer),
    ]
    return [*(one for one in found if one.day >= day.since), *_quiet(day, store, settings, now, up_s)]


def _latest_day(db: Database) -> date:
    day = db.execute("SELECT max(business_day) FROM receipts").fetchone()[0]
    return date.fromisoformat(day) if day else date(2000, 1, 1)


def of_day(db: Database, day: str) -> list[dict[str, Any]]:
    """What was found about a day, as sentences: those that do not fit first."""
    rows = db.query(
        "SELECT kind, subject, good, words, since, until FROM findings WHERE day = ? ORDER BY good, kind, subject",
        [day],
    )
    return list(rows)


def forget(db: Database, day: date, _: datetime, window_days: int) -> None:
    """What was found longer ago than receipts are kept for returns."""
    db.execute("DELETE FROM findings WHERE day < ?", [(day - timedelta(days=window_days)).isoformat()])


def save_report(db: Database, receipt_id: int, report: Report | None) -> None:
    """The figures of an X- or Z-report that was just booked."""
    if report is not None:
        db.execute(
            "INSERT OR REPLACE INTO report_figures VALUES (?, ?, ?, ?, ?, ?)",
            [receipt_id, report.gross, report.net, report.tax, report.total, report.transactions],
        )


def open_receipts(db: Database, day: str, limit: int | str = 200) -> list[dict[str, Any]]:
    """Proven receipts of a day that name no customer and wait for one, oldest first."""
    rows = db.query(
        f"SELECT r.id, r.lane, r.register, r.cashier, r.number, r.kind, r.total, r.exponent, r.captured_at"
        f" FROM receipts r WHERE r.business_day = ? AND {OPEN_FOR_A_CUSTOMER} ORDER BY r.id LIMIT ?",
        [day, min(int(limit), 500)],
    )
    return list(rows)


OPEN_FOR_A_CUSTOMER = (
    "r.state = 'accepted' AND r.kind IN ('sale', 'buy', 'return', 'exchange') AND r.duplicate IN ('', 'added')"
    " AND NOT r.identified AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.receipt_id = r.id)"
    f" AND NOT EXISTS (SELECT 1 FROM attachments a WHERE a.receipt_id = r.id AND a.how = '{NOBODY_HERE}')"
)


def _rows(db: Database, since: date) -> list[dict[str, Any]]:
    rows = db.query(
        f"SELECT {COLUMNS}, ({OPEN_FOR_A_CUSTOMER}) AS is_open, f.receipt_id AS has_report, f.gross, f.net,"
        " f.tax AS r_tax, f.total AS r_total, f.transactions FROM receipts r"
        " LEFT JOIN report_figures f ON f.receipt_id = r.id"
        " WHERE r.business_day >= ? ORDER BY r.id",
        [since.isoformat()],
    )
    return list(rows)


def _slip(row: Mapping[str, Any], zone: tzinfo) -> Slip:
    report = Report(row["gross"], row["net"], row["r_tax"], row["r_total"], row["transactions"])
    return Slip(
        **{name: row[name] for name in PLAIN},
        kind=Kind(row["kind"]),
        state=State(row["state"]),
        at=parse(row["captured_at"]),
        when=_when(row, zone),
        day=date.fromisoformat(row["business_day"]),
        counts=row["duplicate"] in ("", "added", "asked"),
        open=bool(row["is_open"]),
        report=report if row["has_report"] else None,
    )


def _when(row: Mapping[str, Any], zone: tzinfo) -> datetime:
    """Midnight sharp is a till that prints no time."""
    printed = datetime.fromisoformat(row["printed_at"]) if row["printed_at"] else None
    if printed and printed.time() != time.min:
        return printed
    return parse(row["captured_at"]).astimezone(zone).replace(tzinfo=None)


NEEDED = ("kind", "state", "captured_at", "business_day", "duplicate", "printed_at")
PLAIN = ("id", "lane", "register", "cashier", "number", "subtotal", "discount", "tax", "total", "exponent")
COLUMNS = ", ".join(f"r.{name}" for name in (*PLAIN, *NEEDED))
"""Not the whole row: items, proof and customer are large and none of its business."""


def _prints(
    db: Database, store: Store, settings: Reconciliation, lanes: Sequence[str], now: datetime
) -> dict[str, list[datetime]]:
    """When the lanes that are silent now have printed in the last weeks; most of the time there are none."""
    since, silence = day_of(None, now - HISTORY, store).isoformat(), timedelta(minutes=settings.quiet_minutes)
    query = "SELECT lane, max(captured_at) FROM receipts WHERE business_day >= ? GROUP BY lane"
    latest = db.execute(query, [since]).fetchall()
    silent = [lane for lane, last in latest if lane in lanes and now - parse(last) >= silence]
    query = "SELECT captured_at FROM receipts WHERE lane = ? AND business_day >= ?"
    return {lane: [parse(at) for (at,) in db.execute(query, [lane, since]).fetchall()] for lane in silent}


def _quiet(day: _Gathered, store: Store, settings: Reconciliation, now: datetime, up_s: float) -> list[Finding]:
    """New ones only when the box itself has listened for as long; those known before a restart go on."""
    silence = timedelta(minutes=settings.quiet_minutes)
    found = quiet_lanes(
        day.prints, now, silence, lambda at: day_of(None, at, store), lambda at: f"{at.astimezone(store.zone):%H:%M}"
    )
    if up_s >= silence.total_seconds():
        return found
    return [one for one in found if (one.day.isoformat(), one.subject) in day.known_silences]


def _keep(db: Database, found: Sequence[Finding], day: _Gathered, now: datetime) -> None:
    """Writes only what changed: an idle till must not wear the card. A silence that could not be judged stands."""
    query = "SELECT day, kind, subject, good, words FROM findings WHERE (day >= ? OR kind = ?) AND until = ''"
    standing = {row[:3]: (bool(row[3]), row[4]) for row in db.execute(query, [day.since.isoformat(), QUIET]).fetchall()}
    seen = {(finding.day.isoformat(), finding.kind, finding.subject): finding for finding in found}
    for key in standing.keys() - seen.keys():
        if day.judged or key[1] != QUIET:
            _is_over(db, key, now)
    for key, finding in seen.items():
        if standing.get(key) != (finding.good, finding.words):
            _is_so(db, key, finding, now)


Key = tuple[str, str, str]


def _is_over(db: Database, key: Key, now: datetime) -> None:
    db.execute("UPDATE findings SET until = ? WHERE day = ? AND kind = ? AND subject = ?", [iso(now), *key])
    _close(db, key, now)


def _is_so(db: Database, key: Key, finding: Finding, now: datetime) -> None:
    db.execute(
        "INSERT INTO findings (day, kind, subject, good, words, since) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET good = excluded.good, words = excluded.words, until = ''",
        [*key, int(finding.good), finding.words, iso(now)],
    )
    if finding.good:
        _close(db, key, now)
        return
    words = finding.words[:1].upper() + finding.words[1:] + "."
    tasks.open(
        db,
        finding.role,
        finding.kind,
        f"{finding.day.isoformat()}/{finding.subject}",
        finding.title,
        finding.fix,
        now,
        what=words,
        choices=LOOKED_AT,
    )


def _close(db: Database, key: Key, now: datetime) -> None:
    day, kind, subject = key
    tasks.close_subject(db, kind, f"{day}/{subject}", "it came right by itself", now)
