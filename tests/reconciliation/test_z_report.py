"""A Z-report is held beside what was read of its till since the last one, to the last cent."""

import pytest

from agent.receipt import Kind, Report, State
from agent.reconciliation import Finding, Slip, z_reports
from tests.reconciliation.days import run, slip


def z(report: Report, **fields: object) -> Slip:
    return slip("0412", kind=Kind.Z_REPORT, state=State.NOTED, report=report, **fields)


def only(*parts: list[Slip], tolerance: int = 0) -> Finding:
    (finding,) = z_reports([one for part in parts for one in part], tolerance)
    return finding


@pytest.mark.parametrize(
    "report",
    [
        Report(net=9000, tax=765, total=9765, transactions=10),
        Report(gross=10850, net=9000),
        Report(gross=10000, net=9000, tax=765),
        Report(total=9765),
        Report(gross=10000, tax=850),
    ],
)
def test_figures_that_can_mean_what_was_read_fit(report: Report) -> None:
    returned = slip("11", kind=Kind.RETURN, subtotal=-1000, tax=-85, total=-1085)
    assert only(run(1, 10), [returned, z(report)]).good


def test_a_missing_receipt_is_told_to_the_cent() -> None:
    found = only(run(1, 10), [z(Report(net=11000, tax=935, transactions=11))])
    assert not found.good
    assert "100.00 net in 10 receipts: 10.00 missing" in found.words
    assert "110.00 net, 9.35 tax in 11 transactions" in found.words


def test_held_receipts_are_named_as_what_may_be_missing() -> None:
    held = slip("11", state=State.HELD)
    assert "1 of its receipts are held, over 10.85" in only(run(1, 10), [held, z(Report(net=11000))]).words


def test_each_report_begins_behind_the_one_before() -> None:
    found = z_reports([*run(1, 3), z(Report(net=3000)), *run(4, 5), z(Report(net=2000))])
    assert [finding.good for finding in found] == [True, True]


def test_what_prints_late_counts_where_it_belongs() -> None:
    first = run(1, 10)
    report, late = z(Report(net=11000)), slip("11", when=first[-1].when)
    assert only(first, [report, late]).good


def test_each_till_has_its_own_report() -> None:
    slips = [*run(1, 3, register="1"), *run(1, 5, register="2"), z(Report(net=5000), register="2")]
    assert z_reports(slips)[0].good


def test_a_report_of_the_whole_shop_fits_all_tills() -> None:
    slips = [*run(1, 3, lane="till-1"), *run(1, 5, lane="till-2"), z(Report(net=8000), lane="till-2")]
    assert z_reports(slips)[0].good


def test_reprints_do_not_count_and_a_tolerance_is_a_setting() -> None:
    slips = [*run(1, 3), slip("3", counts=False), z(Report(net=3001))]
    assert not only(slips).good
    assert only(slips, tolerance=1).good


def test_other_counts_of_transactions_are_said_but_nobody_is_asked() -> None:
    found = only(run(1, 3), [z(Report(net=3000, transactions=7))])
    assert found.good
    assert "but not 7 transactions" in found.words


def test_a_report_that_says_no_money_says_nothing() -> None:
    assert z_reports([*run(1, 3), z(Report(transactions=3))]) == []
