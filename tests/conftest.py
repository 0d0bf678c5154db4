"""conftest: what every test shares; the anyio backend is asyncio, because the product runs on nothing else."""

import pytest


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"
