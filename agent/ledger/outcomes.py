"""outcomes: takes a cloud's answer to one fact, moves that fact's row; sends nothing and draws no random number.

Every arrow of the outbox that an answer can cause is here. `wait_ms` is what the courier's back-off gives this row.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from agent.ledger import answers, counters, events, hand_over, outbox, receipts, tasks
from agent.ledger.moment import Moment, iso
from agent.ledger.outbox import OutboxRow
from agent.ledger.personal import scrubbed
from agent.providers import (
    AlreadyDone,
    Ambiguous,
    Answer,
    Code,
    Done,
    Idempotency,
    Later,
    NoMember,
    NotFound,
    Refused,
    Unknown,
)

PARKED_RETRY_MS = 10 * 60 * 1000
"""How often a cloud is asked whether somebody has signed up meanwhile."""
SETTLE_MS = 30_000
"""A call that timed out may still be working at the cloud: looking earlier could see 'not there' and send it twice."""
UNDATED_SIGN_UP_HOURS = 24.0
"""For awards whose own day's end is not known."""
SIGN_UP = "sign_up"
"""Kind of the task about an award that found nobody; subject 'outbox/<id>'."""
REFUSED_CHOICES = {"send again": "due", "drop": "refused"}


@dataclass(frozen=True, slots=True)
class Rules:
    """The store's and the cloud's part in an outcome. `late_signup_hours` 0: until the award's deadline."""

    late_signup_hours: float = 0
    can_read_back: bool = False
    sign_up_asked: frozenset[str] = frozenset()
    """Programmes in which somebody is asked to sign up whoever has no account yet."""


@dataclass(frozen=True, slots=True)
class Answered:
    """One row's answer; `wait_ms` from now until it may be tried again, should it be."""

    row: OutboxRow
    answer: Answer
    wait_ms: int


def settle(db: Database, answered: list[Answered], moment: Moment, rules: Rules) -> None:
    """The results of one call, in one commit."""
    for one in answered:
        _end_attempt(db, one.row, one.answer, moment)
        _settle_one(db, one, moment, rules)


def by_hand(db: Database, rows: list[OutboxRow], moment: Moment) -> None:
    """The cloud has no such call: a person does it there, and the tick here is the delivery."""
    for row in rows:
        answer = Refused(f"{row.provider} has no call for it", Code.NO_SUCH_CALL)
        _end_attempt(db, row, answer, moment)
        hand_over.put_on_list(db, row, f"{answer.why}: by hand", moment.wall)


def ask_a_person(db: Database, rows: list[OutboxRow], moment: Moment) -> None:
    """Nobody but a person can find out whether these arrived: the cloud has nothing to look into."""
    for row in rows:
        outbox.ask_whether_sent(db, row.id, "no answer came, and this cloud cannot be asked", moment.wall)


def interrupted(db: Database, rows: list[OutboxRow], moment: Moment) -> None:
    """The box is stopping while a call is out: its outcome is unknown, and the rows are not to blame."""
    stopped = Unknown("the box was stopped before the answer came")
    for row in rows:
        _end_attempt(db, row, stopped, moment)
        _back_to(db, row, "unknown", stopped.why, moment, 0)


def looked(db: Database, one: Answered, moment: Moment) -> None:
    """The result of a read-back. Only a NotFound allows the fact to be sent again."""
    row, answer = one.row, one.answer
    match answer:
        case Done() | AlreadyDone():
            _deliver(db, row, answer, moment)
        case NotFound():
            _back_to(db, row, "due", "the cloud does not have it", moment, 0)
        case Unknown() if row.idempotency is not Idempotency.READ_BACK:
            outbox.ask_whether_sent(db, row.id, f"the cloud cannot tell: {scrubbed(answer.why)}", moment.wall)
        case Later() | Unknown():
            _back_to(db, row, "unknown", scrubbed(answer.why), moment, one.wait_ms, fault=True)
        case Refused(stops_provider=True):
            _back_to(db, row, "unknown", scrubbed(answer.why), moment, one.wait_ms)
        case _:
            outbox.ask_whether_sent(db, row.id, f"the cloud cannot be asked: {_words(answer)}", moment.wall)


def _settle_one(db: Database, one: Answered, moment: Moment, rules: Rules) -> None:
    row, answer = one.row, one.answer
    match answer:
        case Done() | AlreadyDone():
            _deliver(db, row, answer, moment)
        case Refused(stops_provider=True):
            _back_to(db, row, _unsent(row), scrubbed(answer.why), moment, 0)
        case Refused(code=Code.NO_SUCH_CALL):
            hand_over.put_on_list(db, row, f"{scrubbed(answer.why)}: by hand", moment.wall)
        case Refused(code=Code.BALANCE) if "spend" in row.body:
            _ask_without_spend(db, row, answer, moment)
        case Refused():
            _refuse(db, row, answer, moment)
        case NoMember():
            _park(db, row, moment, rules)
        case Ambiguous():
            _ask_who(db, row, answer, moment)
        case Later():
            _back_to(db, row, _unsent(row), scrubbed(answer.why), moment, one.wait_ms, fault=True)
        case Unknown() | NotFound():
            _unknown(db, one, moment, rules)


def _unsent(row: OutboxRow) -> str:
    """This attempt surely did nothing; an earlier one that is still unknown stays so."""
    return "unknown" if row.state == "unknown" else "due"


def _unknown(db: Database, one: Answered, moment: Moment, rules: Rules) -> None:
    row, why = one.row, _words(one.answer)
    if row.idempotency in outbox.CASHIERS_ASKED and not rules.can_read_back:
        outbox.ask_whether_sent(db, row.id, f"no answer came: {why}", moment.wall)
        return
    wait_ms = one.wait_ms if row.idempotency is Idempotency.KEY else max(one.wait_ms, SETTLE_MS)
    _back_to(db, row, "unknown", why, moment, wait_ms, fault=True)


def _back_to(  # noqa: PLR0917 - which row, where to, why, when
    db: Database, row: OutboxRow, state: str, why: str, moment: Moment, wait_ms: int, *, fault: bool = False
) -> None:
    db.execute(  # an attempt that ended, however badly, did not kill the process: only deaths in a row are suspect
        "UPDATE outbox SET state = ?, reason = ?, faults = faults + ?, deaths = 0 WHERE id = ?",
        [state, why, int(fault), row.id],
    )
    outbox.set_timer(db, row.id, moment, wait_ms)
    if fault:
        counters.next_number(db, counters.FAULTS)


def _deliver(db: Database, row: OutboxRow, answer: Done | AlreadyDone, moment: Moment) -> None:
    """The member's id at the cloud is kept in the body: a return next month may print no customer."""
    db.execute(
        "UPDATE outbox SET state = 'delivered', remote_id = ?, finished_at = ?, reason = '' WHERE id = ?",
        [answer.remote_id, iso(moment.wall), row.id],
    )
    tasks.close_subject(db, SIGN_UP, f"outbox/{row.id}", "they have signed up", moment.wall)
    outbox.name_what_is_undone(db, row.id, answer.remote_id)
    member = answer.detail.get("member") if isinstance(answer, Done) else None
    if isinstance(member, str) and member:
        db.execute("UPDATE outbox SET body = json_set(body, '$.customer.member_id', ?) WHERE id = ?", [member, row.id])
    counters.next_number(db, counters.SENT)


def _refuse(db: Database, row: OutboxRow, answer: Refused, moment: Moment) -> None:
    """One task for all that are refused for the same reason: a cloud that refuses everything asks once."""
    why, code = scrubbed(answer.why), scrubbed(answer.code)
    task = tasks.open(
        db,
        tasks.Role.MANAGER,
        "refused",
        f"{row.provider}/{code or why[:80]}",
        f"{row.provider} refuses awards: {why}",
        "Mend the cause at the loyalty programme and choose 'send again', or 'drop' to leave it as it is.",
        moment.wall,
        what=f"For example {outbox.in_words(row)}.",
        choices=REFUSED_CHOICES,
    )
    _give_up(db, row, why, moment, task)
    events.record(
        db, "award_refused", {"provider": row.provider, "code": code, "why": why, "outbox": row.id}, moment.wall
    )


def _ask_without_spend(db: Database, row: OutboxRow, answer: Refused, moment: Moment) -> None:
    """The purchase goes out without the spend only when the cashier agrees: the discount was given at the till."""
    task = tasks.open(
        db,
        tasks.Role.CASHIER,
        "spend_refused",
        f"outbox/{row.id}",
        "The customer's balance does not cover what was spent",
        "Settle the discount with the customer, then 'send without the spend'; 'drop' sends nothing.",
        moment.wall,
        what=f"{outbox.in_words(row)}. {row.provider}: {scrubbed(answer.why)}.",
        choices={"send without the spend": answers.UNSPENT, "drop": "refused"},
    )
    outbox.hold(db, row.id, task, "the balance does not cover the spend")


def _give_up(db: Database, row: OutboxRow, why: str, moment: Moment, task_id: int | None) -> None:
    db.execute(
        "UPDATE outbox SET state = 'refused', reason = ?, finished_at = ?, task_id = ? WHERE id = ?",
        [why, iso(moment.wall), task_id, row.id],
    )
    tasks.close_subject(db, SIGN_UP, f"outbox/{row.id}", why, moment.wall)
    outbox.follow_the_award(db, row.id, moment.wall)
    counters.next_number(db, counters.REFUSED)


def _park(db: Database, row: OutboxRow, moment: Moment, rules: Rules) -> None:
    """Asked once more at the limit itself, and only then given up; never under a clock that cannot be trusted."""
    until = row.sign_up_until or _sign_up_limit(db, row, moment, rules)
    left_ms = int((until - moment.wall).total_seconds() * 1000)
    if moment.trusted and left_ms <= 0:
        _give_up(db, row, f"nobody signed up by {until:%Y-%m-%d %H:%M} UTC", moment, None)
        return
    if row.body.get("programme") in rules.sign_up_asked and row.state != "parked":
        _ask_to_sign_up(db, row, until, moment)
    wait_ms = min(PARKED_RETRY_MS, left_ms) if moment.trusted else PARKED_RETRY_MS
    _back_to(db, row, "parked", "waits for a sign-up", moment, wait_ms)
    if moment.trusted:
        db.execute("UPDATE outbox SET sign_up_until = ? WHERE id = ?", [iso(until), row.id])


def _ask_to_sign_up(db: Database, row: OutboxRow, until: datetime, moment: Moment) -> None:
    tasks.open(
        db,
        tasks.Role.CASHIER,
        SIGN_UP,
        f"outbox/{row.id}",
        f"Nobody at {row.provider} has this phone, e-mail or card yet",
        "Sign them up on the page or at the tablet, if they want: the award is waiting. Without, it closes by itself.",
        moment.wall,
        what=f"{outbox.in_words(row)}. It waits until {until:%Y-%m-%d %H:%M} UTC.",
    )


def _sign_up_limit(db: Database, row: OutboxRow, moment: Moment, rules: Rules) -> datetime:
    """Captured under a clock that was a guess (a box that woke up in 1970), it begins when the time is known."""
    if row.receipt_id and not receipts.load(db, row.receipt_id).captured.trusted:
        return moment.wall + timedelta(hours=rules.late_signup_hours or UNDATED_SIGN_UP_HOURS)
    return row.captured_at + timedelta(hours=rules.late_signup_hours) if rules.late_signup_hours else row.deadline


def _ask_who(db: Database, row: OutboxRow, answer: Ambiguous, moment: Moment) -> None:
    candidates = ", ".join(scrubbed(candidate) for candidate in answer.candidates)
    task = tasks.open(
        db,
        tasks.Role.CASHIER,
        "which_member",
        f"outbox/{row.id}",
        "Which member is this?",
        "Ask for another phone, e-mail or card and attach it, or join the accounts at the programme and 'send again'.",
        moment.wall,
        what=f"{outbox.in_words(row)}. Several members fit: {candidates}.",
        choices=REFUSED_CHOICES,
    )
    outbox.hold(db, row.id, task, "several members fit")


def _end_attempt(db: Database, row: OutboxRow, answer: Answer, moment: Moment) -> None:
    db.execute(
        "UPDATE attempts SET ended_at = ?, outcome = ?, detail = ? WHERE outbox_id = ? AND n = ?",
        [iso(moment.wall), type(answer).__name__, _words(answer), row.id, row.attempts + 1],
    )


def _words(answer: Answer) -> str:
    why = getattr(answer, "why", "") or getattr(answer, "remote_id", "")
    return scrubbed(str(why)) or type(answer).__name__
