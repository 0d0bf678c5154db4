"""The Star printer that is not there."""

from agent.taps.devices import device_for
from agent.taps.devices.star_printer import MODEL, StarPrinter
from agent.taps.lane import DialectName, Lane, TapKind


def status_of(answer: bytes) -> tuple[int, int]:
    """Its length by its first byte, and the counter of checkpoints."""
    assert answer[0] & 0x91 == 0x01, "told from Epson's by these bits"
    length = (answer[0] >> 2 & 0x18) | (answer[0] >> 1 & 0x07)
    assert len(answer) == length == 9
    assert not answer[2] & 0x2C, "online, closed"
    assert not answer[5] & 0x0C, "paper in"
    return length, answer[7] >> 1


def test_it_says_its_state_by_itself_and_behind_each_checkpoint() -> None:
    printer = device_for(Lane("till", TapKind.RAW_TCP, dialect=DialectName.STAR))
    assert isinstance(printer, StarPrinter)
    hello = printer.look(0, 100)
    assert status_of(hello) == (9, 0)
    printer.consume(len(hello))
    printer.send(memoryview(b"\x1b\x1eE\x00SHOP\n\x1bd\x03\x17"))
    assert status_of(printer.look(0, 100)) == (9, 1)


def test_it_answers_what_it_is_asked() -> None:
    printer = StarPrinter()
    printer.consume(9)
    printer.send(memoryview(b"\x1b\x06\x01"))
    assert status_of(printer.look(0, 100)) == (9, 0)
    printer.consume(9)
    printer.send(memoryview(b"\x1b#*\n\x00"))
    assert printer.look(0, 100) == MODEL
