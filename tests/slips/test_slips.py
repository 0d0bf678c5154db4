"""Our own slips: what stands on the closing slip, its bytes, and that the box never reads one as a receipt."""

from datetime import UTC, date, datetime

import pytest

from agent.dialects import DialectState, read_job
from agent.dialects.name import DialectName
from agent.paper import lay_out
from agent.settings import Settings, Store
from agent.slips import OUR_MARK, closing_lines, is_ours, slip_bytes
from agent.slips.closing import NARROW, WIDE
from agent.slips.printing import can_print
from agent.taps.lane import Lane, TapKind

DAY = date(2026, 11, 14)
NOW = datetime(2026, 11, 15, 5, 0, tzinfo=UTC)
BOOKS = {
    "read": 120, "awarded": 97, "waiting": 2, "held": 1, "refused": 0, "nobody": 18, "unpaid": 1, "duplicates": 1,
    "noted": 0, "points": {"club": 1234}, "totals": {"sale": 654321, "return": -4500},
    "waiting_reasons": {"club is away: no route": 2}, "held_reasons": {"the lines do not add up": 1},
}  # fmt: skip
QUIET_DAY = {**BOOKS, "waiting": 0, "held": 0, "waiting_reasons": {}, "held_reasons": {}}
TASK = {"title": "Possible existing transaction", "role": "cashier"}


@pytest.mark.parametrize("columns", [NARROW, WIDE])
def test_the_day_what_waits_and_why(columns: int) -> None:
    lines = closing_lines(Store(name="Example Pets"), DAY, BOOKS, [TASK], NOW, columns)
    text = "\n".join(lines)
    for part in ("Example Pets", "Sat 14 Nov 2026", "6543.21", "-45.00", "+1234", "2: club is away", "3 still open"):
        assert part in text
    assert "Possible existing" in text
    assert "2026-11-14 21:00" in text, "the store's own time"
    assert max(map(len, lines)) <= columns


def test_a_day_on_which_nothing_waits_says_so() -> None:
    text = " ".join(closing_lines(Store(), DAY, QUIET_DAY, [], NOW, WIDE))
    assert "Nothing waits" in text
    assert "Asked of somebody" not in text


def test_many_reasons_do_not_use_up_the_roll() -> None:
    many = {**BOOKS, "waiting_reasons": {f"reason {number}": 1 for number in range(40)}}
    lines = closing_lines(Store(), DAY, many, [TASK] * 40, NOW, NARROW)
    assert len(lines) < 60
    assert "- and 35 more" in lines


@pytest.mark.parametrize("dialect", [DialectName.AUTO, DialectName.ESCPOS, DialectName.STAR])
def test_the_bytes_are_one_cut_paper_that_is_known_as_ours(dialect: DialectName) -> None:
    data = slip_bytes(["Example", "TOTAL 12.00", "Ünïcode ☃"], dialect)
    events, _ = read_job(data, DialectState(), dialect)
    lines = [line.text for line in lay_out(events).lines]
    assert is_ours(lines)
    assert lines[:3] == [OUR_MARK, "Example", "TOTAL 12.00"]


def test_a_tills_paper_is_not_ours() -> None:
    assert not is_ours(["EXAMPLE PETS", "1", "2", "tillpost slip"])
    assert not is_ours(["we use tillpost slip printers"])
    assert not is_ours([])


@pytest.mark.parametrize(
    ("lane", "able"),
    [
        (Lane("a", TapKind.RAW_TCP, listen=":9100", printer="10.0.0.5:9100"), True),
        (Lane("a", TapKind.RAW_TCP, listen=":9100"), False),
        (Lane("a", TapKind.SERIAL_PORT, path="/dev/x", printer="/dev/y"), False),
        (Lane("a", TapKind.WIRE_TAP, path="/dev/x"), False),
    ],
)
def test_only_where_bytes_go_through_us_to_a_printer(lane: Lane, *, able: bool) -> None:
    assert can_print(lane) is able


def test_settings_that_name_a_lane_which_cannot_print_are_refused() -> None:
    lanes = {"till-1": {"tap": "serial_port", "path": "/dev/x"}}
    with pytest.raises(ValueError, match="only listens cannot print"):
        Settings.model_validate({"store": {"closing_slip": "till-1"}, "lanes": lanes})
