"""Acting: one's own act passes, an old PIN is asked for where it counts, a manager's PIN lets a cashier's act pass."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from agent.acts import MANAGERS, TILL, Act, Actor, Body, Parts, Role
from agent.errors import NotAllowed
from agent.ledger import audit, tasks
from agent.settings import Staff
from agent.till.acting import PinNeeded, Typed, who_acts
from agent.till.door import Door, WrongPin
from agent.till.lockout import SOURCE
from agent.till.pins import hashed
from agent.till.sessions import Session, Sessions
from tests.acts.desk import desk

STAFF = {
    name: Staff(role=role, pin=hashed(pin, "s"))
    for name, role, pin in (("ann", "cashier", "2580"), ("max", "manager", "1357"), ("tec", "technician", "9753"))
}
FRESH = timedelta(minutes=10)


async def nothing(parts: Parts, by: Actor, body: Body) -> None:
    del parts, by, body


PLAIN, CAREFUL, MANAGERS_OWN = Act(nothing), Act(nothing, TILL, lambda _: True), Act(nothing, MANAGERS)


@asynccontextmanager
async def at_the_door(folder: Path) -> AsyncIterator[tuple[Parts, Door, Session]]:
    """Ann has just logged in."""
    async with desk(folder) as parts:
        door = Door(STAFF, Sessions(b"k" * 32, STAFF, timedelta(hours=12)), parts.ledger, parts.clock)
        yield parts, door, door.sessions.begin("ann", parts.clock.wall())


async def test_who_does_it(tmp_path: Path) -> None:
    async with at_the_door(tmp_path) as (parts, door, session):
        now, later = parts.clock.wall(), parts.clock.wall() + timedelta(minutes=11)
        for act, pin, at, who in (
            (PLAIN, "", later, "cashier ann"),
            (CAREFUL, "", now, "cashier ann"),
            (CAREFUL, "2580", later, "cashier ann"),
            (CAREFUL, "1357", later, "manager max for cashier ann"),
            (MANAGERS_OWN, "1357", now, "manager max for cashier ann"),
        ):
            actor, _ = await who_acts(door, act, session, {}, Typed(pin, "10.0.0.7", at), FRESH)
            assert actor.who == who
            assert actor.place == session.nonce


async def test_ones_own_pin_once_more_is_good_for_a_while(tmp_path: Path) -> None:
    async with at_the_door(tmp_path) as (parts, door, session):
        later = parts.clock.wall() + timedelta(minutes=11)
        with pytest.raises(PinNeeded) as asked:
            await who_acts(door, CAREFUL, session, {}, Typed("", "a", later), FRESH)
        assert asked.value.own_is_enough
        _, renewed = await who_acts(door, CAREFUL, session, {}, Typed("2580", "a", later), FRESH)
        assert (renewed.token, renewed.pin_at) == (session.token, later)
        await who_acts(door, CAREFUL, renewed, {}, Typed("", "a", later + timedelta(minutes=9)), FRESH)


async def test_what_is_refused(tmp_path: Path) -> None:
    async with at_the_door(tmp_path) as (parts, door, session):
        now = parts.clock.wall()
        with pytest.raises(PinNeeded) as asked:
            await who_acts(door, MANAGERS_OWN, session, {}, Typed("", "a", now), FRESH)
        assert not asked.value.own_is_enough
        for pin in ("2580", "9753"):
            with pytest.raises(NotAllowed):
                await who_acts(door, MANAGERS_OWN, session, {}, Typed(pin, "a", now), FRESH)
        with pytest.raises(WrongPin):
            await who_acts(door, MANAGERS_OWN, session, {}, Typed("0000", "a", now), FRESH)


async def test_guessing_at_once_is_counted_told_and_audited(tmp_path: Path) -> None:
    async with at_the_door(tmp_path) as (parts, door, _):
        tries = [door.check(f"70{number:02d}", "10.0.0.7") for number in range(20)]
        answers = await asyncio.gather(*tries, return_exceptions=True)
        waits = [answer.wait_s for answer in answers if isinstance(answer, WrongPin)]
        assert waits.count(0) == SOURCE.free
        assert min(wait for wait in waits if wait) > 20
        assert [task["kind"] for task in await parts.ledger.do(tasks.waiting)] == ["pin_guessing"]
        noted = await parts.ledger.do(audit.latest)
        assert [row["act"] for row in noted] == ["wrong PIN"] * SOURCE.free
        assert await door.check("2580", "10.0.0.8") == "ann"
        assert door.sessions.actor("ann").role is Role.CASHIER
