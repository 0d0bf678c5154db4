"""Forgetting a customer: out of ledger and journal, nothing of theirs is sent, the audit does not name them."""

from dataclasses import replace
from pathlib import Path

from sqlite_utils import Database

from agent.acts import ACTS, COMMAND_LINE
from agent.acts.forget import forget
from agent.booking import attach, bind
from agent.ledger import audit, cursor
from agent.ledger.moment import Moment
from agent.settings import Goods, Programme
from tests.acts.desk import desk
from tests.booking.shop import ANN, BEN, Shop
from tests.intake_bench import opened
from tests.ledger.facts import sale

PHONE = ANN["phone"]


async def test_nothing_of_them_is_left_in_the_ledger(tmp_path: Path) -> None:
    async with desk(tmp_path) as plain:
        card = Programme(provider="cloud", rule="frequent_buyer", eligible=Goods(words=("coffee",)))
        rules = replace(plain.rules, programmes={**plain.rules.programmes, "card": card}, person_key=b"k" * 32)
        parts = replace(plain, rules=rules)
        now = Moment.now(parts.clock)

        def fill(db: Database) -> None:
            shop = Shop(db, rules)
            shop.book(sale(1, phone=PHONE, name="Ann Example"))
            shop.deliver()
            shop.book(sale(2, phone="(415) 555-0101"))
            other = shop.book(sale(3, phone=BEN["phone"], name="Ben Example"))
            late = shop.book(sale(4, phone=None, name=None))
            attach(shop.db, rules, late, ANN, "cashier 7", now)
            bind(shop.db, rules, "front", ANN, 10, "cashier 7", now)
            assert other

        await parts.ledger.do(fill)
        looked = await forget(parts, COMMAND_LINE, {"who": "415-555-0101"})
        assert looked == {"receipts": 2, "facts": 6, "cancelled": 4, "cards": 6}
        assert await parts.ledger.do(count, "5550101") > 0
        done = await forget(parts, COMMAND_LINE, {"who": "415-555-0101", "really": True})
        assert done == {**looked, "places": 0}
        assert await parts.ledger.do(count, "5550101") == 0
        assert await parts.ledger.do(count, "Ann Example") == 0
        assert await parts.ledger.do(count, "5550102") > 0
        assert (await forget(parts, COMMAND_LINE, {"who": PHONE})) == dict.fromkeys(looked, 0)
        (line,) = [line for line in await parts.ledger.do(audit.page) if line["act"] == "forgot a customer"]
        assert "0101" not in line["subject"] + line["detail"]
        assert "4 of them not sent any more" in line["detail"]


def count(db: Database, text: str) -> int:
    """How many kept values hold this text, in any table."""
    tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()]
    found = 0
    for table in tables:
        for row in db.execute(f'SELECT * FROM "{table}"').fetchall():
            found += sum(text in str(value) for value in row)
    return found


async def test_the_journal_is_starred_where_it_was_read(tmp_path: Path) -> None:
    async with opened(tmp_path) as bench:
        bench.print(bench.shop.sale(PHONE, 2), bench.shop.sale(BEN["phone"], 2))
        rows = await bench.read()
        assert len(rows) == 2
        place = await bench.ledger.do(cursor.get)
    async with desk(tmp_path) as parts:
        assert await parts.ledger.do(cursor.get) == place
        done = await forget(parts, COMMAND_LINE, {"who": PHONE, "really": True})
        assert (done["receipts"], done["places"]) == (1, 1)
    journal = b"".join(path.read_bytes() for path in (tmp_path / "journal").glob("*.segment"))
    assert PHONE.encode() not in journal
    assert BEN["phone"].encode() in journal
    async with opened(tmp_path) as again:
        again.print(again.shop.sale(PHONE, 2))
        assert len(await again.read()) == 3, "the box reads on as before"


def test_only_the_owner_may() -> None:
    assert {role.value for role in ACTS["forget"].may} == {"owner", "command line"}
