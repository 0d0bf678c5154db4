"""Bad days of the whole box: a full disk, a damaged ledger, wrong settings. It says so, prints on, and recovers."""

import asyncio
import os
import signal
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from tests.story.box import until
from tests.story.scene import MEMBERS, Scene, opened
from tests.story.slips import CUT_AND_KICK, START, Shop
from tests.story.test_main_job import send

OPENS = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
PICTURE = b"\x1dv0\x00\x40\x00\x00\x10" + bytes(64 * 4096)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder whose `state` lies on a disk of 32 MB."""
    state = tmp_path / "state"
    state.mkdir()
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small disk")
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", str(state)], check=True)
    yield tmp_path
    subprocess.run(["umount", "--lazy", str(state)], check=True)


async def has_read(scene: Scene, number: str) -> bool:
    return any(row["number"] == number and row["state"] == "accepted" for row in await scene.receipts())


async def nothing_waits(scene: Scene) -> bool:
    return not await scene.box.ask("queue")


async def test_a_full_disk_stops_no_printing_and_is_recovered_from(small_disk: Path) -> None:
    async with opened(small_disk) as scene:
        shop = Shop("EXAMPLE PETS", "1", 9, 3000, OPENS)
        before = shop.sale(MEMBERS[0])
        await scene.till.print(before)
        await until("the first receipt is read", lambda: has_read(scene, before.number))
        filler = small_disk / "state" / "filler"
        fill(filler)
        await send(scene, START + PICTURE * 24 + CUT_AND_KICK)
        during = shop.sale(MEMBERS[1])
        await scene.till.print(during)
        assert scene.printer.printed == scene.till.printed, "the store prints on"
        await until("the tap says that the disk is full", lambda: bool(scene.box.tap_status()["journal"]["full"]))
        filler.unlink()
        after = shop.sale(MEMBERS[2])
        await scene.till.print(after)
        for slip in (during, after):
            await until(f"receipt {slip.number} is read", partial(has_read, scene, slip.number))
        await until("every award has arrived", lambda: nothing_waits(scene))
        points = await scene.cloud.points()
        assert [points[f"+1{phone}"] for phone in MEMBERS[:3]] == [before.points, during.points, after.points]
        assert scene.printer.printed == scene.till.printed


async def test_a_journal_that_cannot_be_opened_stops_no_printing_and_is_recovered_from(tmp_path: Path) -> None:
    """The tap is even started on it."""
    journal, away = tmp_path / "state" / "journal", tmp_path / "state" / "journal.away"
    async with opened(tmp_path) as scene:
        shop = Shop("EXAMPLE PETS", "1", 13, 3000, OPENS)
        journal.rename(away)
        journal.write_text("no folder")
        scene.box.kill("tap")
        slip = shop.sale(MEMBERS[0])
        await scene.till.print(slip)
        assert scene.printer.printed == scene.till.printed, "the store prints on"
        journal.unlink()
        away.rename(journal)
        await until("the receipt is read after all", lambda: has_read_if_up(scene, slip.number))
        await until("its award has arrived", lambda: nothing_waits(scene))
        assert (await scene.cloud.points())[f"+1{MEMBERS[0]}"] == slip.points


async def has_read_if_up(scene: Scene, number: str) -> bool:
    return await scene.box.answers() and await has_read(scene, number)


def fill(path: Path) -> None:
    """Until nothing more goes on the disk."""
    with path.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(1 << 16))
        except OSError:
            pass


async def test_a_damaged_ledger_is_set_aside_and_rebuilt_and_nothing_counts_twice(tmp_path: Path) -> None:
    async with opened(tmp_path) as scene:
        shop = Shop("EXAMPLE PETS", "1", 10, 4000, OPENS)
        slips = [shop.sale(phone) for phone in MEMBERS]
        for slip in slips:
            await scene.till.print(slip)
        await until("the last receipt is read", lambda: has_read(scene, slips[-1].number))
        await until("every award has arrived", lambda: nothing_waits(scene))
        await scene.box.stop()
        ledger = tmp_path / "state" / "ledger.db"
        ledger.write_bytes(b"\xff" * 4096 + ledger.read_bytes()[4096:])
        await scene.box.start()
        await until("the journal is read again", lambda: has_read(scene, slips[-1].number))
        await until("nothing is open", lambda: nothing_waits(scene))
        book = await scene.cloud.ledger()
        assert [entry["times"] for entry in book["entries"]] == [1] * len([slip for slip in slips if slip.points])
        assert list((tmp_path / "state" / "quarantine").iterdir()), "the damaged file is kept"
        assert any(task["kind"] == "ledger_rebuilt" for task in await scene.box.ask("tasks"))


async def test_wrong_settings_are_named_with_their_mend(tmp_path: Path) -> None:
    async with opened(tmp_path) as scene:
        good = scene.box.file.read_text()
        await scene.box.stop()
        scene.box.file.write_text(good.replace("printer =", "pritner ="))
        said = await scene.box.command("run")
        assert "pritner" in said
        assert "did you mean 'printer'?" in said
        assert "Traceback" not in said


async def test_the_tap_command_goes_on_with_its_last_good_orders(tmp_path: Path) -> None:
    async with opened(tmp_path) as scene:
        await scene.box.stop()
        good = scene.box.file.read_text()
        for settings in (good, good.replace("printer =", "pritner =")):
            scene.box.file.write_text(settings)
            tap = await scene.box.spawn("tap", env={"STATE_DIRECTORY": str(tmp_path / "state")})
            try:
                slip = Shop("EXAMPLE PETS", "1", 12, 5000, OPENS).sale(MEMBERS[0])
                await until("the tap listens", lambda: can_connect(scene))
                await scene.till.print(slip)
            finally:
                tap.send_signal(signal.SIGTERM)
                await tap.wait()
        assert scene.printer.printed.endswith(scene.till.printed[-200:])


async def can_connect(scene: Scene) -> bool:
    host, _, port = scene.till.address.rpartition(":")
    try:
        _, writer = await asyncio.open_connection(host, int(port))
    except OSError:
        return False
    writer.close()
    await writer.wait_closed()
    return True
