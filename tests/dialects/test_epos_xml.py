"""Epson's XML: the same events in any slices, what prints is printed, what is not understood is named."""

import random

import pytest

from agent.dialects import DialectName, DialectState, Language, language_of, read_job
from agent.dialects.epos_xml import NO_HEX, NO_PICTURE, Reader
from agent.dialects.xml_document import BROKEN, ENTITIES
from agent.paper import lay_out
from agent.print_events import Aligned, Barcode, Cut, DrawerKick, Move, PrintEvent, Raster, Text, Unreadable
from tests.dialects.xml_documents import LINES, base64_of, epos, epos_receipt


def events_of(document: bytes) -> list[PrintEvent]:
    return read_job(document, DialectState(), DialectName.AUTO)[0]


def lines_of(document: bytes) -> list[str]:
    return [line.text for line in lay_out(events_of(document)).lines]


def whys(events: list[PrintEvent]) -> list[str]:
    return [event.why for event in events if isinstance(event, Unreadable)]


def test_a_receipt_is_read_as_printed() -> None:
    document = epos_receipt()
    assert language_of(document, DialectState()) is Language.EPOS_XML
    assert lines_of(document) == list(LINES)
    events = events_of(document)
    assert isinstance(events[-1], Cut)
    assert not whys(events)


@pytest.mark.parametrize("size", [1, 2, 7, 64, 1000])
def test_the_events_are_the_same_in_any_slices(size: int) -> None:
    document, reader = epos_receipt(), Reader()
    events: list[PrintEvent] = []
    for at in range(0, len(document), size):
        events += reader.feed(document[at : at + size])
    assert events + reader.give_up() == events_of(document)


def test_attributes_hold_for_the_texts_behind_them() -> None:
    wide = '<text dw="true" dh="true" align="center" em="true"/><text>SUM</text><text width="1">x&#9;y</text>'
    events = events_of(epos(wide))
    texts = [event for event in events if isinstance(event, Text)]
    assert [(text.text, text.cell, text.tall, text.emphasis) for text in texts] == [
        ("SUM", 24, 2, True),
        ("x", 12, 2, True),
        ("y", 12, 2, True),
    ]
    assert any(isinstance(event, Aligned) for event in events)


def test_columns_by_position_do_not_run_together() -> None:
    assert lines_of(epos('<text>2 Cortado @4.25</text><text x="400"/><text>8.50&#10;</text>')) == [
        "2 Cortado @4.25                  8.50"
    ]
    assert Move in {type(event) for event in events_of(epos('<text x="400"/>'))}


def test_a_page_is_read_from_top_to_bottom() -> None:
    page = (
        '<page><area x="0" y="0" width="500" height="300"/><position x="0" y="90"/><text>TOTAL 5.00</text>'
        '<position x="0" y="30"/><text>SHOP&#10;Tea 5.00</text></page>'
    )
    assert lines_of(epos(page)) == ["SHOP", "Tea 5.00", "TOTAL 5.00"]


def test_printer_bytes_in_hex_are_read_by_their_own_reader() -> None:
    raw = b"\x1b@SHOP\nTOTAL 5.00\n".hex()
    assert lines_of(epos(f"<command>{raw}</command>")) == ["SHOP", "TOTAL 5.00"]
    assert whys(events_of(epos("<command>1B4</command>"))) == [NO_HEX]


def test_pictures_codes_and_kicks() -> None:
    dots = base64_of(b"\xff\x00" * 8)
    document = epos(
        f'<image width="16" height="8">{dots}</image><symbol type="qrcode_model_2">T-17</symbol>'
        '<barcode type="code39">A1</barcode><pulse drawer="drawer_1"/><logo key1="48" key2="48"/>'
    )
    events = events_of(document)
    assert [event for event in events if isinstance(event, Barcode)] == [
        Barcode(document.index(b"<symbol"), "qr", "T-17"),
        Barcode(document.index(b"<barcode"), "code39", "A1"),
    ]
    pictures = [event for event in events if isinstance(event, Raster)]
    assert [(one.width, one.height, one.data) for one in pictures] == [(16, 8, b"\xff\x00" * 8), (0, 0, b"")]
    assert any(isinstance(event, DrawerKick) for event in events)
    assert whys(events_of(epos('<image width="16" height="9">AAAA</image>'))) == [NO_PICTURE]


def test_text_in_an_unknown_element_is_named() -> None:
    assert whys(events_of(epos("<future>5.00</future>"))) == ["<future> holds text, and what it prints is not read"]


def test_a_document_that_breaks_off_gives_what_it_had_and_says_so() -> None:
    document = epos_receipt()
    events = events_of(document[: document.index(b"Subtotal") + 20])
    assert whys(events) == [BROKEN]
    assert any(isinstance(event, Text) and event.text.startswith("Subtotal") for event in events)


def test_entities_are_refused_before_they_grow() -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><epos-print>&b;</epos-print>'
    assert whys(events_of(bomb)) == [ENTITIES]


def test_damaged_documents_raise_nothing() -> None:
    rng, document = random.Random(11), epos_receipt()
    for _ in range(400):
        damaged = bytearray(document)
        for _ in range(rng.randrange(1, 6)):
            damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        reader = Reader()
        reader.feed(bytes(damaged))
        reader.give_up()
