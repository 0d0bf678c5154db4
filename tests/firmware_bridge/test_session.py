"""Box and firmware back to back: what the box keeps is what was on the line, or a gap named with its length."""

import random
from collections.abc import Callable, Iterator
from datetime import datetime

import pytest

from firmware_bridge import messages
from firmware_bridge.events import Identified, Line, Lost, Passed
from firmware_bridge.framing import END
from firmware_bridge.session import Session
from firmware_bridge.simulator import RING_BYTES
from tests.firmware_bridge.bench import Bench, Wire, byte_by_byte, clean, delaying, doubling, flipping, losing
from tests.firmware_bridge.micropython.interpreter import Interpreter, interpreter
from tests.story.slips import Shop

WIRES: dict[str, Callable[[random.Random], Wire]] = {
    "clean": lambda _: clean,
    "one byte at a time": lambda _: byte_by_byte,
    "a fifth lost": losing,
    "bit flips": flipping,
    "doubled": doubling,
    "delayed": delaying,
}
TEN_MINUTES = 600.0


@pytest.fixture(scope="module")
def micropython() -> Iterator[Interpreter]:
    with interpreter() as running:
        yield running


def receipts(seed: int, count: int = 12) -> bytes:
    chance = random.Random(seed)
    return b"".join(chance.randbytes(chance.randrange(1, 1500)) for _ in range(count))


def text_receipts(count: int) -> list[bytes]:
    """As a shop's till prints them, of about eleven hundred bytes."""
    shop = Shop("EXAMPLE PETS", "1", 4, 1000, datetime(2026, 3, 2, 10))  # noqa: DTZ001  (as printed)
    return [shop.sale("4155550101", 13).data for _ in range(count)]


def over(bench: Bench, seed: int) -> None:
    bench.say(0, receipts(seed))
    bench.say(1, receipts(seed + 100, 3))
    bench.run_until(lambda: bench.settled)
    assert bench.check() == 0


@pytest.mark.parametrize("name", WIRES)
@pytest.mark.parametrize("seed", range(3))
def test_what_is_kept_is_what_was_on_the_line(name: str, seed: int) -> None:
    chance = random.Random(seed)
    over(Bench(WIRES[name](chance), WIRES[name](chance)), seed)


@pytest.mark.parametrize("name", WIRES)
def test_so_it_is_with_the_firmware_under_micropython(name: str, micropython: Interpreter) -> None:
    chance = random.Random(7)
    over(Bench(WIRES[name](chance), WIRES[name](chance), micropython=micropython), 7)


def test_a_disconnect_at_any_message_boundary_loses_nothing_and_doubles_nothing() -> None:
    """Cut behind the first, second, … message of either way: the box comes back as a new process each time."""
    boundary = 0
    while True:
        boundary += 1
        passed = [0]

        def cutting(data: bytes, limit: int = boundary, passed: list[int] = passed) -> Iterator[bytes]:
            for at, byte in enumerate(data):
                if passed[0] >= limit:
                    return
                passed[0] += byte == END
                yield data[at : at + 1]

        def wire(data: bytes, now: float, cut: Callable[..., Iterator[bytes]] = cutting) -> list[tuple[float, bytes]]:
            return [(now, piece) for piece in cut(data)]

        bench = Bench(wire, wire)
        bench.say(0, receipts(3, 2))
        bench.say(1, receipts(4, 1)[:80])
        for _ in range(3000):
            bench.step()
            if passed[0] >= boundary:
                break
        else:
            break  # there are no more boundaries than this
        bench.kill_box()
        bench.run(0.05)
        bench._wires = {"up": clean, "down": clean}
        bench.start_box()
        bench.run_until(lambda bench=bench: bench.settled)  # type: ignore[misc]
        assert bench.check() == 0
    assert boundary > 30


@pytest.mark.parametrize("under_micropython", [False, True])
def test_eighty_receipts_print_while_no_tap_process_runs_for_ten_minutes(
    under_micropython: bool, request: pytest.FixtureRequest
) -> None:
    """At 115,200 baud; the silence between them is passed over, for the clock is simulated."""
    interpreter: Interpreter | None = request.getfixturevalue("micropython") if under_micropython else None
    printed = text_receipts(80)
    assert 80 * 1000 < sum(map(len, printed)) < RING_BYTES[0]
    bench = Bench(micropython=interpreter)
    bench.run(0.1)
    bench.kill_box()
    for receipt in printed:
        bench.say(0, receipt)
        bench.run(len(receipt) / bench.bytes_per_second + 0.02)
        bench.now += TEN_MINUTES / 80
        bench.step()
    bench.start_box()
    bench.run_until(lambda: bench.settled)
    assert bench.check() == 0
    assert bytes(bench.truth[bench.board.boot][0]) == b"".join(printed)
    heard = [event for event in bench.heard(0) if isinstance(event, Passed)]
    starts = [event.at for event, before in zip(heard[1:], heard, strict=False) if event.at - before.at > 5]
    assert len(starts) == 79, "each receipt has its own time"
    assert (
        max(abs(later - earlier - TEN_MINUTES / 80) for later, earlier in zip(starts[1:], starts, strict=False)) < 0.5
    )


def test_the_box_rebooting_in_the_middle_of_a_receipt_loses_nothing_and_doubles_nothing() -> None:
    bench = Bench()
    bench.say(0, b"".join(text_receipts(6)))
    for _ in range(12):
        bench.run(0.043)
        bench.kill_box()
        bench.run(0.02)
        bench.start_box()
    bench.run_until(lambda: bench.settled)
    assert bench.check() == 0


def test_both_sides_rebooting_between_receipts_lose_nothing_and_double_nothing() -> None:
    bench = Bench()
    for receipt in text_receipts(6):
        bench.say(0, receipt)
        bench.run_until(lambda: bench.settled)
        bench.kill_box()
        bench.start_tap()
        bench.start_box()
    assert sum(bench.check(boot) for boot in bench.truth) == 0
    kept = b"".join(
        event.payload for boot in bench.truth for event in bench.heard(0, boot) if isinstance(event, Passed)
    )
    assert kept == b"".join(text_receipts(6))


def test_a_tap_that_loses_its_power_in_a_receipt_loses_only_what_was_not_on_disk() -> None:
    bench = Bench()
    before = bench.board.boot
    bench.say(0, text_receipts(1)[0])
    bench.run(0.06)
    bench.start_tap()
    bench.run_until(lambda: bench.settled)
    bench.check()
    bench.check(before)
    met = [event.tap.boot for event in bench.events if isinstance(event, Identified)]
    assert met == [before, bench.board.boot]


def test_what_finds_no_room_is_a_gap_of_exactly_its_length() -> None:
    bench = Bench(ring_bytes=(4096, 1024))
    bench.run(0.1)
    bench.kill_box()
    printed = b"".join(text_receipts(8))
    bench.say(0, printed)
    bench.run_until(lambda: not bench._unsaid[0])
    bench.start_box()
    bench.say(0, b"after it")
    bench.run_until(lambda: bench.settled)
    missing = bench.check()
    assert missing > len(printed) - 4096
    lost = [event for event in bench.heard(0) if isinstance(event, Lost)]
    assert [event.cause for event in lost] == ["the wire tap's memory was full"]


def test_while_the_disk_stalls_the_tap_gives_up_only_what_the_box_has_in_memory() -> None:
    bench = Bench(ring_bytes=(4096, 1024))
    bench.disk_seconds = 60.0
    bench.say(0, b"".join(text_receipts(12)))
    bench.run_until(lambda: not bench._unsaid[0])
    bench.run(0.2)
    assert bench.check() == 0
    bench.kill_box()  # and what it had only in memory with it
    disk = bench.disks[bench.board.boot]
    disk.written[0].clear()
    disk.end[0] = 0
    bench.start_box()
    bench.say(0, b"x" * 600)
    bench.run_until(lambda: not bench._unsaid[0])
    bench.disk_seconds = 0.01
    bench.run(1)
    missing = bench.check()
    assert 8000 < missing < len(bench.truth[bench.board.boot][0])
    assert isinstance(bench.heard(0)[0], Lost)


def test_line_errors_are_named_behind_the_bytes_they_came_with() -> None:
    bench = Bench()
    bench.run(0.1)
    bench.board.lines[0].arrive(b"\x00", messages.BREAK | messages.FRAMING)
    bench.truth[bench.board.boot][0] += b"\x00"
    bench.run(0.1)
    lost = [event for event in bench.heard(0) if isinstance(event, Lost)]
    assert [(event.offset, event.length) for event in lost] == [(1, None)]
    assert lost[0].cause.endswith("framing, break")


@pytest.mark.parametrize("seed", range(3))
def test_noise_raises_nothing_and_holds_nothing(seed: int) -> None:
    chance = random.Random(seed)
    bench = Bench()
    session = Session(1, Line(), 0.0)
    for turn in range(300):
        noise = bytes(
            chance.choice(b"\x00\x03\x04\xb5\xb6\xff") if chance.random() < 0.3 else chance.randrange(256)
            for _ in range(200)
        )
        bench.board.from_box.append(noise)
        bench.step()
        session.receive(noise, turn * 0.01)
        session.tick(turn * 0.01)
        session.data_to_send()
    assert len(session._unframer._held) < 1000
    over(bench, seed)
