"""asking: takes a case that a person must decide, opens the task that asks; decides nothing itself."""

from agent.awards import Award
from agent.booking.desk import Case, Desk
from agent.ledger import events, receipts, tasks
from agent.ledger.answers import DUPLICATE_CHOICES, POSSIBLE_DUPLICATE, REPLACE, REPLACE_CHOICES
from agent.ledger.receipts import StoredReceipt
from agent.money import format_amount
from agent.receipt import Receipt

UNSEEN_REPRINT = "unseen_reprint"
DOUBTS = (POSSIBLE_DUPLICATE, UNSEEN_REPRINT)
"""Questions whether a receipt counts at all; they come before whose it is."""
CONFIRM_RETURN, CHECK_OUT = "confirm_return", "check_out"
CHECK_OUT_WITHIN_S = 3600.0


def ask_if_duplicate(desk: Desk, case: Case) -> int:
    """The task; its rows wait for the answer."""
    receipts.mark_duplicate(desk.db, case.id, case.verdict.of, "asked")
    return tasks.open(
        desk.db,
        tasks.Role.CASHIER,
        POSSIBLE_DUPLICATE,
        f"receipt/{case.id}",
        "Possible existing transaction",
        "'Add anyway' when it is a sale of its own, 'Remove' when it is the same one printed again.",
        desk.now.wall,
        what=f"{in_words(case.receipt)} looks like receipt {case.verdict.of}: {case.verdict.why}.",
        choices=DUPLICATE_CHOICES,
        decide_as="Remove",
        decide_after_s=desk.rules.store.duplicate_decision_minutes * 60,
        moment=desk.now,
    )


def ask_if_replaced(desk: Desk, case: Case) -> int:
    """The same sale printed longer: unless somebody says otherwise, the longer one counts and the first does not."""
    receipts.mark_duplicate(desk.db, case.id, case.verdict.of, "asked")
    return tasks.open(
        desk.db,
        tasks.Role.CASHIER,
        POSSIBLE_DUPLICATE,
        f"receipt/{case.id}",
        "The same sale with more on it?",
        "'Replace' when it is the first one continued, 'Add anyway' when it is a sale of its own, else 'Remove'.",
        desk.now.wall,
        what=f"{in_words(case.receipt)} looks like receipt {case.verdict.of}: {case.verdict.why}.",
        choices=REPLACE_CHOICES,
        decide_as=REPLACE,
        decide_after_s=desk.rules.store.duplicate_decision_minutes * 60,
        moment=desk.now,
    )


def ask_if_reprint_counts(desk: Desk, case: Case) -> int:
    """A copy whose original the box never saw, as when it was off: the sale is real, but somebody must say so."""
    return tasks.open(
        desk.db,
        tasks.Role.CASHIER,
        UNSEEN_REPRINT,
        f"receipt/{case.id}",
        "A copy was printed of a receipt that the box never saw",
        "'Award' when this sale has not been awarded yet, 'Do not award' when it has been, in another way.",
        desk.now.wall,
        what=f"{in_words(case.receipt)}, of {case.business_day}.",
        choices={"Award": "due", "Do not award": "cancelled"},
        decide_as="Do not award",
        decide_after_s=desk.rules.store.duplicate_decision_minutes * 60,
        moment=desk.now,
    )


def ask_to_look(desk: Desk, case: Case, why: str) -> None:
    """One open task per lane, whatever the number: a till that cannot be read must not bury the other tasks."""
    tasks.open(
        desk.db,
        tasks.Role.MANAGER,
        "held_receipts",
        f"lane/{case.captured.lane}",
        f"Receipts of {case.captured.lane} could not be proven and were not awarded",
        "Look at them: tillpost receipts --state held, then tillpost show NUMBER. Where the till has words of its own:"
        " tillpost teach NAME with three of their numbers. After that, or an update: tillpost replay.",
        desk.now.wall,
        what=f"The latest: {in_words(case.receipt)}: {why}.",
    )
    events.record(desk.db, "receipt_held", {"lane": case.captured.lane, "receipt": case.id}, desk.now.wall)


def ask_to_take_back(desk: Desk, case: Case, sale: StoredReceipt) -> int:
    """The task that the undoing of a voided sale's awards waits for."""
    return tasks.open(
        desk.db,
        tasks.Role.MANAGER,
        "void_after_award",
        f"receipt/{sale.id}",
        "A sale was voided after its points were sent",
        "'Take them back' when the goods stayed here, 'Leave them' when it was voided by mistake.",
        desk.now.wall,
        what=f"{in_words(sale.receipt)} was voided by {in_words(case.receipt)}.",
        choices={"Take them back": "due", "Leave them": "cancelled"},
    )


def ask_to_confirm(desk: Desk, case: Case, award: Award) -> int:
    """Nothing comes off a card or an account unless the cashier says so; one question a return, for all programmes."""
    return tasks.open(
        desk.db,
        tasks.Role.CASHIER,
        CONFIRM_RETURN,
        f"receipt/{case.id}",
        "Goods came back: take it off the customer's account?",
        "'Take off' when they were really returned, 'Leave on' when the customer keeps what was earned.",
        desk.now.wall,
        what=f"{in_words(case.receipt)}: {award.why}.",
        choices={"Take off": "due", "Leave on": "cancelled"},
        decide_as="Leave on",
        decide_after_s=desk.rules.store.return_decision_hours * 3600,
        moment=desk.now,
    )


def ask_to_check_out(desk: Desk, case: Case, award: Award) -> int:
    """The store wants to see each award before it goes; one question a receipt, for all such programmes."""
    return tasks.open(
        desk.db,
        tasks.Role.CASHIER,
        CHECK_OUT,
        f"receipt/{case.id}",
        "Ready to send?",
        "'Send' when customer and points are right, 'Do not send' when they are not.",
        desk.now.wall,
        what=f"{in_words(case.receipt)}: {award.why}.",
        choices={"Send": "due", "Do not send": "cancelled"},
        decide_as="Send",
        decide_after_s=CHECK_OUT_WITHIN_S,
        moment=desk.now,
    )


def in_words(receipt: Receipt) -> str:
    total = "" if receipt.total is None else f" over {format_amount(receipt.total, receipt.exponent)}"
    return f"{receipt.kind.value.replace('_', ' ')} {receipt.number or 'without a number'}{total}"
