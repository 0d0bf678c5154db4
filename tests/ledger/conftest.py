"""conftest: a real ledger file for tests of single tables, opened as the product opens it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlite_utils import Database

from agent.ledger.connection import open_connection
from agent.ledger.schema import MIGRATIONS


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    database = open_connection(tmp_path / "ledger.db")
    MIGRATIONS.apply(database)
    yield database
    database.close()
