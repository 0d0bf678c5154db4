"""status: takes the tap's figures, gives them as a JSON file that is whole at any moment; sends them nowhere."""

import asyncio
import json
import logging
import os
from collections.abc import Callable, Mapping
from pathlib import Path

from agent.clock import Clock

LOG = logging.getLogger(__name__)
EVERY_SECONDS = 1.0

Figures = Mapping[str, object]


class StatusFile:
    """In the run folder, which is memory; still never written from the loop, for it might be a disk."""

    def __init__(self, path: Path, figures: Callable[[], Figures], clock: Clock) -> None:
        self._path, self._figures, self._clock = path, figures, clock
        self._written = self._fault = ""

    async def run(self) -> None:
        while True:
            await self.write()
            await self._clock.sleep(EVERY_SECONDS)

    async def write(self) -> None:
        text = json.dumps(self._figures(), sort_keys=True)
        if text == self._written:
            return
        try:
            await asyncio.to_thread(_replace, self._path, text)
        except OSError as error:
            if self._fault != str(error):
                LOG.warning("the status file cannot be written: %s", error)
            self._fault = str(error)
        else:
            self._written, self._fault = text, ""


def _replace(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.write_text(text)
    fresh.replace(path)
