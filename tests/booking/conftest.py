"""conftest: a shop over a real ledger file, opened as the product opens it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.ledger.connection import open_connection
from agent.ledger.schema import MIGRATIONS
from tests.booking.shop import Shop


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    database = open_connection(tmp_path / "ledger.db")
    MIGRATIONS.apply(database)
    yield Shop(database)
    database.close()
