"""Which language a job is in, and what is handed from one job to the next."""

import json

from agent.dialects import MOST_EVENTS, TOO_LONG, DialectName, DialectState, Language, language_of, read_job
from agent.dialects.evidence import Evidence
from agent.dialects.tokenizer import Tokenizer
from agent.print_events import Cut, Move, PrintEvent, Raster, Text, Unreadable
from tests.dialects.streams import noise, real_streams

EPSON = b"\x1b@\x1ba1SHOP\n\x1ba0TOTAL 5.00\n\x1dV0"
STAR = b"\x1b@\x1b\x1da\x01SHOP\n\x1b\x1da\x002 Cortado @4.25\x1b\x1dA\x90\x018.50\n\x1b\x1dt\x01\x1bd\x03"


def texts(events: list[PrintEvent]) -> list[str]:
    return [event.text for event in events if isinstance(event, Text)]


def test_a_job_is_read_in_the_language_it_shows() -> None:
    assert language_of(EPSON, DialectState()) is Language.ESCPOS
    assert language_of(STAR, DialectState()) is Language.STAR
    assert language_of(b"TOTAL 5.00\r\n", DialectState()) is Language.PLAIN_TEXT
    assert language_of(b"\x1b@TOTAL 5.00\r\n", DialectState()) is Language.ESCPOS


def test_a_job_that_shows_too_little_is_in_the_language_of_the_one_before() -> None:
    _, state = read_job(EPSON, DialectState(), DialectName.AUTO)
    assert language_of(b"TOTAL 5.00\n\x1bi", state) is Language.ESCPOS
    _, state = read_job(STAR, DialectState(), DialectName.AUTO)
    assert language_of(b"TOTAL 5.00\n\x1bi\x01\x01", state) is Language.STAR


def test_a_look_at_the_signs_tells_what_weighing_every_command_tells() -> None:
    streams = [data for _, data in real_streams()] + [noise(3000, seed) for seed in range(60)]
    for data in streams:
        for language in (Language.ESCPOS, Language.STAR):
            if not Evidence.may_change(language, data):
                evidence, tokenizer = Evidence(), Tokenizer()
                for token in tokenizer.feed(data):
                    if not token.why:
                        evidence.add(token.key, token.head)
                assert evidence.language in (language, Language.UNKNOWN)


def test_one_star_command_in_a_long_epson_job_is_noise() -> None:
    assert language_of(EPSON * 10 + b"\x1b\x1e\x61\x00", DialectState()) is Language.ESCPOS


def test_a_cut_that_would_feed_fifty_lines_is_stars() -> None:
    old = b"\x1b@\x1bW1SHOP\x1bW0\n\x1bi\x01\x01TOTAL 5.00\x1bi\x00\x00\n\x1bd3\x07"
    assert language_of(old, DialectState()) is Language.STAR
    assert texts(read_job(old, DialectState(), DialectName.AUTO)[0]) == ["SHOP", "TOTAL 5.00"]
    assert language_of(b"\x1bd1BIG\x1bd0\r\n\x1bd\x03", DialectState()) is Language.ESCPOS


def test_stars_language_is_read_when_a_job_shows_it() -> None:
    events, state = read_job(STAR, DialectState(), DialectName.AUTO)
    assert not any(isinstance(event, Unreadable) for event in events)
    assert texts(events) == ["SHOP", "2 Cortado @4.25", "8.50"]
    assert Move(STAR.index(b"\x1b\x1dA"), 400) in events
    assert state.language == "star"


def test_pixels_between_star_raster_commands_are_no_text() -> None:
    data = b"\x1b\x1ea\x00\x1b*rR\x1b*rA\x1b*rP0\x00b\x04\x00ABCDb\x04\x00EFGH\x1b*rBTOTAL 5.00\n"
    events, _ = read_job(data, DialectState(), DialectName.AUTO)
    assert texts(events) == ["TOTAL 5.00"]
    assert [event for event in events if isinstance(event, Raster)] == [
        Raster(data.index(b"b\x04"), 32, 2, b"ABCDEFGH")
    ]


def test_the_lanes_setting_overrules_what_the_job_looks_like() -> None:
    events, state = read_job(STAR, DialectState(), DialectName.ESCPOS)
    assert state.language == "escpos"
    assert any(isinstance(event, Cut) for event in events) is False
    bare = b"\x1b@\x1bESHOP\x1bF\nTOTAL 5.00\n\x1bd\x03"  # nothing in it is Star's alone
    events, state = read_job(bare, DialectState(), DialectName.STAR)
    assert texts(events) == ["SHOP", "TOTAL 5.00"]
    assert isinstance(events[-1], Cut)
    assert state.language == "star"
    assert texts(read_job(b"\x1b@5.00\n", DialectState(), DialectName.PLAIN_TEXT)[0]) == ["@5.00"]


def test_the_code_page_lasts_from_job_to_job_until_the_printer_is_initialised() -> None:
    _, state = read_job(b"\x1bt\x10\x1dV0", DialectState(), DialectName.ESCPOS)
    assert texts(read_job(b"\xe9", state, DialectName.ESCPOS)[0]) == ["é"]
    assert texts(read_job(b"\x1b@\x82", state, DialectName.ESCPOS)[0]) == ["é"]


def test_a_printer_that_counts_its_pages_its_own_way() -> None:
    state = DialectState(own_pages=((2, "cp1252"), (1, "cp852")))
    for _ in range(2):  # also in the next job, and behind ESC @
        events, state = read_job(b"\x1b@\x1bt\x02\xfc\x1bt\x13\x81", state, DialectName.ESCPOS)
        assert texts(events) == ["ü", "ü"]
    star, _ = read_job(b"\x1b\x1dt\x01\x84", state, DialectName.STAR)
    assert texts(star) == ["ä"]
    assert DialectState.from_json(json.loads(json.dumps(state.as_json()))) == state


def test_every_encoder_stream_is_recognised() -> None:
    for name, data in real_streams():
        if not name[0].isdigit():
            continue  # a capture
        expected = Language.STAR if "star" in name else Language.ESCPOS
        assert language_of(data, DialectState()) is expected, name


def test_the_state_survives_being_written_down() -> None:
    _, state = read_job(
        b"\x1bt\x10\x1bD\x04\x08\x00\x1b&\x01AB\x00\x00\x1c&\x1b!\x30", DialectState(), DialectName.ESCPOS
    )
    assert DialectState.from_json(json.loads(json.dumps(state.as_json()))) == state
    assert DialectState.from_json({**state.as_json(), "of a later version": 1}) == state


def test_a_job_longer_than_any_receipt_is_read_in_part_and_says_so() -> None:
    events, _ = read_job(b"a\n" * 2_000_000, DialectState(), DialectName.ESCPOS)
    assert len(events) == MOST_EVENTS + 1
    assert events[-1] == Unreadable(MOST_EVENTS, 4_000_000 - MOST_EVENTS, TOO_LONG)
    assert "not read" in TOO_LONG
