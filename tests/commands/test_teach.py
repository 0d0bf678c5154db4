"""Teaching a format on the command line: from files and the box's own receipts, by options, by hand, on a terminal."""

import asyncio
import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from agent.__main__ import cli
from agent.errors import TillpostError
from agent.formats import load_format
from tests.commands.test_commands import Box
from tests.intake_bench import opened
from tests.story.box import ROOT, clean_environment
from tests.teaching.kiosk import WORDS, as_bytes, kiosk

GERMAN = '[store]\nid = "shop"\nname = "Kiosk"\ncountry = "DE"\ncurrency = "EUR"\n'
THREE = (kiosk(1001, 0, 1), kiosk(1002, 2, 3), kiosk(1003, 1, 4, 0))
PATIENCE_S = 60.0


@pytest.fixture
def box(tmp_path: Path) -> Box:
    """A German shop with three captures of its till."""
    box = Box(tmp_path)
    box.file.write_text(box.file.read_text().replace('[store]\nid = "shop"\nname = "Example Pets"\n', GERMAN))
    for sample in THREE:
        (tmp_path / sample.name).write_bytes(as_bytes(sample))
    return box


def captures(box: Box) -> list[str]:
    return [str(box.folder / sample.name) for sample in THREE]


def test_a_format_is_proposed_shown_and_written(box: Box) -> None:
    shown = box.run("teach", "kiosk", *captures(box), "--yes")
    assert shown.exit_code == 0, shown.output
    said = " ".join(shown.output.split())
    assert "'zum mitnehmen' is the total" in said
    assert "all 3 receipts are proven by it" in said
    assert 'format = "kiosk" under [lanes.till-1]' in said
    assert "  9  Zum Mitnehmen" in shown.output or "Zum Mitnehmen" in shown.output
    assert load_format("kiosk", box.folder / "formats").seen_in_service
    read = box.run("read", "--format", "kiosk", captures(box)[1]).output
    assert "sale: accepted" in read


def test_it_teaches_from_what_the_box_has_read(tmp_path: Path, box: Box) -> None:
    async def printed() -> None:
        async with opened(tmp_path) as bench:
            for sample in THREE:
                session = bench.open_session()
                bench.write(session, as_bytes(sample))
                bench.close_session(session)
            await bench.read()

    asyncio.run(printed())
    shown = box.run("teach", "kiosk", "1", "2", "3", "--yes")
    assert shown.exit_code == 0, (shown.output, shown.exception)
    assert "receipt 2" in shown.output


def test_what_is_not_proven_is_not_written_and_a_label_settles_it(box: Box) -> None:
    odd = kiosk(1004, 0, 2, words={**WORDS, "total": "Macht dann", "net": "Ohne alles", "tax": "Fuer alle 7%"})
    (box.folder / "odd.bin").write_bytes(as_bytes(odd))
    files = [*captures(box), str(box.folder / "odd.bin")]
    refused = box.run("teach", "kiosk", *files, "--yes")
    assert isinstance(refused.exception, TillpostError)
    assert "no format was written" in str(refused.exception)
    assert not (box.folder / "formats").exists()
    labels = ["--label", "total=Macht dann", "--label", "subtotal='Ohne alles'", "--label", "tax=Fuer alle 7%"]
    assert box.run("teach", "kiosk", *files, *labels, "--yes").exit_code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["kiosk", "1001.bin", "1002.bin"], "3 to 12 are needed"),
        (["../kiosk", "1001.bin", "1002.bin", "1003.bin"], "cannot be a format's name"),
        (["kiosk", "1001.bin", "1002.bin", "nothing.bin"], "nothing.bin: No such file"),
        (["kiosk", "1001.bin", "1002.bin", "1003.bin", "--label", "totl=x"], "did you mean 'total'"),
        (["kiosk", "1001.bin", "1002.bin", "1003.bin", "--extends", "genericc"], "did you mean 'generic'"),
    ],
)
def test_what_cannot_work_is_refused_in_words(
    box: Box, monkeypatch: pytest.MonkeyPatch, words: list[str], said: str
) -> None:
    monkeypatch.chdir(box.folder)
    refused = box.run("teach", *words)
    assert isinstance(refused.exception, TillpostError)
    assert said in str(refused.exception)


def test_a_format_is_not_written_over_without_a_word(box: Box) -> None:
    assert box.run("teach", "kiosk", *captures(box), "--yes").exit_code == 0
    again = box.run("teach", "kiosk", *captures(box), "--yes")
    assert "is there already" in str(again.exception)
    assert box.run("teach", "kiosk", *captures(box), "--yes", "--replace").exit_code == 0


def by_hand(box: Box, *answers: str) -> Result:
    words = ["--settings", str(box.file), "teach", "kiosk", *captures(box)]
    return CliRunner().invoke(cli, words, input="".join(f"{answer}\n" for answer in answers), env={"COLUMNS": "160"})


def test_a_correction_by_hand_is_what_is_written(box: Box) -> None:
    line = next(n for n, text in enumerate(THREE[0].lines, start=1) if text.startswith("Zettelchen"))
    shown = by_hand(box, "n", "register", "1", str(line), "Zettelchen", "y")
    assert shown.exit_code == 0, (shown.output, shown.exception)
    assert "'zettelchen' stands before the register" in shown.output
    assert load_format("kiosk", box.folder / "formats").identifiers.register[0] == "zettelchen"


def test_it_works_on_a_terminal(box: Box) -> None:
    """A person at a real terminal: sees the receipts, says yes."""
    leader, follower = pty.openpty()
    command = [sys.executable, "-m", "agent", "--settings", str(box.file), "teach", "kiosk", *captures(box)]
    environment = {**clean_environment(), "COLUMNS": "160", "LINES": "50", "TERM": "xterm"}
    process = subprocess.Popen(command, stdin=follower, stdout=follower, stderr=follower, cwd=ROOT, env=environment)
    os.close(follower)
    try:
        seen = _until(leader, b"Is every receipt read right?")
        os.write(leader, b"y\n")
        seen += _until(leader, b"--apply")
        assert process.wait(PATIENCE_S) == 0
    finally:
        process.kill()
        process.wait()
        os.close(leader)
    assert b"\x1b[" in seen, "colours, as a terminal has them"
    assert (box.folder / "formats" / "kiosk.toml").exists()


def _until(terminal: int, wanted: bytes) -> bytes:
    """Everything shown up to and with `wanted`."""
    seen, give_up = b"", time.monotonic() + PATIENCE_S
    while wanted not in seen:
        ready, _, _ = select.select([terminal], [], [], max(0.0, give_up - time.monotonic()))
        assert ready, seen.decode(errors="replace")[-2000:]
        seen += os.read(terminal, 4096)
    return seen
