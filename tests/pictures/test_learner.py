"""Receipts in pixels: held until the till's letters are known, then booked under the key they had from the start."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from agent.intake import Intake
from agent.journal.reader import JournalReader
from agent.ledger import questions
from agent.pictures.glyphs import Glyphs
from agent.pictures.learner import LOOK_EVERY_S, Learner
from agent.poison import PoisonNote
from agent.raster.picture_paper import BEING_READ, PICTURE
from agent.reading import context_of
from tests.intake_bench import LANE, PHONE, STORE, Bench, awards, opened
from tests.raster.pictures import Look, Pictured, PixelTill, in_bands, one_image

LOOK = Look("DejaVuSans.ttf", 22)


class Shop:
    """A journal, an intake and a learner over it."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.glyphs = Glyphs(bench.folder / "glyphs")
        self.till = PixelTill(LOOK, 3, goods=2)
        self.printed: list[Pictured] = []

    def print(self, count: int, phone: str = PHONE) -> None:
        for _ in range(count):
            picture = self.till.sale(phone)
            self.printed.append(picture)
            session = self.bench.open_session()
            self.bench.write(session, in_bands(picture))
            self.bench.close_session(session)

    def intake(self) -> Intake:
        bench = self.bench
        poison, rung = PoisonNote(bench.folder / "reading.json"), asyncio.Event()
        return Intake(
            *(bench.ledger, JournalReader(bench.folder / "journal"), {LANE.name: LANE}, context_of(STORE), bench.rules),
            *(bench.clock, rung, asyncio.Event(), poison, self.glyphs.dictionary),
        )

    async def _wake_all(self) -> None:
        """Nobody from before may still wait for the clock: it would look like the one that runs now."""
        await self.bench.clock.advance(LOOK_EVERY_S + 1)

    async def take_in(self) -> list[dict[str, Any]]:
        await self._wake_all()
        return await self.bench.read(self.intake())

    async def learn(self) -> list[dict[str, Any]]:
        bench = self.bench
        learner = Learner(
            *(bench.ledger, JournalReader(bench.folder / "journal"), {LANE.name: LANE}, context_of(STORE), bench.rules),
            *(bench.clock, asyncio.Event(), asyncio.Event(), self.glyphs, PoisonNote(bench.folder / "learning.json")),
        )
        await self._wake_all()
        running = asyncio.create_task(learner.run(), name="learner")
        async with asyncio.timeout(300):
            while not bench.clock.asleep and not running.done():  # noqa: ASYNC110 - the clock is the test's own
                await asyncio.sleep(0.005)
        running.cancel()
        (end,) = await asyncio.gather(running, return_exceptions=True)
        assert isinstance(end, asyncio.CancelledError), end
        return await bench.receipts()


@asynccontextmanager
async def shop_in(folder: Path) -> AsyncIterator[Shop]:
    async with opened(folder) as bench:
        yield Shop(bench)


async def test_pictures_are_held_then_learnt_then_booked_under_the_same_key(tmp_path: Path) -> None:
    async with shop_in(tmp_path) as shop:
        shop.print(5)
        first = await shop.take_in()
        assert [(row["state"], row["reason"]) for row in first] == [("held", BEING_READ)] * 5
        assert not [award for row in first for award in row["awards"]]
        learnt = await shop.learn()
        read = [row for row in learnt if row["state"] == "accepted"]
        assert len(read) >= 2
        assert [row["origin"] for row in learnt] == [row["origin"] for row in first]
        for row, picture in zip(learnt, shop.printed, strict=True):
            if row["state"] == "accepted":
                assert (row["number"], row["total"], row["award_base"]) == (
                    *(picture.number, picture.total, picture.subtotal),
                )
        assert len(awards(learnt)) == len(read)
        again = await shop.take_in()
        assert [row["state"] for row in again] == [row["state"] for row in learnt]
        assert len(awards(again)) == len(awards(learnt))


async def test_a_font_that_is_known_is_read_by_the_intake_itself(tmp_path: Path) -> None:
    async with shop_in(tmp_path) as shop:
        shop.print(6)
        await shop.take_in()
        await shop.learn()
        before = len(await shop.bench.receipts())
        shop.print(2)
        fresh = (await shop.take_in())[before:]
        states = [row["state"] for row in fresh]
        assert "accepted" in states
        for row, picture in zip(fresh, shop.printed[before:], strict=True):
            assert row["state"] == "held" or row["total"] == picture.total


async def test_without_the_program_pictures_stay_held_and_the_reason_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    async with shop_in(tmp_path) as shop:
        shop.print(1)
        await shop.take_in()
        (row,) = await shop.learn()
        assert row["state"] == "held"
        assert row["reason"].startswith(PICTURE)
        assert "tesseract is not installed" in row["reason"]


async def test_a_program_that_dies_of_a_picture_holds_that_receipt_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    poisoned = tmp_path / "bin" / "tesseract"
    poisoned.parent.mkdir()
    poisoned.write_text("#!/bin/sh\nkill -9 $$\n")
    poisoned.chmod(0o755)
    monkeypatch.setenv("PATH", f"{poisoned.parent}:{os.environ['PATH']}")
    async with shop_in(tmp_path) as shop:
        shop.print(1)
        slip = shop.bench.shop.sale(PHONE, 2)
        shop.bench.print(slip)
        await shop.take_in()
        picture, text = await shop.learn()
        assert picture["state"] == "held"
        assert "tesseract ended with" in picture["reason"]
        assert text["state"] == "accepted"


async def test_a_torn_file_of_signs_is_learnt_anew(tmp_path: Path) -> None:
    async with shop_in(tmp_path) as shop:
        shop.print(2)
        await shop.take_in()
        (tmp_path / "glyphs").mkdir()
        (tmp_path / "glyphs" / f"{LANE.name}.json").write_text('{"shape": 1, "ver')
        await shop.learn()
        assert shop.glyphs.notebook(LANE.name).dictionary.known


async def test_a_receipt_that_nobody_could_read_for_hours_is_put_before_a_person(tmp_path: Path) -> None:
    async with shop_in(tmp_path) as shop:
        shop.print(1)
        await shop.take_in()
        (row,) = await shop.learn()
        assert row["reason"] == BEING_READ
        await shop.bench.clock.advance(3 * 3600)
        (row,) = await shop.learn()
        assert row["reason"] == f"{PICTURE}, and some of its letters are not known yet"
        asked = await shop.bench.ledger.do(questions.open_tasks)
        assert [task["kind"] for task in asked] == ["held_receipts"]


def test_one_image_and_bands_are_the_same_paper() -> None:
    picture = PixelTill(LOOK, 3).sale()
    assert one_image(picture) != in_bands(picture)
