"""test_dates: when the sale was, in the orders and words of many countries."""

# ruff: noqa: DTZ001 (a receipt prints local time without a zone)

from datetime import datetime

import pytest

from agent.formats.context import StoreContext
from agent.formats.dates import blank, sale_moment
from tests.formats.printed import GENERIC, GERMANY, HOME


def moment(*lines: str, context: StoreContext = HOME) -> datetime | None:
    return sale_moment(lines, GENERIC.dates, context)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("11/14/2026 4:42 PM   Reg 2", datetime(2026, 11, 14, 16, 42)),
        ("11/14/26 12:05 AM", datetime(2026, 11, 14, 0, 5)),
        ("2026/11/14 18:05  No.8", datetime(2026, 11, 14, 18, 5)),
        ("2026-11-14T18:05:09", datetime(2026, 11, 14, 18, 5, 9)),
        ("13:24 13.06.2025 98 PGM", datetime(2025, 6, 13, 13, 24)),
        ("14/11/2026 10:05", datetime(2026, 11, 14, 10, 5)),
        ("19-Apr-2019 2:02:26P", datetime(2019, 4, 19, 14, 2, 26)),
        ("Nov30'14 06:35PM", datetime(2014, 11, 30, 18, 35)),
        ("Jan 25, 2018 11:47 AM", datetime(2018, 1, 25, 11, 47)),
        ("11. März 2026 12:01", datetime(2026, 3, 11, 12, 1)),
        ("11 de junho de 2026 9:15", datetime(2026, 6, 11, 9, 15)),
        ("2026年3月5日 9:05", datetime(2026, 3, 5, 9, 5)),
        ("Date:02/11/19 Time:07:46pm", datetime(2019, 2, 11, 19, 46)),
    ],
)
def test_dates_in_many_forms(line: str, expected: datetime) -> None:
    assert moment(line) == expected


def test_the_country_or_the_setting_decides_an_unclear_order() -> None:
    assert moment("03/04/2026 9:00") == datetime(2026, 3, 4, 9)
    assert moment("03/04/2026 9:00", context=GERMANY) == datetime(2026, 4, 3, 9)
    assert moment("03/04/2026 9:00", context=StoreContext(date_order="dmy")) == datetime(2026, 4, 3, 9)


def test_the_sale_and_not_the_reprint() -> None:
    assert moment("Sold 11/14/2026 16:01", "Reprinted 11/15/2026 09:30") == datetime(2026, 11, 14, 16, 1)
    assert moment("Reprinted 11/15/2026 09:30", "Date 11/14/2026 16:01") == datetime(2026, 11, 14, 16, 1)


def test_a_coupons_last_day_is_no_sale() -> None:
    assert moment("valid until 12/31/2026") is None
    assert moment("Date 11/14/2026 9:00", "Offer expires 12/31/2026 23:59") == datetime(2026, 11, 14, 9)


def test_a_time_on_the_next_line_belongs_to_the_date() -> None:
    assert moment("DATE: 14/11/2026", "CASHIER 1", "TIME: 11:14:00") == datetime(2026, 11, 14, 11, 14)


def test_nothing_that_is_no_date() -> None:
    assert moment("Tel 415-555-0142", "99/99/2026", "31.02.2026") is None


def test_blanking_keeps_the_columns() -> None:
    line = "13.06.2025 13:24   7.80"
    blanked = blank(line, GENERIC.dates.months)
    assert len(blanked) == len(line)
    assert blanked.split() == ["7.80"]
