"""Deaths of the process and cuts of the power: what was synced is there, and no position ever means two things."""

import random
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from agent.journal.layout import HEAD_BYTES, SEGMENT_HEADER_BYTES
from agent.journal.record import Position, RecordKind
from agent.journal.segment import segments
from agent.journal.writer import JournalWriter
from tests.journal.entries import copy, payloads, read_all, write, writer

WRITING = """
    import random
    import sys
    from pathlib import Path
    from agent.journal.record import Direction, RecordKind
    from agent.journal.writer import JournalWriter
    from tests.hand_clock import HandClock

    folder, boot, seed = sys.argv[1:]
    journal = JournalWriter(Path(folder), HandClock(boot=boot), segment_bytes=1 << 17)
    session, offset, rnd = journal.next_session(), 0, random.Random(seed)
    while True:
        told = []
        for _ in range(rnd.randrange(1, 9)):
            payload = f"{seed}/{offset}:".encode() * rnd.randrange(1, 700)
            position = journal.append(RecordKind.BYTES, "front", session, Direction.TO_PRINTER, offset, payload)
            offset += len(payload)
            told.append(f"{position} {len(payload)} {session}")
        journal.sync()
        print(*told, sep="\\n", flush=True)
"""


def test_killed_at_random_moments_it_keeps_all_that_was_synced(tmp_path: Path) -> None:
    rnd = random.Random(20261122)
    folder = tmp_path / "journal"
    told: dict[Position, tuple[int, int]] = {}
    ever: dict[Position, bytes] = {}
    sessions = set[int]()
    for round_ in range(10):
        boot = f"b007{round_ // 3:04d}"
        command = [sys.executable, "-c", textwrap.dedent(WRITING), str(folder), boot, str(round_)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            lines = [process.stdout.readline() for _ in range(rnd.randrange(1, 200))]
            process.kill()
            lines += process.stdout.readlines()
        whole = [line.split() for line in lines if line.endswith("\n")]
        assert sessions.isdisjoint({int(words[2]) for words in whole})
        sessions |= {int(words[2]) for words in whole}
        told |= {Position.parse(words[0]): (int(words[1]), round_) for words in whole}
        found = payloads(read_all(folder, limit=500))
        assert len(dict(found)) == len(found)
        assert all(ever.get(position, payload) == payload for position, payload in found)
        ever |= dict(found)
        assert set(told) <= set(dict(found))
        for position, (length, by) in told.items():
            assert ever[position].startswith(f"{by}/".encode())
            assert len(ever[position]) == min(length, 1 << 15)
    assert len({position.segment for position in ever}) > 3


class _Power:
    """A journal, and what of it is surely on the disk. Cutting the power leaves the rest sector by sector by chance."""

    def __init__(self, folder: Path, rnd: random.Random) -> None:
        self.folder, self._rnd = folder, rnd
        self.wrote: dict[Position, bytes] = {}
        self.synced: dict[Position, bytes] = {}

    def write_for_a_while(self, journal: JournalWriter) -> None:
        session, offset, fresh = journal.next_session(), 0, dict[Position, bytes]()
        for _ in range(self._rnd.randrange(5, 60)):
            payload = self._rnd.randbytes(self._rnd.randrange(1, 1500))
            position = write(journal, payload, offset, session)
            assert position not in self.wrote, "this position has meant other bytes before"
            self.wrote[position] = fresh[position] = payload
            offset += len(payload)
            if self._rnd.random() < 0.2:
                journal.sync()
                self.synced |= fresh

    def cut(self, name: str) -> Path:
        """The folder as the next boot finds it."""
        image = copy(self.folder, name)
        newest = segments(image)[-1]
        ends = [
            p.offset + len(payload) + len("front") for p, payload in self.synced.items() if p.segment == newest.segment
        ]
        data = bytearray(newest.path.read_bytes())
        self._lose(data, max(ends, default=SEGMENT_HEADER_BYTES))
        newest.path.write_bytes(data)
        return image

    def _lose(self, data: bytearray, start: int) -> None:
        while start < len(data):
            end = min(len(data), (start // 512 + 1) * 512)
            fate = self._rnd.choice(("lost", "kept", "torn"))
            if fate == "lost":
                data[start:end] = bytes(end - start)
            elif fate == "torn" and any(data[start:end]):
                data[start:end] = self._rnd.randbytes(end - start)
            start = end


@pytest.mark.parametrize("seed", range(25))
def test_a_power_cut_costs_nothing_synced_and_makes_nothing_up(tmp_path: Path, seed: int) -> None:
    rnd = random.Random(seed)
    power = _Power(tmp_path / "boot0", rnd)
    for boot in range(1, 5):
        journal = writer(power.folder, boot=f"b007{boot:04d}")
        power.write_for_a_while(journal)
        acted_on = max(power.wrote)
        image = power.cut(f"boot{boot}")
        journal.close()
        found = payloads(read_all(image))
        assert len(dict(found)) == len(found)
        assert power.synced.items() <= dict(found).items(), "synced bytes are missing"
        assert dict(found).items() <= power.wrote.items(), "bytes that nobody wrote"
        power.folder, power.synced = image, dict(found)
        _check_that_reading_goes_on(image, acted_on, f"b117{boot:04d}", power)


def _check_that_reading_goes_on(image: Path, acted_on: Position, boot: str, power: _Power) -> None:
    """The agent had read further than the disk now reaches; it must get just what comes after."""
    again = writer(image, boot=boot)
    position = write(again, b"after the cut", session=again.next_session())
    again.close()
    assert position not in power.wrote
    assert payloads(read_all(image, after=acted_on)) == [(position, b"after the cut")]
    power.wrote[position] = power.synced[position] = b"after the cut"


def test_a_hole_that_the_cut_left_is_named_when_records_behind_it_survived(tmp_path: Path) -> None:
    journal = writer(tmp_path / "one", boot="b0070001")
    wrote = [write(journal, bytes([number]) * 700, number * 700) for number in range(6)]
    journal.close()
    (name,) = segments(tmp_path / "one")
    data = bytearray(name.path.read_bytes())
    start, end = wrote[1].offset - HEAD_BYTES, wrote[3].offset - HEAD_BYTES
    data[start:end] = bytes(end - start)
    name.path.write_bytes(data)
    assert len(payloads(read_all(tmp_path / "one"))) == 1, "as long as nobody goes on, it looks like the end"
    again = writer(tmp_path / "one", boot="b0070002")
    write(again, b"next", session=9)
    found = read_all(tmp_path / "one")
    assert [record.payload[:1] for _, record in found if record.kind is RecordKind.BYTES] == [
        b"\x00",
        b"\x03",
        b"\x04",
        b"\x05",
        b"n",
    ]
    assert [record.lane for _, record in found if record.kind is RecordKind.GAP] == ["", "front"]
    again.close()
