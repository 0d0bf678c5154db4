"""Star's XML: the document inside the document, its codes for blanks, printer bytes in base64."""

import random

import pytest

from agent.dialects import DialectName, DialectState, Language, language_of, read_job
from agent.dialects.star_webprnt import NO_BASE64, Reader
from agent.paper import lay_out
from agent.print_events import Cut, DrawerKick, PrintEvent, Raster, Text, Unreadable
from tests.dialects.xml_documents import LINES, base64_of, star_text, webprnt, webprnt_receipt


def events_of(document: bytes) -> list[PrintEvent]:
    return read_job(document, DialectState(), DialectName.AUTO)[0]


def lines_of(document: bytes) -> list[str]:
    return [line.text for line in lay_out(events_of(document)).lines]


def test_a_receipt_is_read_as_printed() -> None:
    document = webprnt_receipt()
    assert language_of(document, DialectState()) is Language.STAR_WEBPRNT
    assert lines_of(document) == list(LINES)
    assert isinstance(events_of(document)[-1], Cut)


@pytest.mark.parametrize("size", [1, 3, 50, 999])
def test_the_events_are_the_same_in_any_slices(size: int) -> None:
    document, reader = webprnt_receipt(), Reader()
    events: list[PrintEvent] = []
    for at in range(0, len(document), size):
        events += reader.feed(document[at : at + size])
    assert events + reader.give_up() == events_of(document)


def test_elements_may_stand_in_the_request_themselves() -> None:
    document = b"<StarWebPrint><Request><root><text>TOTAL 5.00\n</text></root></Request></StarWebPrint>"
    assert lines_of(document) == ["TOTAL 5.00"]
    assert lines_of(b'<root><text codepage="cp850">\\x81ber\\x20\\\\ 5.00</text></root>') == ["über \\ 5.00"]
    assert star_text("a b\\") == "a\\x20b\\\\"


def test_styles_pictures_and_the_drawer() -> None:
    dots = base64_of(b"\x0f" * 4)
    events = events_of(
        webprnt(
            '<text width="2" height="2" emphasis="true">SUM</text>',
            f'<bitimage width="8" height="4">{dots}</bitimage>',
            '<peripheral channel="1" on="200" off="200"/>',
            '<cutpaper type="partial"/>',
        )
    )
    [text] = [event for event in events if isinstance(event, Text)]
    assert (text.cell, text.tall, text.emphasis) == (24, 2, True)
    assert [(one.width, one.height, one.data) for one in events if isinstance(one, Raster)] == [(8, 4, b"\x0f" * 4)]
    assert any(isinstance(event, DrawerKick) for event in events)
    assert isinstance(events[-1], Cut)
    assert events[-1].partial


def test_printer_bytes_in_base64_are_read_by_their_own_reader() -> None:
    raw = base64_of(b"\x1b@\x1bESHOP\x1bF\nTOTAL 5.00\n\x1bd\x03")
    events = events_of(webprnt(f"<rawdata>{raw}</rawdata>"))
    assert [event.text for event in events if isinstance(event, Text)] == ["SHOP", "TOTAL 5.00"]
    assert isinstance(events[-1], Cut)
    [broken] = events_of(webprnt("<rawdata>===</rawdata>"))
    assert isinstance(broken, Unreadable)
    assert broken.why == NO_BASE64


def test_damaged_documents_raise_nothing() -> None:
    rng, document = random.Random(12), webprnt_receipt()
    for _ in range(400):
        damaged = bytearray(document)
        for _ in range(rng.randrange(1, 6)):
            damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        reader = Reader()
        reader.feed(bytes(damaged))
        reader.give_up()
