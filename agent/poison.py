"""poison: a note on disk of the job being read, so that one in whose reading the process keeps dying is found out."""

import contextlib
import json
import logging
from pathlib import Path

from agent.journal.record import Position

LOG = logging.getLogger(__name__)

SUSPECT_AT_DEATHS = 3


class PoisonNote:
    """One small file, not synced: it must survive our death, not the power's."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._origin, self._deaths = self._left_behind()

    def suspects(self, origin: Position) -> bool:
        return str(origin) == self._origin and self._deaths >= SUSPECT_AT_DEATHS

    def begin(self, origin: Position) -> None:
        """About to read this job. What is still noted at the next start was a death."""
        deaths = self._deaths if str(origin) == self._origin else 0
        try:
            self._path.write_text(json.dumps({"origin": str(origin), "deaths": deaths + 1}))
        except OSError as error:  # a full disk: reading matters more than the note about it
            LOG.warning("the job being read could not be noted: %s", error)

    def end(self) -> None:
        with contextlib.suppress(OSError):  # what is left behind costs one suspicion at most
            self._path.unlink(missing_ok=True)

    def _left_behind(self) -> tuple[str, int]:
        try:
            note = json.loads(self._path.read_text())
            return str(note["origin"]), int(note["deaths"])
        except (OSError, ValueError, KeyError, TypeError):  # no note, or one that was cut short: nobody is suspected
            return "", 0
