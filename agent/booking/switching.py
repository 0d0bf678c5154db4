"""switching: takes receipts of earlier through a new programme, page by page; dry unless told, counts none twice.

For a store that changes its loyalty cloud, or begins another programme and lets it count from a day on.
"""

from datetime import date
from typing import Any

from sqlite_utils import Database

from agent import awards
from agent.awards import Award, Cause, GivenAward
from agent.booking.awarding import Decided, award, decided
from agent.booking.desk import Case, Desk, Rules, reopened, whose
from agent.booking.taking_in import sale_named_by
from agent.errors import TillpostError
from agent.ledger import audit, outbox, receipts
from agent.ledger.moment import Moment
from agent.ledger.undoing import live
from agent.receipt import EARNING, Kind

PAGE = 50
WANTED = (
    "business_day >= ? AND state = 'accepted' AND duplicate IN ('', 'added')"
    f" AND kind IN ({', '.join(repr(kind.value) for kind in sorted(EARNING))})"
)


def replay_page(  # noqa: PLR0917 - the order of a sentence
    db: Database, rules: Rules, to: str, since: date, after: int, who: str, now: Moment, *, really: bool
) -> dict[str, Any]:
    """The next receipts behind number `after` through programme `to`: `lines` (receipt, number, day, points, why),
    `next` = where to go on (0: that was all), `total` receipts there are in all.

    Raises TillpostError for no such programme.
    """
    if to not in rules.programmes:
        raise TillpostError(
            f"there is no programme {to!r}", hint=f"The settings name: {', '.join(rules.programmes) or 'none'}."
        )
    desk, day = Desk(db, rules, now), since.isoformat()
    numbers = [
        number
        for (number,) in db.execute(
            f"SELECT id FROM receipts WHERE {WANTED} AND id > ? ORDER BY id LIMIT ?", [day, after, PAGE]
        ).fetchall()
    ]
    lines = [_line(desk, number, to, really=really) for number in numbers]
    if really and any(line["points"] for line in lines):
        audit.note(db, who, "replayed", f"programme/{to}", f"receipts {numbers[0]} to {numbers[-1]}", now.wall)
    total = db.execute(f"SELECT count(*) FROM receipts WHERE {WANTED}", [day]).fetchone()[0]
    return {"lines": lines, "next": numbers[-1] if len(numbers) == PAGE else 0, "total": total}


def _line(desk: Desk, number: int, to: str, *, really: bool) -> dict[str, Any]:
    stored = receipts.load(desk.db, number)
    line = {"receipt": number, "number": stored.receipt.number, "day": stored.business_day.isoformat(), "points": 0}
    if live(desk.db, number, to):
        return {**line, "why": "counted already", "cause": Cause.ALREADY_COUNTED.value}
    sale = sale_named_by(desk, number, stored.receipt, stored.business_day)
    case = reopened(desk, stored, whose(desk, number, stored.receipt), sale)
    if not case.who and sale and stored.receipt.kind is Kind.RETURN:
        case = reopened(desk, stored, whose(desk, sale.id, sale.receipt), sale)
    found = _as_if_the_sale_had_counted(desk, case, to)
    if not isinstance(found.decision, Award):
        return {**line, "why": found.decision.why, "cause": found.decision.cause.value}
    if not found.person:
        gone = stored.purged_at is not None
        why = "the customer's identity is no longer kept" if gone else awards.NO_CUSTOMER.why
        return {**line, "why": why, "cause": Cause.NO_CUSTOMER.value}
    if really:
        award(desk, case, to, anew=True)
    return {**line, "points": found.decision.points, "why": found.decision.why, "cause": ""}


def _as_if_the_sale_had_counted(desk: Desk, case: Case, to: str) -> Decided:
    """When it is only looked at, the sale of a return has not been given anything yet, but would be by then."""
    sale = case.sale
    if sale is None or outbox.given(desk.db, sale.id, to) is not None:
        return decided(desk, case, to)
    would = decided(desk, reopened(desk, sale, case.who, None), to).decision
    if not isinstance(would, Award):
        return decided(desk, case, to)
    given = GivenAward(would.points, would.base, would.rate, 0, would.worth, sale.business_day, would.only)
    return decided(desk, case, to, given)
