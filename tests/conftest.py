"""conftest: what every test shares: asyncio, and the same made-up data every time."""

import pytest
from hypothesis import settings

settings.register_profile("the same every time", derandomize=True, deadline=None)
settings.load_profile("the same every time")


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"
