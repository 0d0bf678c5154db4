"""sent_log: what was delivered, one JSON line each, beside the ledger and independent of it; never synced.

It outlives a damaged ledger: facts named here are not sent again after a rebuild. Not synced, because a process that
dies leaves its writes with the kernel, and after a power cut the ledger (synced) is the better witness.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

ROTATE_AT_BYTES = 16 << 20
"""About 100,000 deliveries: a year of a busy store. The one before is kept too."""

TAIL_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Sent:
    """One fact the cloud has taken: the fact's key, the cloud's own id, when (ISO-8601 UTC)."""

    key: str
    remote_id: str
    at: str


class SentLog:
    def __init__(self, path: Path) -> None:
        self._path, self._before = path, path.with_name(path.name + ".1")
        self._line_may_be_torn = True

    def append(self, sent: list[tuple[str, str]], at: datetime) -> None:
        """One write for all. Raises OSError; a line torn by that, or by a power cut, is closed by the next one."""
        lines = [json.dumps(asdict(Sent(key, remote_id, at.isoformat()))) + "\n" for key, remote_id in sent]
        if self._path.exists() and self._path.stat().st_size > ROTATE_AT_BYTES:
            self._path.rename(self._before)
        with self._path.open("a", encoding="utf-8") as file:
            file.write("\n" * self._line_may_be_torn + "".join(lines))
            self._line_may_be_torn = True
        self._line_may_be_torn = False

    def read(self) -> Iterator[Sent]:
        """All whole lines, oldest first; a torn or damaged line is passed over (it proves nothing)."""
        for path in (self._before, self._path):
            if path.exists():
                with path.open(encoding="utf-8", errors="replace") as file:
                    yield from filter(None, map(_parse, file))

    def tail(self) -> Iterator[Sent]:
        """The last lines only: what a ledger that lost its latest commits may not know."""
        if self._path.exists():
            with self._path.open("rb") as file:
                file.seek(max(0, self._path.stat().st_size - TAIL_BYTES))
                yield from filter(None, (_parse(line.decode("utf-8", "replace")) for line in file))


def _parse(line: str) -> Sent | None:
    try:
        return Sent(**json.loads(line))
    except (ValueError, TypeError):
        return None
