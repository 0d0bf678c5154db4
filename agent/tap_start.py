"""tap_start: becomes the tap at once with its last good orders when what they were made from is unchanged.

Resolving the settings loads pydantic and the whole command line, which takes seconds on a small box, and the store does
not print meanwhile. So `tillpost tap` is run in our place only when there is something to resolve. Standard library
only until then. Reads the orders that agent/commands/tap.py keeps; writes beside them what they were made from.
"""

import contextlib
import hashlib
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from agent.tap import ORDERS, main

DEFAULT_SETTINGS = "/etc/tillpost/tillpost.toml"
DEFAULT_STATE = "/var/lib/tillpost"
KEPT_ORDERS = "tap-orders.json"
MADE_FROM = "tap-orders.from"


def fingerprint(environ: Mapping[str, str]) -> str:
    """Of everything the orders depend on: the settings file, the environment over it, the release."""
    file = Path(environ.get("TILLPOST_SETTINGS", DEFAULT_SETTINGS))
    digest = hashlib.sha256(file.read_bytes() if file.exists() else b"no file")
    for name in sorted(name for name in environ if name.startswith("TILLPOST_")):
        digest.update(f"\0{name}={environ[name]}".encode())
    digest.update(f"\0{sys.prefix}".encode())
    return digest.hexdigest()


def orders_made_from(state: Path, wanted: str) -> str | None:
    """The kept orders, if they were written after this very fingerprint was noted; None: they must be made."""
    noted, orders = state / MADE_FROM, state / KEPT_ORDERS
    try:
        fresh = noted.read_text() == wanted and orders.stat().st_mtime_ns >= noted.stat().st_mtime_ns
        return orders.read_text() if fresh else None
    except OSError:
        return None


def start(environ: Mapping[str, str]) -> None:
    """Becomes the tap; does not return."""
    state, wanted = Path(environ.get("STATE_DIRECTORY", DEFAULT_STATE)), fingerprint(environ)
    orders = orders_made_from(state, wanted)
    if orders is None:
        # Noted before: were it noted after, a settings file changed in between would be missed.
        with contextlib.suppress(OSError):  # a full or dead disk: it is resolved again next time
            (state / MADE_FROM).write_text(wanted)
        os.execv(sys.executable, [sys.executable, "-m", "agent", "tap"])
    os.environ[ORDERS] = orders
    main()


if __name__ == "__main__":
    start(os.environ)
