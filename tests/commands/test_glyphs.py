"""tillpost glyphs: what is known of a till's letters, taken along, and forgotten; `read --glyphs` uses it elsewhere."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from agent.__main__ import cli
from agent.errors import TillpostError
from agent.pictures.glyphs import Glyphs
from tests.commands.test_commands import SETTINGS
from tests.raster.pictures import Look, PixelTill, one_image
from tests.raster.reading import learnt

LOOK = Look("DejaVuSans.ttf", 22)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Settings of a box that has learnt till-1's font."""
    Glyphs(tmp_path / "glyphs").keep("till-1", learnt(PixelTill(LOOK, 5, goods=2), 7))
    settings = tmp_path / "tillpost.toml"
    settings.write_text(SETTINGS.format(state=tmp_path))
    return settings


def run(file: Path, *words: str) -> Result:
    return CliRunner().invoke(cli, ["--settings", str(file), *words], env={"COLUMNS": "200"})


def test_each_sign_is_listed_with_what_it_means_and_why(file: Path) -> None:
    shown = run(file, "glyphs")
    assert shown.exit_code == 0, shown.output
    assert "till-1" in shown.output
    signs = run(file, "glyphs", "till-1").output
    assert "votes (sure)" in signs
    assert "lesson 7" in signs


def test_what_is_exported_reads_a_capture_elsewhere(file: Path, tmp_path: Path) -> None:
    signs, capture = tmp_path / "signs.json", tmp_path / "picture.bin"
    assert run(file, "glyphs", "till-1", "--export", str(signs)).exit_code == 0
    picture = PixelTill(LOOK, 6, goods=2).sale()
    capture.write_bytes(one_image(picture))
    read = run(file, "read", "--json", "--glyphs", str(signs), str(capture))
    found = json.loads(read.output)
    assert (found["state"], found["total"], found["phone"]) == ("accepted", picture.total, picture.phone)
    assert json.loads(run(file, "read", "--json", str(capture)).output)["state"] == "held"
    capture.write_text("{}")
    assert "dictionary of signs" in str(run(file, "read", "--glyphs", str(capture), str(signs)).exception)


def test_what_is_forgotten_is_gone(file: Path) -> None:
    assert "forgotten" in run(file, "glyphs", "till-1", "--forget").output
    assert "nothing was known" in run(file, "glyphs", "till-1", "--forget").output


def test_a_lane_that_is_not_there_is_named(file: Path) -> None:
    failed = run(file, "glyphs", "nowhere")
    assert isinstance(failed.exception, TillpostError)
    assert "till-1" in failed.exception.hint
