"""glyphs: keeps each lane's dictionary of signs as one file in the state folder; learns nothing, reads no picture."""

import contextlib
import os
import re
from pathlib import Path

from agent.errors import TillpostError
from agent.raster import Dictionary, Notebook

_NAME_re = re.compile(r"[^A-Za-z0-9._-]")


class GlyphsUnreadable(TillpostError):
    """A file of signs that is torn, or not one."""

    default_hint = "Forget it, it is learnt anew from the next receipts: tillpost glyphs --forget LANE."


class Glyphs:
    """One file a lane, written whole or not at all. Another process may change them: they are looked at each time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, tuple[int, Notebook]] = {}

    def notebook(self, lane: str) -> Notebook:
        """An empty one when nothing was learnt yet. Raises GlyphsUnreadable."""
        try:
            stamp = self._file(lane).stat().st_mtime_ns
        except FileNotFoundError:
            self._known.pop(lane, None)
            return Notebook()
        if lane not in self._known or self._known[lane][0] != stamp:
            self._known[lane] = stamp, read_notebook(self._file(lane))
        return self._known[lane][1]

    def dictionary(self, lane: str) -> Dictionary:
        """What can be read with no doubt; nothing, when the file cannot be read: then pictures are held."""
        try:
            return self.notebook(lane).dictionary
        except GlyphsUnreadable:
            return Dictionary()

    def keep(self, lane: str, notebook: Notebook) -> None:
        """Raises OSError on a full disk; what was there stays."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file, fresh = self._file(lane), self._file(lane).with_suffix(".new")
        with fresh.open("w", encoding="utf-8") as out:
            out.write(notebook.to_json())
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(file)
        self._known[lane] = file.stat().st_mtime_ns, notebook

    def forget(self, lane: str) -> bool:
        """False when nothing was known."""
        self._known.pop(lane, None)
        with contextlib.suppress(FileNotFoundError):
            self._file(lane).unlink()
            return True
        return False

    def _file(self, lane: str) -> Path:
        return self._folder / f"{_NAME_re.sub('_', lane)}.json"


def read_notebook(file: Path) -> Notebook:
    """Raises GlyphsUnreadable."""
    try:
        return Notebook.from_json(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise GlyphsUnreadable(f"{file}: {error}") from error
