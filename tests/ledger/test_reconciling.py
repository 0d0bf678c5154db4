"""A day held beside itself, from print job to account: what does not fit is asked, and comes right by itself."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from agent.ledger import account, questions, reconciling, tasks
from agent.settings import Reconciliation
from tests.intake_bench import LANE, OPENS, PHONE, STORE, Bench, opened
from tests.story.slips import CUT_AND_KICK, START, Slip

DAY = f"{OPENS:%Y-%m-%d}"
LONG_UP_S = 1e6


async def look(bench: Bench, **settings: Any) -> list[dict[str, Any]]:
    """One look, then the open tasks that came of it."""
    wanted, now = Reconciliation(**settings), bench.clock.wall()
    await bench.ledger.do(reconciling.reconcile, STORE, wanted, [LANE.name], now, LONG_UP_S)
    kinds = ("missing_numbers", "z_report", "quiet_lane", "unattached")
    return [row for row in await bench.ledger.do(questions.open_tasks) if row["kind"] in kinds]


async def findings(bench: Bench) -> list[tuple[bool, bool, str]]:
    """(fits, is over, in words) as the day's account has them."""
    rows = (await bench.ledger.do(account.day, DAY))["findings"]
    return [(bool(row["good"]), bool(row["until"]), row["words"]) for row in rows]


def z_report(number: int, net: int, tax: int, count: int) -> bytes:
    lines = [
        f"Z REPORT #{number}",
        f"{OPENS + timedelta(minutes=50):%m/%d/%Y %I:%M %p}   Register 1",
        f"NET SALES{net / 100:>20,.2f}",
        f"TAX{tax / 100:>20,.2f}",
        f"TOTAL COLLECTED{(net + tax) / 100:>20,.2f}",
        f"Transactions: {count}   Voids: 0",
    ]
    return START + "\n".join(lines).encode() + b"\n" + CUT_AND_KICK


def print_bytes(bench: Bench, data: bytes) -> None:
    session = bench.open_session()
    bench.write(session, data)
    bench.close_session(session)


@pytest.mark.feature("5.16", "5.15")
async def test_a_lost_receipt_shows_in_the_numbers_and_in_the_z_report_until_it_prints(tmp_path: Path) -> None:
    async with opened(tmp_path) as bench:
        slips = [bench.shop.sale(PHONE, 2) for _ in range(8)]
        lost = slips[5]
        bench.print(*(slip for slip in slips if slip is not lost))
        net, tax = sum(slip.subtotal for slip in slips), sum(slip.tax for slip in slips)
        print_bytes(bench, z_report(412, net, tax, 8))
        await bench.read()
        bench.clock.jump(timedelta(minutes=10))
        asked = await look(bench)
        assert {(row["kind"], row["role"]) for row in asked} == {
            ("missing_numbers", "manager"),
            ("z_report", "manager"),
        }
        assert lost.number in next(row["what"] for row in asked if row["kind"] == "missing_numbers")
        assert f"{lost.subtotal / 100:.2f} missing" in next(row["what"] for row in asked if row["kind"] == "z_report")
        assert [(good, over) for good, over, _ in await findings(bench)] == [(False, False)] * 2

        bench.print(lost)
        await bench.read()
        assert await look(bench) == [], "it came behind the report, but its own time is before"
        assert [(good, over) for good, over, _ in await findings(bench)] == [(False, True), (True, False)]


async def test_what_a_person_has_looked_at_is_not_asked_again_unless_more_is_missing(tmp_path: Path) -> None:
    async with opened(tmp_path) as bench:
        slips = [bench.shop.sale("", 1) for _ in range(10)]
        bench.print(*slips[:5], *slips[6:8])
        await bench.read()
        bench.clock.jump(timedelta(minutes=10))
        (asked,) = await look(bench)
        await bench.ledger.do(tasks.close, asked["id"], "looked at", bench.clock.wall(), who="manager")
        assert await look(bench) == []
        bench.print(slips[9])
        await bench.read()
        bench.clock.jump(timedelta(minutes=10))
        assert len(await look(bench)) == 1


async def test_a_report_that_fits_stands_in_the_account_and_asks_nobody(tmp_path: Path) -> None:
    async with opened(tmp_path) as bench:
        slips = [bench.shop.sale(PHONE, 2) for _ in range(4)]
        bench.print(*slips)
        print_bytes(bench, z_report(1, sum(s.subtotal for s in slips), sum(s.tax for s in slips), 4))
        await bench.read()
        assert await look(bench) == []
        ((good, over, words),) = await findings(bench)
        assert (good, over) == (True, False)
        assert "the box read the same in 4 receipts" in words


async def test_a_held_receipt_that_is_proven_later_brings_the_report_right(tmp_path: Path) -> None:
    async with opened(tmp_path) as bench:
        slips = [bench.shop.sale(PHONE, 2) for _ in range(4)]
        bench.print(*slips)
        print_bytes(bench, z_report(1, sum(s.subtotal for s in slips) + 500, sum(s.tax for s in slips), 4))
        await bench.read()
        assert [row["kind"] for row in await look(bench)] == ["z_report"]
        await bench.ledger.do(
            lambda db: db.execute("UPDATE receipts SET subtotal = subtotal + 500, total = total + 500 WHERE id = 2")
        )
        assert await look(bench) == []


@pytest.mark.feature("0.19")
async def test_receipts_without_a_customer_are_counted_per_shift_and_nagged_about_only_on_wish(tmp_path: Path) -> None:
    async with opened(tmp_path) as bench:
        bench.print(bench.shop.sale(PHONE), bench.shop.sale(""), bench.shop.sale(""))
        await bench.read()
        assert await look(bench) == []
        assert [words for _, _, words in await findings(bench)] == ["2 of 3 receipts of the day name no customer"]
        (asked,) = await look(bench, require_customer=True, shifts=["09:00", "15:00"])
        assert asked["role"] == "cashier"
        assert "2 of 3 receipts of the shift from 15:00" in asked["what"]
        assert len(await bench.ledger.do(reconciling.open_receipts, DAY)) == 2


@pytest.mark.feature("0.20")
async def test_a_receipt_that_says_no_name_reminds_nobody(tmp_path: Path) -> None:
    async with opened(tmp_path) as bench:
        data = bench.shop.sale("").data.replace(b"SALE\n", b"SALE\nCustomer: No Name\n")
        print_bytes(bench, data)
        await bench.read()
        assert await look(bench, require_customer=True) == []
        assert await bench.ledger.do(reconciling.open_receipts, DAY) == []
        assert (await bench.ledger.do(account.day, DAY))["nobody"] == 1


async def test_a_quiet_till_is_asked_about_until_it_prints_again(tmp_path: Path) -> None:
    async with opened(tmp_path) as bench:
        await _weeks_of_use(bench)
        bench.clock.jump(timedelta(hours=2))
        (asked,) = await look(bench)
        assert (asked["kind"], asked["role"]) == ("quiet_lane", "technician")
        assert "ill-1 has printed nothing since" in asked["what"]
        now, just_started_s = bench.clock.wall(), 5.0
        await bench.ledger.do(reconciling.reconcile, STORE, Reconciliation(), [LANE.name], now, just_started_s)
        assert len(await bench.ledger.do(questions.open_tasks)) == 1, "a restart of the agent is no print"
        bench.print(bench.shop.sale())
        await bench.read()
        assert await look(bench) == []


async def _weeks_of_use(bench: Bench) -> None:
    """A sale each half hour of the last three days, as they would have been captured then."""
    now = bench.clock.wall()
    times = [now - timedelta(days=day, minutes=30 * n) for day in (1, 2, 3) for n in range(-12, 8)]
    slip: Slip = bench.shop.sale()
    for _ in times:
        print_bytes(bench, slip.data)
    await bench.read()
    rows = [row["id"] for row in await bench.receipts()]

    def set_back(db: Any) -> None:
        for number, at in zip(rows, [*times[1:], now], strict=True):
            db.execute(
                "UPDATE receipts SET captured_at = ?, business_day = ?, number = NULL, duplicate = '' WHERE id = ?",
                [at.isoformat(timespec="microseconds"), f"{at:%Y-%m-%d}", number],
            )

    await bench.ledger.do(set_back)


async def test_without_a_trusted_clock_numbers_are_still_looked_at_and_silence_is_not(tmp_path: Path) -> None:
    async with opened(tmp_path) as bench:
        slips = [bench.shop.sale("", 1) for _ in range(8)]
        bench.print(*slips[:5], *slips[6:])
        await bench.read()
        wrong, settings = bench.clock.wall() + timedelta(days=900), Reconciliation()
        await bench.ledger.do(reconciling.reconcile, STORE, settings, [LANE.name], wrong, LONG_UP_S, trusted=False)
        assert [row["kind"] for row in await bench.ledger.do(questions.open_tasks)] == ["missing_numbers"]


async def test_what_was_found_is_forgotten_with_the_receipts(tmp_path: Path) -> None:
    async with opened(tmp_path) as bench:
        bench.print(bench.shop.sale("", 1))
        await bench.read()
        await look(bench)
        later = OPENS.date() + timedelta(days=401)
        await bench.ledger.do(reconciling.forget, later, bench.clock.wall(), 400)
        assert await findings(bench) == []


async def test_nothing_is_written_while_nothing_changes(tmp_path: Path) -> None:
    async with opened(tmp_path) as bench:
        bench.print(*(bench.shop.sale("", 1) for _ in range(3)))
        await bench.read()
        await look(bench)
        before = await bench.ledger.do(lambda db: db.conn.total_changes)
        await look(bench)
        assert await bench.ledger.do(lambda db: db.conn.total_changes) == before


def test_opens_is_within_the_day_of_these_tests() -> None:
    assert datetime.fromisoformat(DAY).date() == OPENS.date()
