"""The command line over a real journal and ledger, without an agent; with one it is asked in the stories."""

import asyncio
import json
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from PIL import Image

from agent.__main__ import cli
from agent.commands import COMMANDS
from agent.errors import TillpostError
from tests.intake_bench import OPENS, PHONE, STORE, Bench, opened
from tests.story.slips import CUT_AND_KICK, START, Shop

SETTINGS = """
[device]
id = "TP-1"
state = "{state}"
run = "{state}/run"
ballast_mb = 1
[store]
id = "shop"
name = "Example Pets"
timezone = "UTC"
[lanes.till-1]
tap = "raw_tcp"
[providers.cloud]
kind = "plain_http"
base_url = "http://127.0.0.1:1"
[programmes.points]
provider = "cloud"
"""


class Box:
    """A box that has read two sales (one with a customer) and one receipt that does not add up; switched off."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.file = folder, folder / "tillpost.toml"
        self.file.write_text(SETTINGS.format(state=folder))

    def run(self, *words: str) -> Result:
        return CliRunner().invoke(cli, ["--settings", str(self.file), *words], env={"COLUMNS": "200"})


@pytest.fixture
def box(tmp_path: Path) -> Box:
    asyncio.run(read_some(tmp_path))
    return Box(tmp_path)


async def read_some(folder: Path) -> None:
    async with opened(folder) as bench:
        await print_some(bench)


async def print_some(bench: Bench) -> None:
    wrong = START + b"Receipt 77\nThing  10.00\nSubtotal  10.00\nTax  1.00\nTOTAL  12.00\n" + CUT_AND_KICK
    bench.print(bench.shop.sale(PHONE, 3), bench.shop.sale("", 2))
    session = bench.open_session()
    bench.write(session, wrong)
    bench.close_session(session)
    await bench.read()


def test_receipts_lists_what_was_read(box: Box) -> None:
    shown = box.run("receipts")
    assert shown.exit_code == 0
    assert shown.output.count("till-1") == 3
    only_held = box.run("receipts", "--state", "held").output
    assert only_held.count("till-1") == 1


def test_show_lays_the_paper_beside_the_proof(box: Box) -> None:
    shown = box.run("show", "1").output
    slip = Shop("EXAMPLE PETS", "1", 11, 100, OPENS).sale(PHONE, 3)
    assert "EXAMPLE PETS" in shown
    assert "proof" in shown
    assert f"{slip.total / 100:.2f}" in shown
    assert PHONE[-4:] in shown


def test_show_hides_the_customer_unless_asked(box: Box) -> None:
    fields = [line.split("│")[-1] for line in box.run("show", "1").output.splitlines()]
    assert not any(PHONE in field for field in fields)
    assert any(PHONE in line.split("│")[-1] for line in box.run("show", "1", "--reveal").output.splitlines())


def test_queue_says_what_waits_and_what_people_are_asked(box: Box) -> None:
    shown = box.run("queue").output
    assert "due" in shown
    assert "could not be proven" in shown


def test_day_balances_and_writes_a_page(box: Box, tmp_path: Path) -> None:
    page = tmp_path / "day.html"
    shown = box.run("day", f"{OPENS:%Y-%m-%d}", "--html", str(page))
    assert shown.exit_code == 0, shown.output
    html = page.read_text()
    assert "Example Pets" in html
    assert "3 receipts read, 1 of them with a customer" in " ".join(html.split())
    assert 'aria-label="1 waiting, 1 held, 1 no customer"' in html


def test_replay_reads_the_same_again_and_changes_nothing(box: Box) -> None:
    shown = box.run("replay").output
    assert "3 receipts read again, 0 of them otherwise" in shown


def test_read_stores_nothing_and_gives_one_object_per_receipt(tmp_path: Path) -> None:
    box, capture = Box(tmp_path), tmp_path / "two.bin"
    shop = Shop("EXAMPLE PETS", "1", 4, 10, OPENS)
    slips = [shop.sale(PHONE), shop.sale()]
    capture.write_bytes(b"".join(slip.data for slip in slips))
    shown = box.run("read", "--json", str(capture))
    found = [json.loads(line) for line in shown.output.splitlines()]
    assert [row["total"] for row in found] == [slip.total for slip in slips]
    assert [row["award_base"] for row in found] == [slip.subtotal for slip in slips]
    assert found[0]["file"] == str(capture)
    assert found[0]["phone"] == PHONE
    assert datetime.fromisoformat(found[0]["date"]) == slips[0].printed
    assert not (tmp_path / "ledger.db").exists()


def test_read_gives_nothing_for_a_job_that_prints_no_text(tmp_path: Path) -> None:
    kick = tmp_path / "kick.bin"
    kick.write_bytes(b"\x10\x04\x01\x1bp\x00\x19\xfa")
    assert Box(tmp_path).run("read", "--json", str(kick)).output == ""


def test_settings_shows_values_and_sources(box: Box) -> None:
    shown = box.run("settings").output
    assert "Example Pets" in shown
    assert "default" in shown
    assert "token" in shown


def test_doctor_says_what_is_wrong_and_what_to_do(box: Box) -> None:
    shown = box.run("doctor")
    assert shown.exit_code == 1
    assert "tillpost run" in shown.output
    assert "NTP" in shown.output


def test_doctor_names_a_receipt_format_that_is_not_there(box: Box) -> None:
    box.file.write_text(box.file.read_text().replace('tap = "raw_tcp"', 'tap = "raw_tcp"\nformat = "nonsense"'))
    assert "read as 'generic'" in box.run("doctor").output


def test_a_box_that_has_read_nothing_says_so(tmp_path: Path) -> None:
    failed = Box(tmp_path).run("receipts")
    assert isinstance(failed.exception, TillpostError)
    assert "nothing has been read" in str(failed.exception)
    assert "tillpost run" in failed.exception.hint


@pytest.mark.parametrize("command", [command.name for command in COMMANDS])
def test_every_command_explains_itself(command: str) -> None:
    shown = CliRunner().invoke(cli, [command, "--help"])
    assert shown.exit_code == 0
    assert len(shown.output.splitlines()) > 4


def test_the_store_of_these_tests_is_the_settings_own() -> None:
    assert STORE.id == "shop"


def test_show_and_read_draw_the_paper(box: Box, tmp_path: Path) -> None:
    shown, read, capture = tmp_path / "shown.png", tmp_path / "read.png", tmp_path / "one.bin"
    slip = Shop("EXAMPLE PETS", "1", 11, 100, OPENS).sale(PHONE, 3)
    capture.write_bytes(slip.data)
    assert box.run("show", "1", "--png", str(shown)).exit_code == 0
    assert box.run("read", "--png", str(read), str(capture)).exit_code == 0
    with Image.open(shown) as one, Image.open(read) as other:
        assert one.width == other.width == 576 + 32
        assert one.tobytes() == other.tobytes()
    assert box.run("read", "--paper", "58", "--png", str(read), str(capture)).exit_code == 0
    with Image.open(read) as narrow:
        assert narrow.width == 384 + 32


def test_a_drawing_that_cannot_be_written_says_so(box: Box, tmp_path: Path) -> None:
    failed = box.run("show", "1", "--png", str(tmp_path / "nowhere" / "x.png"))
    assert isinstance(failed.exception, TillpostError)
    assert "nowhere" in str(failed.exception)
