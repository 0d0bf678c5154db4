"""Jobs out of journal records: cut, quiet, closed; over connections, over gaps, the same on replay."""

import json
import random
from dataclasses import dataclass, field

import pytest

from agent.dialects import DialectName, DialectState, read_job
from agent.job import CONTINUE_SECONDS, Job, JobCutter
from agent.job.open_job import LONGEST_JOB
from agent.journal.record import Direction, Position, Record, RecordKind
from agent.paper import lay_out
from agent.taps.lane import Lane, TapKind
from tests.dialects.streams import randomly_sliced, real_streams, sliced

LANE = Lane(name="front", tap=TapKind.RAW_TCP)
SHOP = b"\x1b@\x1ba1HAPPY TAILS\n\x1ba0"
RECEIPT = SHOP + b"Dog food 12.00\nTOTAL 12.00\n\x1dVB\x00"
OTHER = SHOP + b"Cat food 7.00\nTOTAL 7.00\n\x1dVB\x00"


@dataclass
class Tape:
    """A journal written by hand: what happened when on one lane."""

    entries: list[tuple[Position, Record]] = field(default_factory=list)
    boot: str = "b0070001"
    _at: int = 64
    _offsets: dict[tuple[int, Direction], int] = field(default_factory=dict)

    def sent(
        self, seconds: float, session: int, data: bytes, direction: Direction = Direction.TO_PRINTER, lost: int = 0
    ) -> "Tape":
        offset = self._offsets.get((session, direction), 0) + lost
        self._offsets[session, direction] = offset + len(data)
        return self._add(RecordKind.BYTES, seconds, session, offset, data, direction)

    def closed(self, seconds: float, session: int) -> "Tape":
        offset = self._offsets.get((session, Direction.TO_PRINTER), 0)
        return self._add(RecordKind.CLOSED, seconds, session, offset, b'{"cause": "till"}')

    def gap(self, seconds: float, session: int, length: int | None) -> "Tape":
        offset = self._offsets.get((session, Direction.TO_PRINTER), 0)
        self._offsets[session, Direction.TO_PRINTER] = offset + (length or 0)
        payload = json.dumps({"cause": "disk was full", "length": length}).encode()
        return self._add(RecordKind.GAP, seconds, session, offset, payload)

    def _add(  # noqa: PLR0917 - a record has these
        self,
        kind: RecordKind,
        seconds: float,
        session: int,
        offset: int,
        payload: bytes,
        direction: Direction = Direction.TO_PRINTER,
    ) -> "Tape":
        stamp = round(seconds * 1_000_000)
        record = Record(kind, "front", session, direction, offset, self.boot, stamp * 1000, stamp, True, payload)
        self.entries.append((Position(1, 1, self._at), record))
        self._at += len(payload) + 40
        return self

    def jobs(self, lane: Lane = LANE, *, at: float | None = None) -> list[Job]:
        """What a replay of it gives, with the time read off at the end."""
        cutter = JobCutter(lane)
        jobs = [job for position, record in self.entries for job in cutter.feed(position, record)]
        if at is not None:
            jobs += cutter.quiet(round(at * 1e9), self.boot)
        return jobs


def papers(jobs: list[Job]) -> list[list[str]]:
    """The text of each job that prints some."""
    read = [lay_out(read_job(job.data, job.state, DialectName.AUTO)[0]) for job in jobs]
    return [[line.text.strip() for line in paper.lines] for paper in read if paper.lines]


def causes(jobs: list[Job]) -> list[str]:
    return [job.cause for job in jobs]


def test_a_cut_ends_a_job_at_once() -> None:
    jobs = Tape().sent(0, 1, RECEIPT).jobs()
    assert [(job.data, job.cause, job.lane, job.session) for job in jobs] == [(RECEIPT, "cut", "front", 1)]
    assert jobs[0].origin == Position(1, 1, 64)


def test_two_receipts_in_one_segment_are_two_jobs() -> None:
    jobs = Tape().sent(0, 1, RECEIPT + OTHER).jobs()
    assert [job.data for job in jobs] == [RECEIPT, OTHER]
    assert [job.origin.offset for job in jobs] == [64, 64 + len(RECEIPT)]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64])
def test_slices_give_the_same_jobs(size: int) -> None:
    tape = Tape()
    for piece in sliced(RECEIPT + OTHER, size):
        tape.sent(0, 1, piece)
    assert [job.data for job in tape.jobs()] == [RECEIPT, OTHER]


def test_every_real_stream_gives_the_same_jobs_however_it_is_sliced() -> None:
    for name, data in real_streams():
        whole = Tape().sent(0, 1, data).closed(1, 1).jobs(at=60)
        assert b"".join(job.data for job in whole) == data, name
        tape = Tape()
        for piece in randomly_sliced(data, len(data)):
            tape.sent(0, 1, piece)
        jobs = tape.closed(1, 1).jobs(at=60)
        assert [(job.data, job.cause, job.state) for job in jobs] == [
            (job.data, job.cause, job.state) for job in whole
        ], name


def test_a_drawer_kick_and_line_feed_after_the_cut_make_no_receipt() -> None:
    jobs = Tape().sent(0, 1, RECEIPT).sent(0, 1, b"\n\x1bp\x00\x19\xfa\x00").jobs(at=60)
    assert causes(jobs) == ["cut", "quiet"]
    assert len(papers(jobs)) == 1


def test_silence_ends_a_job_and_a_later_record_ends_it_at_the_same_place() -> None:
    text = b"HAPPY TAILS\nTOTAL 12.00\n"
    asked = Tape().sent(0, 1, text).jobs(at=10.5)
    replayed = Tape().sent(0, 1, text).sent(25, 1, OTHER).jobs()
    assert causes(asked) == ["quiet"]
    assert causes(replayed) == ["quiet", "cut"]
    assert asked[0] == replayed[0]
    assert Tape().sent(0, 1, text).jobs(at=9.5) == []


def test_serial_lanes_wait_longer() -> None:
    serial = Lane(name="front", tap=TapKind.SERIAL_PORT)
    tape = Tape().sent(0, 1, SHOP + b"Dog food 12.00\n").sent(25, 1, b"TOTAL 12.00\n\x1dV0")
    assert causes(tape.jobs(serial)) == ["cut"]
    assert causes(tape.jobs()) == ["quiet", "cut"]


def test_a_receipt_that_a_wire_tap_heard_over_the_boxs_reboot_is_one_job() -> None:
    lane = Lane(name="front", tap=TapKind.WIRE_TAP)
    tape = Tape().sent(1000, 1, RECEIPT[:20])
    tape.boot = "b0070002"
    tape.sent(1020, 1, RECEIPT[20:]).sent(1100, 1, OTHER)
    assert [job.data for job in tape.jobs(lane)] == [RECEIPT, OTHER]
    assert [job.gap for job in tape.jobs(lane)] == ["", ""]
    assert causes(tape.jobs(Lane(name="front", tap=TapKind.SERIAL_PORT)))[0] == "closed"


def test_a_wire_tap_that_was_silent_over_the_reboot_begins_a_new_job_without_a_gap() -> None:
    lane = Lane(name="front", tap=TapKind.WIRE_TAP)
    tape = Tape().sent(1000, 1, SHOP + b"torn off by hand\n")
    tape.boot = "b0070002"
    tape.sent(1600, 1, OTHER)
    assert causes(tape.jobs(lane)) == ["closed", "cut"]
    assert tape.jobs(lane)[1].gap == ""


def test_a_command_half_read_at_silence_does_not_eat_the_next_receipt() -> None:
    jobs = Tape().sent(0, 1, RECEIPT + b"\x1bp\x00").sent(20, 1, OTHER).jobs()
    assert [job.data for job in jobs] == [RECEIPT, b"\x1bp\x00", OTHER]
    jobs = Tape().sent(0, 1, b"\x1dv0\x00\x40\x00\x40\x00pixels").sent(20, 1, OTHER).jobs()
    assert papers(jobs) == papers(Tape().sent(0, 1, OTHER).jobs())


def test_three_receipts_in_one_session_that_never_closes() -> None:
    tape = Tape().sent(0, 1, RECEIPT).sent(40, 1, b"\n" + OTHER).sent(80, 1, RECEIPT)
    assert [paper[-1] for paper in papers(tape.jobs())] == ["TOTAL 12.00", "TOTAL 7.00", "TOTAL 12.00"]


def test_initialising_the_printer_at_every_line_splits_nothing() -> None:
    stream = b"".join(b"\x1b@" + line + b"\n" for line in (b"HAPPY TAILS", b"Dog food 12.00", b"TOTAL 12.00"))
    assert papers(Tape().sent(0, 1, stream).jobs(at=60)) == [["HAPPY TAILS", "Dog food 12.00", "TOTAL 12.00"]]


def test_a_coupon_after_a_partial_cut_is_a_job_of_its_own() -> None:
    jobs = Tape().sent(0, 1, RECEIPT[:-2] + b"A\x00" + b"$5.00 OFF\n\x1dV1").jobs()
    assert papers(jobs)[1] == ["$5.00 OFF"]


def test_two_registers_interleaved_are_kept_apart() -> None:
    tape = Tape()
    pieces = list(zip(sliced(RECEIPT, 9), sliced(OTHER, 9), strict=False))
    for one, two in pieces:
        tape.sent(0, 1, one).sent(0, 2, two)
    tape.sent(0, 1, RECEIPT[9 * len(pieces) :]).sent(0, 2, OTHER[9 * len(pieces) :])
    assert {job.session: job.data for job in tape.jobs()} == {1: RECEIPT, 2: OTHER}


def test_cuts_inside_pictures_or_for_the_display_are_none() -> None:
    picture = b"\x1dv0\x00\x03\x00\x01\x00\x1dV0"
    display = b"\x1b=\x02TOTAL\x1dV0\x1b=\x01"
    assert len(Tape().sent(0, 1, picture + display + RECEIPT).jobs()) == 1


def test_the_printers_own_answers_finish_nothing() -> None:
    tape = Tape().sent(0, 1, SHOP).sent(0, 1, b"\x1dV0\x16", Direction.FROM_PRINTER).sent(1, 1, RECEIPT)
    assert [job.data for job in tape.jobs()] == [SHOP + RECEIPT]


@pytest.mark.parametrize("place", range(10, len(RECEIPT) - 1, 3))
def test_one_receipt_over_two_connections_is_one_job(place: int) -> None:
    tape = Tape().sent(0, 1, RECEIPT[:place]).closed(0.1, 1).sent(0.6, 2, RECEIPT[place:]).closed(0.7, 2)
    assert papers(tape.jobs(at=60)) == papers(Tape().sent(0, 1, RECEIPT).jobs())


def test_one_receipt_over_three_connections_with_initialising_in_each() -> None:
    tape = Tape().sent(0, 1, SHOP + b"Dog food 12.00\n").closed(0.1, 1)
    tape.sent(0.5, 2, b"\x1b@Cat food 7.00\n").closed(0.6, 2)
    tape.sent(1.0, 3, b"\x1b@TOTAL 19.00\n\x1dV0").closed(1.1, 3)
    jobs = tape.jobs()
    assert papers(jobs) == [["HAPPY TAILS", "Dog food 12.00", "Cat food 7.00", "TOTAL 19.00"]]
    assert (jobs[0].origin, jobs[0].session) == (Position(1, 1, 64), 1)


def test_a_printer_that_is_only_asked_in_between_does_not_part_a_receipt() -> None:
    tape = Tape().sent(0, 1, SHOP + b"Dog food 12.00\n").closed(0.1, 1)
    tape.sent(0.2, 2, b"\x10\x04\x01").closed(0.3, 2).sent(0.9, 3, b"TOTAL 12.00\n\x1dV0")
    assert len(papers(tape.jobs())) == 1


def test_a_till_that_tries_again_gives_two_jobs() -> None:
    tape = Tape().sent(0, 1, RECEIPT[:30]).closed(0.1, 1).sent(0.5, 2, RECEIPT)
    assert [job.data for job in tape.jobs()] == [RECEIPT[:30], RECEIPT]
    assert causes(tape.jobs()) == ["closed", "cut"]


def test_connections_far_apart_are_two_jobs() -> None:
    tape = Tape().sent(0, 1, RECEIPT[:40]).closed(0.1, 1).sent(CONTINUE_SECONDS + 0.2, 2, RECEIPT[40:])
    assert causes(tape.jobs()) == ["closed", "cut"]
    assert causes(Tape().sent(0, 1, RECEIPT[:40]).closed(0.1, 1).jobs(at=CONTINUE_SECONDS + 0.2)) == ["closed"]
    assert Tape().sent(0, 1, RECEIPT[:40]).closed(0.1, 1).jobs(at=1) == []


def test_receipts_torn_off_by_hand_are_not_joined() -> None:
    one, two = (SHOP + b"TOTAL 1.00\n\n\n\n", b"KITCHEN\n2 Latte\n\x1bd\x05")
    tape = Tape().sent(0, 1, one).closed(0.1, 1).sent(0.3, 2, two).closed(0.4, 2)
    assert [job.data for job in tape.jobs()] == [one, two]


def test_probes_make_no_receipt() -> None:
    tape = Tape().closed(0, 1).sent(1, 2, b"\x10\x04\x01").closed(1, 2).sent(2, 3, b"\x1dI\x43").closed(2, 3)
    assert papers(tape.sent(3, 4, b"\x1bp\x00").closed(3, 4).jobs(at=60)) == []


def test_missing_bytes_are_named_on_the_job_they_belong_to() -> None:
    jobs = Tape().sent(0, 1, SHOP).sent(0, 1, b"TOTAL 12.00\n\x1dV0", lost=17).sent(1, 1, OTHER).jobs()
    assert [job.gap for job in jobs] == ["17 bytes are missing", ""]
    jobs = Tape().sent(0, 1, SHOP).gap(0, 1, 17).sent(0, 1, b"TOTAL 12.00\n\x1dV0").jobs()
    assert [job.gap for job in jobs] == ["disk was full"]
    jobs = Tape().sent(0, 1, RECEIPT).gap(0, 1, None).sent(0, 1, OTHER).jobs()
    assert [job.gap for job in jobs] == ["", "disk was full"]


def test_missing_bytes_inside_a_picture_do_not_hide_the_cut() -> None:
    tape = Tape().sent(0, 1, b"\x1dv0\x00\x48\x00\x00\x01pixels").sent(0, 1, b"TOTAL 1.00\n\x1dV0", lost=9000)
    assert causes(tape.jobs(Lane(name="front", tap=TapKind.RAW_TCP, dialect=DialectName.ESCPOS))) == ["cut"]


def test_a_job_without_end_is_ended_and_the_rest_goes_on() -> None:
    block, tape = b"A" * (1 << 20), Tape()
    for _ in range(17):
        tape.sent(0, 1, block)
    jobs = tape.sent(0, 1, b"\x1dV0").jobs()
    assert [(len(job.data), job.cause) for job in jobs] == [(LONGEST_JOB, "too long"), ((1 << 20) + 3, "cut")]


def test_what_the_till_has_set_goes_from_job_to_job() -> None:
    jobs = Tape().sent(0, 1, b"\x1bt\x10A\xe9\n\x1dV0" + b"\xe9\n\x1b@\x1dV0" + b"\x82\n\x1dV0").jobs()
    assert papers(jobs) == [["Aé"], ["é"], ["é"]]
    assert [job.state.page for job in jobs] == ["", "cp1252", ""]


def test_the_lanes_language_is_remembered_for_the_next_session() -> None:
    tape = Tape().sent(0, 1, RECEIPT).closed(0, 1).sent(1, 2, b"TOTAL 1.00\n\x1bi").sent(1, 2, b"TOTAL 2.00\n\x1bi")
    assert causes(tape.jobs()) == ["cut", "cut", "cut"]


def test_star_receipts_are_parted_at_stars_cuts() -> None:
    star = b"\x1b@\x1b\x1da\x01SHOP\n\x1b\x1dt\x01\x1bi\x01\x01TOTAL 5.00\n\x1bd\x03"
    assert [job.data for job in Tape().sent(0, 1, star * 2).jobs()] == [star, star]


def test_a_plain_text_lane_has_no_cuts() -> None:
    lane = Lane(name="front", tap=TapKind.RAW_TCP, dialect=DialectName.PLAIN_TEXT)
    assert causes(Tape().sent(0, 1, RECEIPT).jobs(lane, at=60)) == ["quiet"]


def test_a_reboot_ends_what_was_open() -> None:
    tape = Tape().sent(100, 1, SHOP + b"Dog food 12.00\n")
    tape.boot = "b0070002"
    tape.sent(1, 2, OTHER)
    assert causes(tape.jobs()) == ["closed", "cut"]
    assert papers(tape.jobs())[0] == ["HAPPY TAILS", "Dog food 12.00"]


def test_the_oldest_unfinished_byte_is_known() -> None:
    cutter, tape = JobCutter(LANE), Tape().sent(0, 1, RECEIPT + b"SHOP").sent(0, 2, b"X").closed(0.1, 1)
    for position, record in tape.entries[:1]:
        cutter.feed(position, record)
    assert [origin for origin, _ in cutter.unfinished.values()] == [Position(1, 1, 64 + len(RECEIPT))]
    for position, record in tape.entries[1:]:
        cutter.feed(position, record)
    assert min(origin for origin, _ in cutter.unfinished.values()) == Position(1, 1, 64 + len(RECEIPT))
    cutter.quiet(60 * 10**9, tape.boot)
    assert cutter.unfinished == {}


def test_reading_goes_on_in_the_middle_of_a_session_with_what_was_set() -> None:
    tape = Tape().sent(0, 1, b"\x1bt\x10A\n\x1dV0").sent(1, 1, b"\xe9\n\x1dV0")
    first = JobCutter(LANE)
    first.feed(*tape.entries[0])
    states = {number: DialectState.from_json(state.as_json()) for number, state in first.states.items()}
    assert papers(JobCutter(LANE, states).feed(*tape.entries[1])) == [["é"]]


@pytest.mark.parametrize("size", [1, 20, 100, 10_000])
def test_a_cut_that_is_told_late_still_parts_the_receipts(size: int) -> None:
    looks_longer = b"\x1bb" + b"x" * 20  # would be a Star barcode, were there an RS behind it
    tape = Tape()
    for piece in sliced(looks_longer + RECEIPT + b"\n" * 200 + OTHER, size):
        tape.sent(0, 1, piece)
    jobs = tape.jobs()
    assert [job.data for job in jobs] == [looks_longer + RECEIPT, b"\n" * 200 + OTHER]
    if size == 10_000:
        assert [job.origin.offset for job in jobs] == [64, 64 + len(looks_longer + RECEIPT)]


def test_a_lane_whose_sessions_never_close_keeps_few_of_them() -> None:
    cutter, tape = JobCutter(LANE), Tape()
    for session in range(2000):
        tape.sent(session * 60, session, RECEIPT)
    jobs = [job for position, record in tape.entries for job in cutter.feed(position, record)]
    assert len(jobs) == 2000
    assert len(cutter.states) < 300


def test_hundreds_of_tills_at_once_lose_nothing() -> None:
    tape = Tape()
    for piece in sliced(RECEIPT, 20):
        for session in range(400):
            tape.sent(0, session, piece)
    assert [job.data for job in tape.jobs()] == [RECEIPT] * 400


def test_noise_ends_in_jobs_that_hold_every_byte_once() -> None:
    rng, tape, sent = random.Random(5), Tape(), {1: b"", 2: b"", 3: b""}
    for step in range(2000):
        session, data = rng.choice((1, 2, 3)), rng.randbytes(rng.randrange(1, 60)) + rng.choice((b"", b"\x1dV0"))
        sent[session] += data
        tape.sent(step * 0.1, session, data)
    jobs = tape.jobs(at=10_000)
    assert {number: b"".join(job.data for job in jobs if job.session == number) for number in sent} == sent
