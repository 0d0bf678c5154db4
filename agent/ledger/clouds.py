"""clouds: how each cloud stands with us (ok, away, stopped) and since when, with the alarm that belongs to it."""

from collections.abc import Collection

from sqlite_utils import Database

from agent.cloud_health import Standing
from agent.ledger import events, tasks
from agent.ledger.moment import Moment, iso
from agent.ledger.personal import scrubbed
from agent.ledger.schema import OPEN

ALARM = "provider_stopped"


def state(db: Database, name: str) -> Standing:
    row = db.execute("SELECT state FROM clouds WHERE name = ?", [name]).fetchone()
    return Standing(row[0]) if row else Standing.OK


def change(db: Database, name: str, now: Standing, why: str, moment: Moment) -> None:
    """Notes a change; the first word of a change counts, so that `since` tells how long it lasts."""
    before, why = state(db, name), scrubbed(why)
    if before is now:
        return
    db.execute(
        "INSERT INTO clouds VALUES (?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET state = excluded.state, why = excluded.why, since = excluded.since",
        [name, now.value, why, iso(moment.wall)],
    )
    if now is Standing.STOPPED:
        _alarm(db, name, why, moment)
    if before is Standing.STOPPED and now is Standing.OK:
        tasks.close_subject(db, ALARM, name, "it answers again", moment.wall)
        events.record(db, "provider_resumed", {"provider": name}, moment.wall)


def stop_strangers(db: Database, known: Collection[str], moment: Moment) -> None:
    """Awards wait for clouds that the settings no longer name: nobody will call those, so somebody is told."""
    waiting = db.execute(f"SELECT provider, count(*) FROM outbox WHERE state IN {OPEN} GROUP BY provider").fetchall()
    for name, count in waiting:
        if name not in known:
            why = f"the settings do not name it any more, and {count} awards wait for it"
            change(db, name, Standing.STOPPED, why, moment)


def _alarm(db: Database, name: str, why: str, moment: Moment) -> None:
    tasks.open(
        db,
        tasks.Role.CLOUD_OPS,
        ALARM,
        name,
        f"Nothing can be sent to {name}",
        "Mend this cloud's credentials or address; what waits is kept and goes out by itself afterwards.",
        moment.wall,
        what=why,
    )
    events.record(db, ALARM, {"provider": name, "why": why}, moment.wall)
