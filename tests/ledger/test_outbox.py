"""The outbox and its dispatch: keys once, order per customer, timers that survive nothing but their boot."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from sqlite_utils import Database

from agent.awards import GivenAward
from agent.ledger import answers, dispatch, outbox, outcomes, undoing
from agent.ledger.outbox import OutboxRow
from agent.ledger.outcomes import Answered, Rules
from agent.providers import Answer, Call, Done, Idempotency, Later, NoMember, Refused, Unknown
from tests.ledger.facts import CLOSING, CLOUD, DAY, NOW, book, enqueue, moment, save, state


def take(db: Database, after_s: float = 0, limit: int = 50, boot: str = "b0070001") -> list[OutboxRow]:
    return dispatch.take(db, CLOUD, moment(after_s, boot=boot), limit)


def settle(db: Database, rows: list[OutboxRow], answer: Answer, wait_ms: int = 0, after_s: float = 0) -> None:
    outcomes.settle(db, [Answered(row, answer, wait_ms) for row in rows], moment(after_s), Rules())


def test_a_key_is_taken_in_once(db: Database) -> None:
    assert book(db, 1) == 1
    assert save(db, 1) is None
    assert enqueue(db, 1) is None


def test_an_attempt_is_written_with_its_row(db: Database) -> None:
    book(db, 1)
    (row,) = take(db)
    assert (row.state, row.attempts) == ("due", 0)
    written = db.execute("SELECT outbox_id, n, key, boot, ended_at FROM attempts").fetchall()
    assert written == [(1, 1, row.key, "b0070001", None)]
    assert take(db) == []
    settle(db, [row], Done("r1"))
    assert db.execute("SELECT outcome, detail FROM attempts").fetchall() == [("Done", "r1")]


def test_one_customer_keeps_the_order_the_others_flow(db: Database) -> None:
    for number, customer in ((1, 1), (2, 1), (3, 2), (4, 1), (5, 3)):
        book(db, number, customer=customer)
    first = take(db)
    assert [row.id for row in first] == [1, 3, 5]
    settle(db, first[:1], Later("busy"), wait_ms=60_000)
    settle(db, first[1:], Done("r"))
    assert take(db) == []
    assert [row.id for row in take(db, 61)] == [1]


def test_a_batch_is_of_one_verb(db: Database) -> None:
    for number, points in ((1, 5), (2, -5), (3, 7)):
        book(db, number, points=points)
    assert [row.id for row in take(db)] == [1, 3]
    assert [row.call for row in take(db)] == [Call.TAKE_BACK]


def test_a_timer_holds_within_its_boot_and_is_gone_after_it(db: Database) -> None:
    book(db, 1)
    settle(db, take(db), Later("busy"), wait_ms=900_000)
    assert take(db, 890) == []
    assert dispatch.next_timer_s(db, CLOUD, moment(890)) == 10
    assert [row.id for row in take(db, 1, boot="another1")] == [1]


def test_after_a_death_the_outcome_is_unknown_and_such_a_row_travels_alone(db: Database) -> None:
    for number in range(4):
        book(db, number)
    assert len(take(db)) == 4
    assert dispatch.recover(db, moment()) == {"unknown": 4, "held": 0}
    assert [len(take(db)) for _ in range(4)] == [1, 1, 1, 1]


def test_only_deaths_in_a_row_make_a_fact_suspect(db: Database) -> None:
    book(db, 1)
    for _ in range(2):
        take(db)
        dispatch.recover(db, moment())
    settle(db, take(db), Unknown("time-out"))
    take(db)
    assert dispatch.recover(db, moment()) == {"unknown": 1, "held": 0}
    assert outbox.load(db, 1).deaths == 1


def test_later_after_an_unknown_outcome_stays_unknown(db: Database) -> None:
    """'Not now' to the second call says nothing of the first."""
    book(db, 1)
    settle(db, take(db), Unknown("time-out"))
    settle(db, take(db, 1), Later("busy"))
    assert state(db, 1) == "unknown"


def test_a_settings_change_does_not_touch_what_waits(db: Database) -> None:
    """The body is whole and carries its schema version: nothing is looked up in the settings of today."""
    book(db, 1)
    (row,) = take(db)
    assert row.body["v"] == 1
    assert {"key", "programme", "points", "customer", "receipt", "business_day"} <= set(row.body)


def test_given_is_what_was_got_less_what_was_taken_back(db: Database) -> None:
    book(db, 1)
    assert outbox.given(db, 1, "points") == GivenAward(points=23, base=2300, rate=Decimal(1), taken_back=0, day=DAY)
    book(db, 2, customer=1, points=-10, original_id=1)
    assert outbox.given(db, 1, "points") == GivenAward(points=23, base=2300, rate=Decimal(1), taken_back=10, day=DAY)
    assert outbox.given(db, 1, "punches") is None


def test_what_takes_back_goes_the_way_of_its_award(db: Database) -> None:
    book(db, 1)
    book(db, 2, customer=1, points=-10, original_id=1)
    settle(db, take(db), Refused("not eligible", "700"))
    assert (state(db, 1), state(db, 2)) == ("refused", "cancelled")
    assert outbox.given(db, 1, "points") is None
    answers.reopen(db, 1, who="manager 1", at=NOW)
    assert (state(db, 1), state(db, 2)) == ("due", "due")


def test_undoing_takes_out_only_what_is_surely_at_no_cloud(db: Database) -> None:
    for number in (1, 2, 3):
        book(db, number)
    settle(db, take(db, limit=1), Unknown("no answer"))
    (second,) = take(db, limit=1)
    settle(db, [second], Later("busy"))
    rows = [row for receipt in (1, 2, 3) for row in undoing.live(db, receipt)]
    done = undoing.undo(db, rows, {}, "voided", NOW, CLOSING)
    assert (done.cancelled, done.behind) == (2, 1)
    assert [state(db, number) for number in (1, 2, 3, 4)] == ["unknown", "cancelled", "cancelled", "due"]


def test_a_sign_up_rings_for_those_who_waited(db: Database) -> None:
    book(db, 1)
    settle(db, take(db), NoMember())
    assert take(db, 60) == []
    assert outbox.retry_parked(db, "phone:+14155550002") == 0
    assert outbox.retry_parked(db, "phone:+14155550001") == 1
    assert [row.id for row in take(db, 60)] == [1]


def test_nobody_is_given_up_under_a_clock_that_cannot_be_trusted(db: Database) -> None:
    book(db, 1)
    row = take(db)[0]
    far = moment(30 * 86400, trusted=False)
    outcomes.settle(db, [Answered(row, NoMember(), 0)], far, Rules())
    assert state(db, 1) == "parked"


def test_an_award_of_a_box_that_woke_up_in_1970_waits_a_day_for_its_sign_up(db: Database) -> None:
    woke_up = datetime(1970, 1, 1, 0, 5, tzinfo=UTC)
    book(db, 1, at=woke_up, deadline=woke_up + timedelta(hours=4))
    db.execute("UPDATE receipts SET trusted = 0")
    settle(db, take(db), NoMember())
    assert state(db, 1) == "parked"
    day_s = timedelta(days=1).total_seconds()
    (row,) = take(db, day_s + 60)
    outcomes.settle(db, [Answered(row, NoMember(), 0)], moment(day_s + 60), Rules())
    assert state(db, 1) == "refused"


def test_rows_wait_for_ever(db: Database) -> None:
    book(db, 1)
    ten_years = timedelta(days=3650).total_seconds()
    assert [row.id for row in take(db, ten_years, boot="another1")] == [1]


def test_idempotency_is_kept_with_the_row(db: Database) -> None:
    for number, kind in enumerate(Idempotency):
        book(db, number, kind)
    assert [row.idempotency for row in take(db)] == list(Idempotency)
