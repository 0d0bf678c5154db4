"""What may be deleted: closed, old by a clock that can be trusted, and final in every byte."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from agent.clock import Quality
from agent.journal.record import Position
from agent.journal.retention import delete, expendable, usage
from agent.journal.segment import segments
from agent.journal.writer import JournalWriter
from tests.hand_clock import START, HandClock
from tests.journal.entries import SMALL, fill, payloads, read_all

DAY = timedelta(days=1)


def ten_days(folder: Path, clock: HandClock | None = None) -> list[tuple[Position, bytes]]:
    """A journal with a segment and more each day."""
    clock = clock or HandClock()
    journal = JournalWriter(folder, clock, segment_bytes=SMALL)
    wrote = []
    for day in range(10):
        wrote += fill(journal, 22, session=day)
        clock.jump(DAY)
    journal.close()
    return wrote


def test_only_old_and_final_segments_may_go(tmp_path: Path) -> None:
    wrote = ten_days(tmp_path)
    names = [name.path for name in segments(tmp_path)]
    now, end = START + 10 * DAY + timedelta(hours=1), wrote[-1][0]
    assert expendable(tmp_path, end, now=now, trusted=True) == names[:3]
    assert expendable(tmp_path, end, now=now, trusted=True, keep_days=1) == names[:-1]
    assert expendable(tmp_path, end, now=now + 1000 * DAY, trusted=True) == names[:-1], "never the newest"
    assert expendable(tmp_path, wrote[0][0], now=now, trusted=True) == []
    second = Position(end.journal, 2, 64)
    assert expendable(tmp_path, second, now=now, trusted=True) == names[:1], "nothing that is not final"
    assert expendable(tmp_path, Position(end.journal ^ 1, 99, 64), now=now, trusted=True) == []


def test_nothing_may_go_by_an_untrusted_clock(tmp_path: Path) -> None:
    wrote = ten_days(tmp_path)
    assert expendable(tmp_path, wrote[-1][0], now=datetime(2036, 1, 1, tzinfo=UTC), trusted=False) == []


def test_times_written_by_an_untrusted_clock_count_as_the_next_trusted_one(tmp_path: Path) -> None:
    guessing = HandClock(datetime(1970, 1, 1, tzinfo=UTC))
    guessing.trusted = Quality.GUESS
    ten_days(tmp_path, guessing)
    assert expendable(tmp_path, Position(1, 99, 0), now=START, trusted=True) == []
    sure = ten_days(tmp_path, HandClock(boot="b0070002"))
    old = [name for name in segments(tmp_path) if name.segment < sure[0][0].segment]
    assert expendable(tmp_path, sure[-1][0], now=START + 6 * DAY, trusted=True) == []
    assert expendable(tmp_path, sure[-1][0], now=START + 7.5 * DAY, trusted=True)[: len(old)] == [n.path for n in old]


def test_deleting_frees_and_leaves_the_rest_readable(tmp_path: Path) -> None:
    wrote = ten_days(tmp_path)
    going = expendable(tmp_path, wrote[-1][0], now=START + 10 * DAY, trusted=True)
    assert delete(going) == len(going) * SMALL
    assert payloads(read_all(tmp_path)) == [entry for entry in wrote if entry[0].segment > len(going)]


def test_the_cap_is_an_alarm_and_deletes_nothing(tmp_path: Path) -> None:
    ten_days(tmp_path)
    used = usage(tmp_path, cap_bytes=5 * SMALL)
    assert (used.segments, used.bytes, used.over_cap) == (
        len(segments(tmp_path)),
        len(segments(tmp_path)) * SMALL,
        True,
    )
    assert not usage(tmp_path, cap_bytes=50 * SMALL).over_cap
