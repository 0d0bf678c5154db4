"""A till's export is read by its headings, proven line by line, and held beside what the box has."""

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.catch_up import Status, compare, place_of, read_export
from agent.errors import TillpostError
from agent.formats import StoreContext, load_format
from agent.receipt import Kind

FORM, HOME = load_format("generic"), StoreContext()
HEAD = "Receipt No,Date,Time,Type,Subtotal,Tax,Total,Customer,Register\n"
SALE = '1042,11/14/2026,4:42 PM,Sale,"1,149.46",12.89,"1,162.35",(415) 555-0188,2\n'


def read(content: str, columns: dict[str, str] | None = None, context: StoreContext = HOME) -> list[Any]:
    return read_export(content, "day.csv", columns or {}, FORM, context)


def test_a_line_becomes_a_proven_receipt() -> None:
    (row,) = read(HEAD + SALE)
    receipt = row.receipt
    assert row.fault == ""
    assert (receipt.number, receipt.register, receipt.phone) == ("1042", "2", "(415) 555-0188")
    assert (receipt.subtotal, receipt.tax, receipt.total, receipt.award_base) == (114946, 1289, 116235, 114946)
    assert receipt.date == datetime(2026, 11, 14, 16, 42)  # noqa: DTZ001 - as the till has it
    assert receipt.proof


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        ("1,11/14/2026,4:42 PM,Sale,10.00,1.00,12.00,,", "do not make the total"),
        ("1,11/14/2026,4:42 PM,Sale,,,12.00,,", "the net is not known"),
        ("1,11/14/2026,4:42 PM,Sale,10.00,1.00,soon,,", "no amount"),
        ("1,11/14/2026,4:42 PM,Layaway,10.00,1.00,11.00,,", "no kind of receipt"),
        (",11/14/2026,4:42 PM,Sale,10.00,1.00,11.00,,", "no number"),
        ("1,someday,,Sale,10.00,1.00,11.00,,", "no date"),
        ("1,11/14/2026,4:42 PM,Void,10.00,1.00,11.00,,", "a void earns nothing"),
    ],
)
def test_what_cannot_be_booked_says_why(cells: str, fault: str) -> None:
    (row,) = read(HEAD + cells + "\n")
    assert fault in row.fault
    assert compare([row], [])[0].status is Status.FAULTY


@pytest.mark.parametrize(("kind", "sign"), [("Return", ""), ("Return", "-"), ("Sale", "-")])
def test_a_return_is_negative_whichever_way_it_is_written(kind: str, sign: str) -> None:
    (row,) = read(HEAD + f"1,2026-11-14,09:05:11,{kind},{sign}10.00,{sign}1.00,{sign}11.00,,\n")
    assert (row.receipt.kind, row.receipt.total, row.receipt.award_base) == (Kind.RETURN, -1100, -1000)


@pytest.mark.parametrize(
    ("text", "exponent", "value"),
    [("1.149,46", 2, 114946), ("1 149,46 €", 2, 114946), ("$12", 2, 1200), ("36,500", 0, 36500), ("(1.00)", 2, -100)],
)
def test_amounts_of_any_style(text: str, exponent: int, value: int) -> None:
    (row,) = read(f"id;date;tax;total\n7;2026-11-14;0;{text}\n", context=StoreContext(exponent=exponent))
    assert abs(row.receipt.total) == abs(value)


def test_headings_can_be_named_and_a_wrong_one_is_told() -> None:
    content = "Bon;Wann;Netto;Summe;Tel\n7;14.11.2026 20:15;10,00;11,90;030 5550100\n"
    context = StoreContext(country="DE", currency="EUR")
    (row,) = read(content, {"time": "Wann", "phone": "tel"}, context)
    assert (row.receipt.number, row.receipt.tax, row.receipt.phone) == ("7", 190, "030 5550100")
    with pytest.raises(TillpostError, match=r"day.csv, line 1: there is no column 'Telefon' .*did you mean 'Tel'"):
        read(content, {"phone": "Telefon", "time": "Wann"}, context)
    with pytest.raises(TillpostError, match="no column for time among: Bon") as fault:
        read(content, {}, context)
    assert "--column time=HEADING" in fault.value.hint


def known(**changes: Any) -> dict[str, Any]:
    plain = {"id": 5, "number": "1042", "register": "2", "total": 116235, "business_day": "2026-11-14"}
    return {**plain, "printed_at": "2026-11-14T16:42:31", "state": "accepted", **changes}


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, Status.SEEN),
        ({"number": "0001042"}, Status.SEEN),
        ({"register": None}, Status.SEEN),
        ({"register": "3"}, Status.UNSEEN),
        ({"total": 100}, Status.UNSEEN),
        ({"business_day": "2026-11-13", "printed_at": None}, Status.UNSEEN),
        ({"state": "held", "total": None}, Status.HELD),
    ],
)
def test_a_line_is_held_beside_what_the_box_has(changes: dict[str, Any], status: Status) -> None:
    (found,) = compare(read(HEAD + SALE), [known(**changes)])
    assert found.status is status


def test_a_line_that_stands_twice_counts_once() -> None:
    assert [one.status for one in compare(read(HEAD + SALE + SALE), [])] == [Status.UNSEEN, Status.TWICE]


def test_the_place_of_a_receipt_is_always_the_same_and_its_own() -> None:
    rows = [row.receipt for row in read(HEAD + SALE + SALE.replace("1042", "1043"))]
    places = {place_of("shop", lane, receipt) for lane in ("a", "b") for receipt in rows}
    assert len(places) == 4
    assert {place_of("shop", lane, receipt) for lane in ("a", "b") for receipt in rows} == places


@given(st.text(alphabet=st.sampled_from('0123456789.,;-/:"\n\r\x00 ()$PASaler'), max_size=80))
@settings(max_examples=150, deadline=None, derandomize=True)
def test_whatever_stands_in_an_export_is_never_booked_without_adding_up(content: str) -> None:
    try:
        rows = read(HEAD + content)
    except TillpostError as fault:
        assert str(fault).startswith("day.csv, line ")  # noqa: PT017 - either of the two is right
        return
    for row in rows:
        receipt = row.receipt
        assert row.fault or (receipt.number and receipt.date and receipt.subtotal + receipt.tax == receipt.total)
