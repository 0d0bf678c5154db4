"""conftest: a running Mosquitto for each fleet test that asks for one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fleet.mosquitto import Broker


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    mosquitto = Broker(tmp_path / "mosquitto")
    mosquitto.start()
    yield mosquitto
    mosquitto.stop()
