"""redemptions: a reward from the cashier's tap to its end, one row each; calls no cloud (the outbox and the page do).

    asked ─▶ reserved ─▶ proven      the receipt showed the discount; 'redeemed' once its fact is delivered
      │         ├─▶ released         the cashier gave it back
      │         └─▶ unproven         no receipt showed it in time: given back by itself, and the manager sees it
      └─▶ refused                    the cloud would not, or nobody knows whether it did

`asked` is committed before the cloud is asked, so that a reward held there is never forgotten here.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlite_utils import Database

from agent.awards.discount import Expected, Shown
from agent.ledger import flags, outbox, tasks
from agent.ledger.flags import Flag
from agent.ledger.moment import Moment, iso, parse
from agent.ledger.personal import masked_customer
from agent.ledger.receipts import Captured
from agent.ledger.waiting_time import Wait
from agent.providers import Call, Idempotency, Reservation
from agent.providers.facts import redeem_body, release_body

GRACE_MS = 60_000
"""A receipt printed in the last second is read a moment later: nothing is given back before it can have been."""
GIVEN_BACK_WITHIN = timedelta(hours=12)
"""When an alarm is due for a reward that went back by itself and has not reached its cloud."""
OPEN = "('asked', 'reserved')"
OPEN_ONES = f"SELECT * FROM redemptions INDEXED BY redemptions_open WHERE state IN {OPEN}"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is wanted, before the cloud has answered. `frame`: what every fact of it has (see `release_body`).

    `redeem`, `release`: what a repeat of these calls does there. `in_award`: the spend travels inside the award.
    """

    key: str
    register: str
    provider: str
    programme: str
    reward: Mapping[str, Any]
    expected: Expected
    frame: Mapping[str, Any]
    customer_key: str
    redeem: Idempotency
    release: Idempotency
    minutes: float
    in_award: bool = False


@dataclass(frozen=True, slots=True)
class Redemption:
    id: int
    state: str
    asked: Asked
    reservation: Reservation | None
    wait: Wait


def ask(db: Database, asked: Asked, who: str, now: Moment) -> int:
    """The row's id; commit it before the cloud is asked."""
    row = {
        "key": asked.key,
        "register": asked.register,
        "provider": asked.provider,
        "programme": asked.programme,
        "reward": json.dumps(dict(asked.reward)),
        "expected": json.dumps(asdict(asked.expected), default=str),
        "frame": json.dumps(dict(asked.frame)),
        "customer_key": asked.customer_key,
        "in_award": int(asked.in_award),
        "redeem": asked.redeem.value,
        "release": asked.release.value,
        "state": "asked",
        "who": who,
        "at": iso(now.wall),
        "boot": now.boot,
        "ms": now.ms,
        "lasts_ms": int(asked.minutes * 60_000),
    }
    done = db.execute(
        f"INSERT INTO redemptions ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", list(row.values())
    )
    return int(done.lastrowid or 0)


def reserved(db: Database, redemption_id: int, reservation: Reservation, now: Moment) -> bool:
    """The cloud holds it. Its own limit counts when it is the shorter one. False when it is over here already."""
    limit = reservation.expires_in_s
    shorter = "lasts_ms" if limit is None else f"min(lasts_ms, {int(limit * 1000)})"
    done = db.execute(
        "UPDATE redemptions SET state = 'reserved', reservation = ?, boot = ?, ms = ?, at = ?,"
        f" lasts_ms = {shorter} WHERE id = ? AND state = 'asked'",
        [json.dumps(asdict(reservation)), now.boot, now.ms, iso(now.wall), redemption_id],
    )
    return done.rowcount == 1


def refused(db: Database, redemption_id: int, why: str, at: datetime, *, unsure: bool = False) -> None:
    """The cloud did not reserve it; `unsure`: it gave no answer, so a person must look there."""
    _end(db, redemption_id, "refused", why, at)
    if unsure:
        known = load(db, redemption_id)
        tasks.open(
            db,
            tasks.Role.MANAGER,
            "reservation_unknown",
            f"redemption/{redemption_id}",
            f"{known.asked.provider} may hold a reward that nobody got",
            "Look the customer up in the programme's own pages; give the reward back if it is gone, then close this.",
            at,
            what=f"{_name(known)}: {why}",
        )


def waiting_at(db: Database, registers: Sequence[str | None], captured: Captured) -> list[Redemption]:
    """Reserved for one of these registers when this receipt was captured, oldest first."""
    rows = db.query(f"{OPEN_ONES} AND state = 'reserved' ORDER BY id")
    return [
        one
        for one in map(_redemption, rows)
        if one.asked.register in registers
        and one.wait.covers(captured.at, captured.boot, captured.monotonic_ns // 10**6)
    ]


def open_at(db: Database, register: str) -> list[Redemption]:
    return [
        *map(
            _redemption,
            db.query(
                f"SELECT * FROM redemptions INDEXED BY redemptions_open WHERE state IN {OPEN} AND register = ?",
                [register],
            ),
        )
    ]


def prove(  # noqa: PLR0917 - what, by which paper, with what fact
    db: Database,
    one: Redemption,
    receipt_id: int,
    shown: Shown,
    fact: Mapping[str, Any],
    deadline: datetime,
    at: datetime,
) -> None:
    """The receipt shows the discount. `fact`: the body of a fact of that receipt. A spend that travels inside the award
    (`in_award`) makes no fact of its own."""
    row_id = None
    if not one.asked.in_award and one.reservation:
        body = redeem_body(one.reservation, {**fact, "base": 0}, key=f"{one.asked.key}~redeem")
        row_id = _enqueue(db, one, {**body, "shown": shown.amount}, Call.REDEEM, deadline, receipt_id)
    db.execute(
        "UPDATE redemptions SET state = 'proven', receipt_id = ?, shown = ?, outbox_id = ?, ended_at = ? WHERE id = ?",
        [receipt_id, shown.amount, row_id, iso(at), one.id],
    )
    if not shown.exact:
        detail = f"{_name(one)}: the receipt shows {shown.amount} minor units taken off, not what was promised"
        flags.raise_flag(db, Flag.OTHER_DISCOUNT, f"redemption/{one.id}", detail, receipt_id, _day(one), at)


def give_back(db: Database, redemption_id: int, why: str, at: datetime, deadline: datetime) -> bool:
    """The cashier cancels it: back to the customer. False when it is over already."""
    one = load(db, redemption_id)
    if one.state not in ("asked", "reserved"):
        return False
    _release(db, one, deadline)
    _end(db, redemption_id, "released", why, at)
    return True


def give_back_of(db: Database, receipt_id: int, deadline: datetime, *, held_by: int | None = None) -> int:
    """The sale that proved them was voided: what was redeemed goes back, when a person has said so if `held_by`."""
    rows = db.query("SELECT * FROM redemptions WHERE receipt_id = ? AND state = 'proven'", [receipt_id])
    back = [one for one in map(_redemption, rows) if not one.asked.in_award]
    for one in back:
        _release(db, one, deadline, held_by=held_by)
    return len(back)


def settle_overdue(db: Database, moment: Moment) -> int:
    """Gives back by itself what no receipt has proven in time, and tells the manager; how many."""
    late = Moment(moment.wall, moment.trusted, moment.boot, moment.ms - GRACE_MS)
    rows = db.query(f"{OPEN_ONES} ORDER BY id")
    over = [one for one in map(_redemption, rows) if one.wait.is_over(late)]
    for one in over:
        if one.state == "asked":
            refused(db, one.id, "the box stopped before the cloud's answer came", moment.wall, unsure=True)
        else:
            _unproven(db, one, moment)
    return len(over)


def redemptions_page(
    db: Database, register: str = "", only_open: str = "", limit: int | str = 50
) -> list[dict[str, Any]]:
    """Newest first, customers masked; a proven one is 'redeemed' once the cloud has it. `only_open`: any text."""
    rows = db.query(
        "SELECT d.*, o.state AS fact FROM redemptions d LEFT JOIN outbox o ON o.id = d.outbox_id"
        f" WHERE (? = '' OR d.register = ?) AND (? = '' OR d.state IN {OPEN}) ORDER BY d.id DESC LIMIT ?",
        [register, register, only_open, min(int(limit), 200)],
    )
    return [_shown(row) for row in rows]


def load(db: Database, redemption_id: int) -> Redemption:
    """Raises LookupError when there is no such one."""
    for row in db.query("SELECT * FROM redemptions WHERE id = ?", [redemption_id]):
        return _redemption(row)
    raise LookupError(f"there is no redemption {redemption_id}")


def _unproven(db: Database, one: Redemption, moment: Moment) -> None:
    _release(db, one, moment.wall + GIVEN_BACK_WITHIN)
    why = "no receipt of this register showed the discount in time"
    _end(db, one.id, "unproven", why, moment.wall)
    flags.raise_flag(db, Flag.NO_DISCOUNT, f"redemption/{one.id}", f"{_name(one)}: {why}", None, _day(one), moment.wall)
    tasks.open(
        db,
        tasks.Role.MANAGER,
        "redemption_unproven",
        f"redemption/{one.id}",
        "A reward was reserved, but no receipt shows that it was given",
        "It went back to the customer by itself; if the discount was given, redeem it in the programme's pages.",
        moment.wall,
        what=f"{_name(one)} at {one.asked.register}, by {_who(db, one.id)}.",
    )


def _release(db: Database, one: Redemption, deadline: datetime, *, held_by: int | None = None) -> None:
    if one.reservation is None:
        return
    body = release_body(one.reservation, key=f"{one.asked.key}~release", frame=one.asked.frame)
    _enqueue(db, one, body, Call.RELEASE, deadline, None, held_by)


def _enqueue(  # noqa: PLR0917
    db: Database,
    one: Redemption,
    body: Mapping[str, Any],
    call: Call,
    deadline: datetime,
    receipt_id: int | None,
    held_by: int | None = None,
) -> int | None:
    asked = one.asked
    return outbox.enqueue(
        db,
        body,
        receipt_id=receipt_id,
        provider=asked.provider,
        call=call,
        idempotency=asked.redeem if call is Call.REDEEM else asked.release,
        deadline=deadline,
        not_before=parse(str(body["captured_at"])),
        customer_key=asked.customer_key,
        held_by=held_by,
        role=outbox.REWARD,
    )


def _end(db: Database, redemption_id: int, state: str, why: str, at: datetime) -> None:
    db.execute(
        f"UPDATE redemptions SET state = ?, why = ?, ended_at = ? WHERE id = ? AND state IN {OPEN}",
        [state, why, iso(at), redemption_id],
    )


def _redemption(row: Mapping[str, Any]) -> Redemption:
    expected, reservation = json.loads(row["expected"]), json.loads(row["reservation"])
    percent = expected["percent"]
    asked = Asked(
        key=row["key"],
        register=row["register"],
        provider=row["provider"],
        programme=row["programme"],
        reward=json.loads(row["reward"]),
        expected=Expected(
            expected["value"],
            None if percent is None else Decimal(percent),
            expected["item"],
            tuple(expected["shows"]),
        ),
        frame=json.loads(row["frame"]),
        customer_key=row["customer_key"],
        redeem=Idempotency(row["redeem"]),
        release=Idempotency(row["release"]),
        minutes=row["lasts_ms"] / 60_000,
        in_award=bool(row["in_award"]),
    )
    wait = Wait(parse(row["at"]), row["boot"], row["ms"], row["lasts_ms"])
    return Redemption(row["id"], row["state"], asked, Reservation(**reservation) if reservation else None, wait)


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    plain = ("id", "register", "programme", "provider", "why", "who", "at", "receipt_id", "shown", "ended_at")
    frame = json.loads(row["frame"])
    return {
        **{name: row[name] for name in plain},
        "state": "redeemed" if row["state"] == "proven" and row["fact"] in (None, "delivered") else row["state"],
        "reward": json.loads(row["reward"]),
        "person": masked_customer(frame.get("customer", {})),
        "lasts_s": row["lasts_ms"] / 1000,
    }


def _name(one: Redemption) -> str:
    return f"'{one.asked.reward.get('name') or one.asked.reward.get('code')}' ({one.asked.programme})"


def _who(db: Database, redemption_id: int) -> str:
    return str(db.execute("SELECT who FROM redemptions WHERE id = ?", [redemption_id]).fetchone()[0])


def _day(one: Redemption) -> date:
    return date.fromisoformat(str(one.asked.frame["business_day"]))
