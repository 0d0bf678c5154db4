"""shared_data: finds the captures and receipts with truth that lie beside the project, or skips with the reason."""

import os
from pathlib import Path

import pytest

BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data"


def shared_data() -> Path:
    """The data folder: beside the checkout, or where TILLPOST_TEST_DATA says."""
    folder = Path(os.environ.get("TILLPOST_TEST_DATA", BESIDE))
    if not folder.is_dir():
        pytest.skip("no captures with truth beside this checkout (../shared/data), nor where TILLPOST_TEST_DATA says")
    return folder
