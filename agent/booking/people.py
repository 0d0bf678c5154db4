"""people: takes what a person says of whose a receipt is, gives, takes back or moves its awards; asks no cloud.

Works at any time: before anything left, after it was delivered, and days later. What may have reached a cloud is undone
there by a fact of its own, and only then given to the right person. Each act is one commit, and stands in the audit.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlite_utils import Database

from agent.booking.asking import DOUBTS
from agent.booking.awarding import award_all
from agent.booking.desk import Desk, Rules, reopened
from agent.booking.person import NOBODY, Person, keyed
from agent.booking.taking_in import sale_named_by
from agent.errors import TillpostError
from agent.ledger import attachments, audit, bindings, receipts, tasks
from agent.ledger.moment import Moment
from agent.ledger.personal import masked
from agent.ledger.receipts import StoredReceipt
from agent.ledger.undoing import Undone, live, never_left, undo
from agent.receipt import EARNING, Kind, State

NOTHING = Undone()
PAST = {"attach": "attached", "move": "moved", "claim": "claimed"}


@dataclass(frozen=True, slots=True)
class Given:
    """What an act brought about: outbox rows that were made, and what was taken back before."""

    awards: tuple[int, ...] = ()
    undone: Undone = NOTHING


def attach(  # noqa: PLR0917 - the order of a sentence
    db: Database, rules: Rules, receipt_id: int, customer: Mapping[str, str], who: str, now: Moment, how: str = "attach"
) -> Given:
    """The receipt is this customer's: every programme gives what it would have given had the paper named him.

    `customer`: any of phone (as dialled in the store's country), email, card, member_id. Works on a receipt that named
    nobody, or whose customer was taken off; raises TillpostError when it is somebody's already (then `move` it),
    ValueError when the customer cannot be read, LookupError for no such receipt.
    """
    desk, stored, person = Desk(db, rules, now), _counting(db, receipt_id), keyed(customer, rules.store.country)
    _is_nobodys_return(desk, stored)
    standing = live(db, receipt_id)
    named = [row for row in standing if row.body["customer"]]
    if named:
        raise TillpostError(
            f"receipt {receipt_id} has counted already for {_named(named[0].body['customer'])}",
            hint="Move it to the right customer instead.",
        )
    unsent = [row for row in standing if never_left(db, row)]
    undone = undo(db, unsent, rules.idempotency, "the customer is known now", now.wall, stored.deadline)
    sent = {row.body["programme"] for row in standing if row not in unsent}  # these clouds resolve the code themselves
    return Given(_give(desk, stored, person, how, who, but=sent), undone)


def detach(db: Database, rules: Rules, receipt_id: int, who: str, now: Moment) -> Given:
    """Wrong customer: what was given is taken back, also at the clouds, and what returns of it took is given back; the
    receipt is nobody's and can be attached."""
    desk, stored = Desk(db, rules, now), _counting(db, receipt_id)
    _is_nobodys_return(desk, stored)
    family = (stored, *_returns_of(db, receipt_id))
    undone = _take_off(desk, family)
    for one in family:
        attachments.note(db, one.id, {}, "", "detach", who, now.wall)
        for name in rules.programmes:
            receipts.not_awarded(db, one.id, name, "taken off its customer; another can be attached", now.wall)
    audit.note(db, who, "detached", f"receipt/{receipt_id}", _in_words(undone), now.wall)
    return Given(undone=undone)


def move(  # noqa: PLR0917 - the order of a sentence
    db: Database, rules: Rules, receipt_id: int, customer: Mapping[str, str], who: str, now: Moment
) -> Given:
    """Wrong customer, and the right one is known: taken back from the one, given to the other, in one commit. The
    returns of a sale go with it."""
    desk, stored, person = Desk(db, rules, now), _counting(db, receipt_id), keyed(customer, rules.store.country)
    _is_nobodys_return(desk, stored)
    standing = live(db, receipt_id)
    if standing and _same(standing[0].body["customer"], person):
        raise TillpostError(f"receipt {receipt_id} is this customer's already", hint="There is nothing to move.")
    family = (stored, *_returns_of(db, receipt_id))
    undone = _take_off(desk, family)
    made = tuple(row for one in family for row in _give(desk, one, person, "move", who))
    return Given(made, undone)


def bind(  # noqa: PLR0917 - the order of a sentence
    db: Database, rules: Rules, register: str, customer: Mapping[str, str], minutes: float, who: str, now: Moment
) -> int:
    """This customer stands at `register` (a lane's name, or the register as printed): the next receipt of it that names
    nobody is theirs, if it comes within `minutes`. Takes the place of whoever stood there; the binding's number."""
    if rules.store.customer_source == "receipt":
        raise TillpostError(
            "this store takes customers only from what the till prints", hint="The setting is store.customer_source."
        )
    person = keyed(customer, rules.store.country)
    number = bindings.bind(db, register, person.customer, person.key, minutes, who, now)
    audit.note(db, who, "bound", f"register/{register}", f"to {_named(person.customer)}", now.wall)
    return number


def _counting(db: Database, receipt_id: int) -> StoredReceipt:
    stored = receipts.load(db, receipt_id)
    receipt = stored.receipt
    if receipt.state is State.HELD:
        raise TillpostError(
            f"receipt {receipt_id} is held: {receipt.reason}", hint="It can be attached once it is proven."
        )
    if receipt.kind not in EARNING or receipt.state is State.NOTED:
        raise TillpostError(
            f"receipt {receipt_id} is a {receipt.kind.value.replace('_', ' ')}, which never earns",
            hint="Choose the sale's own receipt.",
        )
    if stored.duplicate in ("reprint", "removed"):
        raise TillpostError(
            f"receipt {receipt_id} is receipt {stored.duplicate_of} printed again",
            hint=f"Attach the customer to receipt {stored.duplicate_of}.",
        )
    return stored


def _give(  # noqa: PLR0917 - what to whom, how and by whom
    desk: Desk, stored: StoredReceipt, person: Person, how: str, who: str, but: Collection[str] = ()
) -> tuple[int, ...]:
    db, receipt_id = desk.db, stored.id
    attachments.note(db, receipt_id, person.customer, person.key, how, who, desk.now.wall)
    sale = sale_named_by(desk, receipt_id, stored.receipt, stored.business_day)
    case = reopened(desk, stored, person, sale)
    doubt = tasks.about(db, f"receipt/{receipt_id}", DOUBTS)
    made = tuple(award_all(desk, case, doubt, anew=True, but=but))
    audit.note(
        db,
        who,
        PAST[how],
        f"receipt/{receipt_id}",
        f"to {_named(person.customer)}, {len(made)} awards",
        desk.now.wall,
    )
    return made


def _take_off(desk: Desk, family: Sequence[StoredReceipt]) -> Undone:
    """The returns first: they took from what is undone behind them."""
    db, ways, now = desk.db, desk.rules.idempotency, desk.now.wall
    due = reopened(desk, family[0], NOBODY, None).deadline
    done = [undo(db, live(db, one.id), ways, "taken off its customer", now, due) for one in reversed(family)]
    return Undone(sum(one.cancelled for one in done), sum(one.behind for one in done))


def _returns_of(db: Database, sale_id: int) -> list[StoredReceipt]:
    """Receipts that took back of this one's award, oldest first."""
    rows = db.execute(
        "SELECT DISTINCT receipt_id FROM outbox WHERE original_id = ? AND receipt_id <> ? AND role = '' ORDER BY 1",
        [sale_id, sale_id],
    ).fetchall()
    return [receipts.load(db, number) for (number,) in rows]


def _is_nobodys_return(desk: Desk, stored: StoredReceipt) -> None:
    """What a return takes is its sale's customer's: whoever has the sale has the return."""
    sale = sale_named_by(desk, stored.id, stored.receipt, stored.business_day)
    if stored.receipt.kind is Kind.RETURN and sale and live(desk.db, sale.id):
        raise TillpostError(
            f"receipt {stored.id} is a return of receipt {sale.id} and belongs to its customer",
            hint=f"Move receipt {sale.id} instead: its returns go with it.",
        )


def _same(customer: Mapping[str, str], person: Person) -> bool:
    return any(customer.get(name) == value for name, value in person.customer.items())


def _named(customer: Mapping[str, str]) -> str:
    return masked(customer.get("phone") or customer.get("email")) or next(iter(customer.values()), "nobody")


def _in_words(undone: Undone) -> str:
    return f"{undone.cancelled} awards never left, {undone.behind} are undone at their clouds"
