"""test_commands: one answer per order, never a second action, nothing after its time."""

import asyncio
from datetime import timedelta

from agent.clock import Quality
from agent.fleet.commands import REMEMBERED, CommandDesk
from agent.fleet.messages import Command, Result
from tests.hand_clock import HandClock


class Desk(CommandDesk):
    def __init__(self, clock: HandClock) -> None:
        super().__init__({"ping": self.ping, "slow": self.slow}, clock)
        self.acted: list[str] = []
        self.gate = asyncio.Event()

    async def ping(self, command: Command) -> Result:
        self.acted.append(command.id)
        return Result(command.id, ok=True, code="done")

    async def slow(self, command: Command) -> Result:
        await self.gate.wait()
        return await self.ping(command)


def order(name: str, number: object, **more: object) -> Command:
    return Command(name, str(number), {}, "ops", **{"expires": None, **more})  # type: ignore[arg-type]


async def test_the_last_256_ids_act_once() -> None:
    desk = Desk(HandClock())
    for number in range(REMEMBERED):
        await desk.answer(order("ping", number))
    again = await desk.answer(order("ping", 0))
    assert again == Result("0", ok=True, code="done")
    assert len(desk.acted) == REMEMBERED
    await desk.answer(order("ping", "one more"))
    await desk.answer(order("ping", 0))
    assert len(desk.acted) == REMEMBERED + 2, "the oldest is forgotten, no more"


async def test_an_order_under_way_is_not_begun_again() -> None:
    desk = Desk(HandClock())
    first = asyncio.create_task(desk.answer(order("slow", 1)))
    await asyncio.sleep(0)
    assert await desk.answer(order("slow", 1)) is None
    desk.gate.set()
    assert await first == Result("1", ok=True, code="done")
    assert desk.acted == ["1"]


async def test_after_its_time_only_a_disciplined_clock_refuses() -> None:
    clock = HandClock()
    desk = Desk(clock)
    past = clock.wall() - timedelta(seconds=1)
    late = await desk.answer(order("ping", "late", expires=past))
    assert late is not None
    assert (late.ok, late.code) == (False, "expired")
    clock.trusted = Quality.GUESS
    unsure = await desk.answer(order("ping", "unsure", expires=past))
    assert unsure is not None
    assert unsure.ok
    assert desk.acted == ["unsure"]


async def test_an_unknown_order_is_answered() -> None:
    answer = await Desk(HandClock()).answer(order("format_disk", 1))
    assert answer == Result("1", ok=False, code="not_supported", detail="this box knows ping, slow")
