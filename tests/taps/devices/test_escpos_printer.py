"""Each request gets the answer a healthy printer gives; what only looks like one gets none."""

import pytest

from agent.taps.devices.device import MOST_UNREAD
from agent.taps.devices.escpos_printer import EscposPrinter

ANSWERS = {
    "10 04 01": "12",
    "10 04 02": "12",
    "10 04 04": "12",
    "1d 72 01": "00",
    "1d 72 31": "00",
    "1d 61 ff": "10 00 00 0f",
    "1d 61 00": "",
    "1d 49 01": "20",
    "1d 49 31": "20",
    "1d 49 42": b"_EPSON\0".hex(" "),
    "1d 49 43": b"_TM-T88V\0".hex(" "),
    "1d 28 48 06 00 30 30 31 32 33 34": "37 22 31 32 33 34 00",
    "10 14 08 01 03 14 01 06 02 08": "37 25 00",
    "1d 6a 01": "35 40 40 00",
    "1b 40 1b 3d 01 10 04 01": "12",
    "1d 76 30 00 03 00 01 00 10 04 01": "",
}
"""hex of what a till sends → hex of the answer; the last one is a picture whose pixels look like a request."""


def answers_to(printer: EscposPrinter, data: bytes) -> bytes:
    assert printer.send(memoryview(data)) == len(data)
    try:
        found = printer.look(0, 1000)
    except BlockingIOError:
        return b""
    printer.consume(len(found))
    return found


@pytest.mark.parametrize(("request_hex", "answer_hex"), ANSWERS.items())
@pytest.mark.parametrize("size", [1, 1000])
def test_answers(request_hex: str, answer_hex: str, size: int) -> None:
    printer, data = EscposPrinter(), bytes.fromhex(request_hex)
    slices = [data[at : at + size] for at in range(0, len(data), size)]
    assert b"".join(answers_to(printer, part) for part in slices) == bytes.fromhex(answer_hex)


def test_answers_come_in_order_and_the_end_behind_them() -> None:
    printer = EscposPrinter()
    printer.send(memoryview(b"\x10\x04\x01\x1dr\x01"))
    printer.finish()
    assert printer.look(0, 10) == b"\x12\x00"
    printer.consume(2)
    assert printer.look(0, 10) == b""


def test_a_till_that_asks_and_never_reads_is_kept_waiting() -> None:
    printer = EscposPrinter()
    for _ in range(MOST_UNREAD + 1):
        printer.send(memoryview(b"\x10\x04\x01"))
    with pytest.raises(BlockingIOError):
        printer.send(memoryview(b"\x10\x04\x01"))
