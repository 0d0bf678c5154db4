"""Taking in: reprints, returns and voids from the bytes on: what counts, once, and what is asked."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from agent.ledger import account, answers, dispatch, outcomes, questions, retention
from agent.ledger.moment import Moment
from agent.providers import Done
from tests.intake_bench import KEYED, PHONE, awards, opened
from tests.story.slips import CUT_AND_KICK, START, Slip


async def test_a_reprint_does_not_count_again(tmp_path: Path) -> None:
    async with opened(tmp_path) as bench:
        slip = bench.shop.sale(PHONE, 3)
        bench.print(slip, bench.shop.print_again(slip), slip)
        rows = await bench.read()
        assert awards(rows) == [(slip.points, "due")]
        assert [row["duplicate"] for row in rows] == ["", "reprint", "reprint"]


async def test_a_reprint_whose_original_was_never_seen_counts_after_a_yes(tmp_path: Path) -> None:
    async with opened(tmp_path) as bench:
        slip = bench.shop.sale(PHONE, 3)
        bench.print(bench.shop.print_again(slip))
        assert awards(await bench.read()) == [(slip.points, "held")]
        (task,) = await bench.ledger.do(questions.open_tasks)
        assert (task["kind"], task["role"], task["decide_as"]) == ("unseen_reprint", "cashier", "Do not award")
        await bench.ledger.do(answers.answer_task, task["id"], "Award", who="cashier 7", at=bench.clock.wall())
        assert awards(await bench.receipts()) == [(slip.points, "due")]
        bench.print(slip)
        assert awards(await bench.read()) == [(slip.points, "due")], "the original, printed later, is known"


async def test_a_copy_that_nobody_confirms_is_not_awarded_and_says_so(tmp_path: Path) -> None:
    async with opened(tmp_path) as bench:
        bench.print(bench.shop.print_again(bench.shop.sale(PHONE, 3)))
        await bench.read()
        bench.clock.jump(timedelta(hours=2))
        now = replace(Moment.now(bench.clock), boot="another")
        assert await bench.ledger.do(answers.settle_overdue, now) == 1
        (award,) = (await bench.receipts())[0]["awards"]
        assert (award["state"], award["reason"]) == ("cancelled", "Do not award (decided by box)")


async def test_a_copy_that_names_nobody_asks_nothing(tmp_path: Path) -> None:
    async with opened(tmp_path) as bench:
        bench.print(bench.shop.print_again(bench.shop.sale("", 3)))
        await bench.read()
        assert await bench.ledger.do(questions.open_tasks) == []


async def test_a_till_that_marks_every_receipt_as_a_copy_is_not_asked_about_for_ever(tmp_path: Path) -> None:
    async with opened(tmp_path) as bench:
        bench.print(*(bench.shop.print_again(bench.shop.sale(PHONE, 1)) for _ in range(8)))
        states = [state for _, state in awards(await bench.read())]
        assert states[:5] == ["held"] * 5
        assert states[-1] == "due"


async def test_a_reprint_that_names_the_customer_lets_the_first_print_earn_once(tmp_path: Path) -> None:
    async with opened(tmp_path) as bench:
        slip = bench.shop.sale("", 3)
        named = slip.data.replace(b"SALE\n", b"SALE\nCustomer phone: " + PHONE.encode() + b"\n")
        again = replace(bench.shop.print_again(slip), data=named)
        bench.print(slip, again, again)
        rows = await bench.read()
        worth = int(slip.subtotal / 100)
        assert [[award["points"] for award in row["awards"]] for row in rows] == [[worth], [], []]


async def test_a_return_takes_back_what_its_sale_was_given(tmp_path: Path) -> None:
    async with opened(tmp_path) as bench:
        sale = bench.shop.sale(PHONE, 3)
        bench.print(sale, bench.shop.take_back(sale))
        assert awards(await bench.read()) == [(sale.points, "due"), (-sale.points, "due")]


async def test_the_return_of_a_sale_that_gave_nothing_takes_nothing(tmp_path: Path) -> None:
    async with opened(tmp_path) as bench:
        nobody = bench.shop.sale("", 3)
        bench.print(nobody, bench.shop.take_back(nobody))
        rows = await bench.read()
        assert awards(rows) == []
        books = await bench.ledger.do(account.day, day=rows[0]["business_day"])
        assert any("no customer" in why for why in books["not_awarded"])


def void_of(sale: Slip) -> Slip:
    """As many tills print it: the sale's own number, and its total."""
    body = f"EXAMPLE PETS\nReceipt #{sale.number}\n*** VOID ***\nTRANSACTION VOIDED\n".encode()
    return replace(sale, kind="void", data=START + body + CUT_AND_KICK)


async def test_a_void_takes_an_unsent_award_back_and_names_one_that_was_sent(tmp_path: Path) -> None:
    """Two programmes: one cloud took the award, the other was away."""
    async with opened(tmp_path) as bench:
        programme = bench.rules.programmes["points"]
        bench.rules = replace(
            bench.rules,
            programmes={"points": programme, "other": programme.model_copy(update={"provider": "second"})},
            idempotency={"cloud": KEYED, "second": KEYED},
        )
        sale = bench.shop.sale(PHONE, 3)
        bench.print(sale)
        await bench.read()
        assert await bench.ledger.do(dispatch.take, "cloud", Moment.now(bench.clock), 1)
        bench.print(void_of(sale))
        rows = await bench.read()
        assert [row["kind"] for row in rows] == ["sale", "void"]
        assert [(award["programme"], award["points"], award["state"]) for award in rows[0]["awards"]] == [
            ("points", sale.points, "attempt"),
            ("other", sale.points, "cancelled"),
            ("points", -sale.points, "held"),
        ]
        (task,) = [task for task in await bench.ledger.do(questions.open_tasks) if task["kind"] == "void_after_award"]
        await bench.ledger.do(answers.answer_task, task["id"], "Take them back", who="manager 1", at=bench.clock.wall())
        assert (await bench.receipts())[0]["awards"][2]["state"] == "due"


async def test_a_void_leaves_a_sale_of_another_day_with_the_same_number_alone(tmp_path: Path) -> None:
    """Tills that count from 1 each day: today's sale was never seen, yesterday's still waits for its cloud."""
    async with opened(tmp_path) as bench:
        sale = bench.shop.sale(PHONE, 3)
        bench.print(sale)
        await bench.read()
        await bench.clock.advance(24 * 3600)
        bench.print(void_of(sale))
        rows = await bench.read()
        assert [row["kind"] for row in rows] == ["sale", "void"]
        assert awards(rows) == [(sale.points, "due")]


async def test_a_return_weeks_later_finds_its_customer_by_the_member_the_cloud_named(tmp_path: Path) -> None:
    """The phone is hashed by then, and the return slip names nobody."""
    async with opened(tmp_path) as bench:
        sale = bench.shop.sale(PHONE, 3)
        bench.print(sale)
        await bench.read()
        now = Moment.now(bench.clock)
        (row,) = await bench.ledger.do(dispatch.take, "cloud", now, 1)
        answered = [outcomes.Answered(row, Done("r1", {"member": "M-17"}), 0)]
        await bench.ledger.do(outcomes.settle, answered, now, outcomes.Rules())
        await bench.clock.advance(20 * 24 * 3600)
        assert await bench.ledger.do(retention.purge_identities, b"k" * 32, bench.clock.wall()) == 1
        bench.print(bench.shop.take_back(replace(sale, phone="")))
        assert awards(await bench.read()) == [(sale.points, "delivered"), (-sale.points, "due")]
        (waiting,) = await bench.ledger.do(questions.queue)
        assert waiting["customer"] == {"member_id": "M-17"}
