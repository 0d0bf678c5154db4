"""A captured file comes out of the journal as it went in, once."""

import os
from pathlib import Path

from agent.journal.record import RecordKind
from agent.taps.lane import Lane, TapKind
from agent.taps.print_path.caretaker import Keepsake
from agent.taps.print_path.parts import LaneCounts
from agent.taps.recording import PLAYED, Recording
from tests.taps.rig import job, journaled, parts_over, records


def lane_of(path: Path) -> Lane:
    return Lane("captured", TapKind.RECORDING, path=str(path))


async def test_a_file_is_played_as_one_session(tmp_path: Path) -> None:
    capture = b"".join(job(number) for number in range(300))
    (tmp_path / "capture.bin").write_bytes(capture)
    async with parts_over(tmp_path / "journal") as parts:
        await Recording(lane_of(tmp_path / "capture.bin"), parts, LaneCounts()).run()
    assert journaled(tmp_path / "journal") == capture
    kinds = [record.kind.name for record in records(tmp_path / "journal") if record.kind is not RecordKind.BYTES]
    assert kinds == ["OPENED", "CLOSED"]


async def test_what_was_played_before_our_death_is_not_played_again(tmp_path: Path) -> None:
    (tmp_path / "capture.bin").write_bytes(job(1))
    mark = os.memfd_create("played")  # closed by the tap
    async with parts_over(tmp_path / "journal") as parts:
        tap = Recording(lane_of(tmp_path / "capture.bin"), parts, LaneCounts(), {Keepsake(PLAYED, "captured"): mark})
        await tap.run()
    assert journaled(tmp_path / "journal") == b""
