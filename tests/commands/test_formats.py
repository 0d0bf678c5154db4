"""The command that lists formats and checks one, and a lane that is read by the store's own."""

from pathlib import Path

import pytest

from agent.errors import FormatError, SettingsError
from agent.settings import load
from tests.commands.test_commands import Box

OWN = """
name = "mine"
extends = "generic"
drawn_from = "three receipts of this shop"
[[labels]]
role = "total"
phrases = ["zum mitnehmen"]
"""


def with_own(folder: Path, text: str = OWN) -> Box:
    box = Box(folder)
    (folder / "formats").mkdir()
    (folder / "formats" / "mine.toml").write_text(text)
    return box


def test_all_formats_are_listed_with_their_origin(tmp_path: Path) -> None:
    shown = with_own(tmp_path).run("formats").output
    assert "us-dispensary" in shown
    assert "not seen in service" in " ".join(shown.split())
    assert "three receipts of this shop" in shown
    assert "till-1" in next(line for line in shown.splitlines() if line.strip().startswith("generic"))


def test_one_is_checked_by_name_or_by_file(tmp_path: Path) -> None:
    box = with_own(tmp_path)
    assert "mine is good" in box.run("formats", "mine").output
    draft = tmp_path / "draft.toml"
    draft.write_text(OWN + "[dates]\nordr = 'mdy'\n")
    failed = box.run("formats", str(draft)).exception
    assert isinstance(failed, FormatError)
    assert "draft.toml, line 9" in str(failed)
    assert "did you mean 'order'?" in str(failed)


def test_a_capture_is_read_by_a_format_that_is_only_a_draft(tmp_path: Path) -> None:
    capture = tmp_path / "job.bin"
    capture.write_bytes(b"Brot      2.00\nZum Mitnehmen   2.00\nCASH   5.00\nCHANGE    3.00\n")
    box, draft = Box(tmp_path), tmp_path / "draft.toml"
    draft.write_text(OWN)
    assert "total       2.00" in box.run("read", "--format", str(draft), str(capture)).output
    (tmp_path / "formats").mkdir()
    (tmp_path / "formats" / "mine.toml").write_text(OWN)
    assert "total       2.00" in box.run("read", "--format", "mine", str(capture)).output


def test_doctor_names_settings_that_contradict_a_lanes_format(tmp_path: Path) -> None:
    box = with_own(tmp_path, 'name = "mine"\nextends = "de-restaurant"\n')
    box.file.write_text(box.file.read_text().replace('tap = "raw_tcp"', 'tap = "raw_tcp"\nformat = "mine"'))
    assert "store.currency is USD" in " ".join(box.run("doctor").output.split())


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (
            '[lanes.a]\ntap="raw_tcp"\nlisten="0.0.0.0:9100"\n[lanes.b]\ntap="raw_tcp"\nlisten="10.0.0.2:9100"\n',
            "lanes.b",
        ),
        ('[lanes.a]\ntap="serial_port"\npath="/dev/x"\n[lanes.b]\ntap="serial_port"\npath="/dev/x"\n', "/dev/x"),
        ('[lanes.a]\ntap="raw_tcp"\npath="/dev/x"\n', "'path' means nothing"),
        ('[lanes.a]\ntap="raw_tcp"\nlisten="10.0.0.2:9100"\nprinter="10.0.0.2:9100"\n', "printer's own"),
        ('[store]\ncurrency="JPY"\n', "store.exponent = 0"),
    ],
)
def test_settings_that_cannot_be_true_together_are_refused_in_words(tmp_path: Path, settings: str, words: str) -> None:
    file = tmp_path / "tillpost.toml"
    file.write_text(settings)
    with pytest.raises(SettingsError, match=words):
        load(file, {})
