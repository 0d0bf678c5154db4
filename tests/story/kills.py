"""kills: a shop that prints without pause while agent and tap are killed at random moments; gives what came of it."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from tests.story.box import Box, until
from tests.story.scene import MEMBERS, Scene, opened
from tests.story.slips import Shop, Slip
from tests.story.till import NetworkTill

PAUSE_S = 0.15
"""Between slips: far quicker than any shop, so that each kill meets work in every stage."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """`missing`: receipts neither captured nor in a named gap; `twice`: keys the cloud applied more than once."""

    printed: int
    captured: int
    held_for_gaps: int
    missing: list[str]
    twice: list[str]
    points: dict[str, int]
    expected: dict[str, int]
    printer_got_all: bool
    kills: dict[str, int]

    @property
    def clean(self) -> bool:
        whole = not self.missing and not self.twice and self.printer_got_all
        return whole and (self.points == self.expected or self.held_for_gaps > 0)


async def play(
    folder: Path, *, agent: int, tap: int, seed: int, told: Callable[[str], None] = lambda _: None
) -> Outcome:
    """Kills the agent and the tap so many times while slips are printed; a third of the cloud's answers are lost."""
    chance = random.Random(seed)
    killings = ["agent"] * agent + ["tap"] * tap
    chance.shuffle(killings)
    async with opened(folder) as scene:
        await scene.cloud.misbehave("drop_after", share=0.2)
        await scene.cloud.misbehave("error_after", share=0.15)
        shop = Shop("EXAMPLE PETS", "1", seed, 1000, datetime.now(UTC).replace(tzinfo=None))
        done, slips = asyncio.Event(), list[Slip]()
        printing = asyncio.create_task(_print_on(scene.till, shop, done, slips), name="till")
        for number, victim in enumerate(killings, 1):
            printed = len(slips) + chance.randrange(1, 4)  # the till prints again before the next one dies
            await until("the till prints on", partial(_as_many, slips, printed))
            await asyncio.sleep(chance.uniform(0, PAUSE_S))
            await _kill(scene.box, victim)
            told(f"{number} of {len(killings)}: the {victim}, after {len(slips)} slips")
        done.set()
        await printing
        await scene.cloud.behave()
        await until("the agent answers again", scene.box.answers)
        await until("everything is read and has arrived", lambda: _at_rest(scene), patience_s=180)
        return await _outcome(scene, slips, {"agent": agent, "tap": tap})


def _as_many(slips: list[Slip], wanted: int) -> bool:
    return len(slips) >= wanted


async def _print_on(till: NetworkTill, shop: Shop, done: asyncio.Event, slips: list[Slip]) -> None:
    chosen = random.Random(len(MEMBERS))
    while not done.is_set():
        slip = shop.sale(chosen.choice(MEMBERS))
        await till.print(slip)
        slips.append(slip)
        await asyncio.sleep(PAUSE_S)


async def _kill(box: Box, victim: str) -> None:
    """As soon as it lives again after the last time."""

    def killed() -> bool:
        try:
            box.kill(victim)
        except ProcessLookupError:
            return False
        return True

    await until(f"the {victim} is there to be killed", killed)


async def _at_rest(scene: Scene) -> bool:
    """Nothing waits, and nothing more is read."""
    before = len(await scene.receipts())
    await asyncio.sleep(3)
    return not await scene.box.ask("queue") and before == len(await scene.receipts())


async def _outcome(scene: Scene, slips: list[Slip], kills: dict[str, int]) -> Outcome:
    rows, book = await scene.receipts(), await scene.cloud.ledger()
    accepted = {str(row["number"]) for row in rows if row["state"] == "accepted"}
    gaps = [row for row in rows if row["state"] == "held" and "missing" in row["reason"]]
    missing = [slip.number for slip in slips if slip.number not in accepted]
    expected = dict.fromkeys((f"+1{phone}" for phone in MEMBERS), 0)
    for slip in slips:
        expected[f"+1{slip.phone}"] += slip.points
    return Outcome(
        printed=len(slips),
        captured=len(rows),
        held_for_gaps=len(gaps),
        missing=missing[len(gaps) :],
        twice=[entry["key"] for entry in book["entries"] if entry["times"] > 1],
        points=await scene.cloud.points(),
        expected=expected,
        printer_got_all=scene.printer.printed == scene.till.printed,
        kills=kills,
    )
