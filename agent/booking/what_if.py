"""what_if: takes a receipt, tells what every programme would give and why, or why not; sends and stores nothing."""

from typing import Any

from sqlite_utils import Database

from agent.awards import NO_CUSTOMER, Award, NoAward
from agent.booking.awarding import decided
from agent.booking.desk import Desk, Rules, reopened, whose
from agent.booking.taking_in import sale_named_by
from agent.ledger import receipts
from agent.ledger.moment import Moment
from agent.ledger.undoing import live


def what_if(db: Database, rules: Rules, receipt_id: int, now: Moment) -> list[dict[str, Any]]:
    """One line a programme: `points` it would give by today's settings and by the receipt's own day, `why` in words,
    `cause` ('' or why nothing), `counted` what stands of this receipt already.

    As if somebody were named; `needs_customer` says that nobody is yet.
    """
    desk, stored = Desk(db, rules, now), receipts.load(db, receipt_id)
    sale = sale_named_by(desk, receipt_id, stored.receipt, stored.business_day)
    case = reopened(desk, stored, whose(desk, receipt_id, stored.receipt), sale)
    lines = []
    for name, programme in rules.programmes.items():
        found = decided(desk, case, name)
        given = found.decision if isinstance(found.decision, Award) else None
        lines.append(
            {
                "programme": name,
                "provider": programme.provider,
                "points": given.points if given else 0,
                "base": given.base if given else 0,
                "why": found.decision.why,
                "cause": found.decision.cause.value if isinstance(found.decision, NoAward) else "",
                "needs_customer": NO_CUSTOMER.why if given and not found.person else "",
                "counted": sum(row.body["points"] for row in live(db, receipt_id, name)),
            }
        )
    return lines
