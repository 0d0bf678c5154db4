"""toml_lines: takes the text of a TOML file, says in which line a table or a name is written; checks nothing."""

import re
from collections.abc import Iterator, Sequence

_HEADING_re = re.compile(r"\s*\[{1,2}\s*([A-Za-z0-9_.\- \"']+?)\s*\]{1,2}\s*(#.*)?$")
_KEY_re = re.compile(r"\s*(?:\"([^\"]*)\"|'([^']*)'|([A-Za-z0-9_.-]+))\s*=")
_QUOTED_re = re.compile(r"\"(?:\\.|[^\"\\])*\"|'[^']*'|#.*")


class TomlLines:
    """Of a text that is good TOML."""

    def __init__(self, text: str) -> None:
        self._lines = dict(_places(text))

    def of(self, table: str, key: str = "", nth: int = 0) -> int | None:
        """The line of `key` in the `nth` table of that name ('' the top), without a key of its heading; else None."""
        return self._lines.get((table, nth, key))

    def nearest(self, path: Sequence[str]) -> int | None:
        """The line of lanes.till-1.format, or of what is nearest above it: an inline table, the table's heading."""
        for depth in range(len(path), 0, -1):
            for split in range(depth, -1, -1):
                table, key = ".".join(path[:split]), ".".join(path[split:depth])
                if line := self.of(table, key):
                    return line
        return None


def _places(text: str) -> Iterator[tuple[tuple[str, int, str], int]]:
    """Where each table and key is written, by (table, which of its name, key)."""
    table, count, depth = "", dict[str, int](), 0
    for number, line in enumerate(text.splitlines(), start=1):
        heading = _HEADING_re.match(line)
        if depth <= 0 and heading:
            table = re.sub(r"[ \"']", "", heading[1])
            count[table] = count.get(table, -1) + 1
            yield (table, count[table], ""), number
            continue
        key = _KEY_re.match(line) if depth <= 0 else None
        if key:
            yield (table, max(0, count.get(table, 0)), next(filter(None, key.groups()), "")), number
        bare = _QUOTED_re.sub("", line)
        depth += bare.count("[") - bare.count("]")
