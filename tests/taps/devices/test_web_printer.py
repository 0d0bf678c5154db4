"""The web server of a printer that is not there."""

from xml.etree import ElementTree

from agent.taps.devices.web_printer import WebPrinter
from tests.dialects.xml_documents import epos_receipt, webprnt_receipt
from tests.wrapping.test_http import post


def answer_to(data: bytes, size: int = 1 << 16) -> bytes:
    printer = WebPrinter()
    for at in range(0, len(data), size):
        printer.send(memoryview(data[at : at + size]))
    return printer.look(0, 1 << 16)


def body_of(answer: bytes) -> ElementTree.Element:
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"access-control-allow-origin: *" in head.lower()
    assert f"content-length: {len(body)}".encode() in head.lower()
    return ElementTree.fromstring(body)


def test_epos_is_told_that_it_printed_and_gets_its_header_back() -> None:
    answer = answer_to(post(epos_receipt(), path="/cgi-bin/epos/service.cgi?devid=local_printer&timeout=10000"), size=9)
    found = body_of(answer)
    [response] = [one for one in found.iter() if one.tag.endswith("}response")]
    assert response.get("success") == "true"
    assert int(response.get("status", "0")) & 0x2, "printed"
    assert not int(response.get("status", "0")) & (0x8 | 0x20 | 0x80000), "online, closed, with paper"
    assert [one.text for one in found.iter() if one.tag.endswith("}printjobid")] == ["J17"]


def test_webprnt_gets_a_document_inside_the_document() -> None:
    [response] = list(body_of(answer_to(post(webprnt_receipt(), path="/StarWebPRNT/SendMessage"))))
    inner = ElementTree.fromstring(response.text or "")
    assert inner.findtext("success") == "true"
    assert inner.findtext("code") == "0"


def test_a_page_of_another_origin_may_ask() -> None:
    head = answer_to(b"OPTIONS /cgi-bin/epos/service.cgi HTTP/1.1\r\nOrigin: https://pos.example\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 204 ")
    assert b"Access-Control-Allow-Headers: Content-Type, If-Modified-Since, SOAPAction" in head


def test_several_requests_and_the_wish_to_be_told_to_go_on() -> None:
    first = post(epos_receipt())
    waits = post(epos_receipt(), "Expect: 100-continue")
    printer = WebPrinter()
    printer.send(memoryview(first + waits[: waits.index(b"\r\n\r\n") + 4]))
    answers = printer.look(0, 1 << 16)
    assert answers.endswith(b"HTTP/1.1 100 Continue\r\n\r\n")
    printer.send(memoryview(waits[waits.index(b"\r\n\r\n") + 4 :]))
    assert printer.look(0, 1 << 16).count(b'success="true"') == 2


def test_the_connection_ends_when_the_till_wants_that() -> None:
    printer = WebPrinter()
    printer.send(memoryview(post(b"", "Connection: close", path="/nowhere")))
    answer = printer.look(0, 1 << 16)
    assert answer.startswith(b"HTTP/1.1 404 ")
    printer.consume(len(answer))
    assert printer.look(0, 1) == b""


def test_what_is_no_http_is_answered_so_and_ends_the_connection() -> None:
    printer = WebPrinter()
    heard: list[bool] = []
    printer.on_answer = lambda: heard.append(True)
    printer.send(memoryview(b"\x1b@SHOP\r\n\r\n"))
    answer = printer.look(0, 1 << 16)
    assert answer.startswith(b"HTTP/1.1 400 ")
    printer.consume(len(answer))
    assert heard
    assert printer.look(0, 1) == b""
