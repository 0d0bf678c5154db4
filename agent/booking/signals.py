"""signals: takes a receipt that was booked, flags what a manager may want to see; blocks nothing, accuses nobody."""

from datetime import date

from agent.booking.desk import Case, Desk
from agent.customer import phone_number
from agent.ledger import flags
from agent.ledger.flags import Flag
from agent.receipt import Kind, State


def look(desk: Desk, case: Case) -> None:
    """After its awards were decided."""
    if not case.who or case.receipt.state is not State.ACCEPTED or case.receipt.kind is not Kind.SALE:
        return
    staff = {phone_number(phone, desk.rules.store.country) for phone in desk.rules.store.staff_phones}
    if case.who.customer.get("phone") in staff - {""}:
        _flag(desk, case, Flag.STAFF_PHONE, f"receipt/{case.id}", "the customer is on the staff list")
    if not case.receipt.items:
        _flag(desk, case, Flag.NO_ITEMS, f"receipt/{case.id}", "an award for a receipt without article lines")
    number = _receipts_today(desk, case.who.key, case.business_day)
    if number > desk.rules.store.many_receipts_a_day:
        mark = desk.rules.mark_of(case.who.key)
        detail = f"{number} receipts of one day for one customer"
        _flag(desk, case, Flag.MANY_RECEIPTS, f"{case.business_day}/{mark}", detail)


def _receipts_today(desk: Desk, key: str, day: date) -> int:
    query = (
        "SELECT count(DISTINCT receipt_id) FROM outbox WHERE business_day = ? AND customer_key = ? AND role = ''"
        " AND call = 'award'"
    )
    return int(desk.db.execute(query, [day.isoformat(), key]).fetchone()[0])


def _flag(desk: Desk, case: Case, kind: Flag, subject: str, detail: str) -> None:
    flags.raise_flag(desk.db, kind, subject, detail, case.id, case.business_day, desk.now.wall)
