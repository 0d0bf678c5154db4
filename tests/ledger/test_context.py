"""What goes out beside a fact: a return takes its sale along, a look its attempts and what else arrived."""

from sqlite_utils import Database

from agent.ledger import dispatch
from agent.ledger.outcomes import Answered, Rules, settle
from agent.providers import Done, Idempotency, Unknown
from tests.ledger.facts import CLOUD, book, enqueue, key_of, moment, save


def test_a_return_takes_its_sale_and_earlier_returns_along(db: Database) -> None:
    sale = save(db, 1)
    enqueue(db, 1, receipt_id=sale)
    for number in (2, 3):
        back = save(db, number)
        enqueue(db, number, receipt_id=back, points=-5, customer=1, original_id=sale)
    sent = []
    for _ in range(3):
        (row,) = dispatch.take(db, CLOUD, moment(), 5)
        sent.append(row)
        settle(db, [Answered(row, Done(f"r{row.id}", {"member": "m1"}), 0)], moment(), Rules())
    first, second, third = (row.body for row in sent)
    assert "original" not in first
    assert (second["original"]["key"], second["original"]["remote_id"]) == (key_of(1), "r1")
    assert second["original"]["customer"]["member_id"] == "m1"
    assert second["earlier"] == []
    assert [earlier["key"] for earlier in third["earlier"]] == [key_of(2)]


def test_a_look_knows_its_attempts_and_what_else_arrived(db: Database) -> None:
    weak = Idempotency.WEAK
    rows = [book(db, number, weak, customer=1) for number in (1, 2)]
    (row,) = dispatch.take(db, CLOUD, moment(), 1)
    settle(db, [Answered(row, Done("r1"), 0)], moment(5), Rules())
    (row,) = dispatch.take(db, CLOUD, moment(10), 1)
    settle(db, [Answered(row, Unknown("time-out"), 1000)], moment(15), Rules(can_read_back=True))
    (look,) = dispatch.take(db, CLOUD, moment(100), 1)
    assert look.id == rows[1]
    assert look.asks_before_sending
    assert look.body["look"]["attempts"] == [moment(10).wall.isoformat(timespec="microseconds")]
    (sibling,) = look.body["look"]["siblings"]
    assert sibling["key"] == key_of(1)
    assert sibling["attempts"] == [moment().wall.isoformat(timespec="microseconds")]
