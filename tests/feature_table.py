"""feature_table: takes the rows of features.toml and the marks on the tests, gives docs/features.md; runs no test."""

import ast
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ROWS = ROOT / "tests" / "features.toml"
PAGE = ROOT / "docs" / "features.md"
HEADING = """# What the box does, row by row

Written by `scripts/features` from `tests/features.toml` and the tests' own marks; a test fails when it is out of date.
Parts 0 to 4 are what five other systems do at the till, promise, limit or warn of; part 5 is what none of them has.
**Proof** is the test that shows the row through the whole box; where there is none, it says why.
"""


@dataclass(frozen=True, slots=True)
class Row:
    number: str
    they: str
    """What the other system does; empty in part 5."""
    box: str
    because: str = ""
    """Why it is not delivered, or not wholly."""


@dataclass(frozen=True, slots=True)
class Part:
    title: str
    rows: tuple[Row, ...]


@cache
def parts() -> tuple[Part, ...]:
    read = tomllib.loads(ROWS.read_text())["part"]
    return tuple(Part(part["title"], tuple(Row(**row) for row in part["row"])) for part in read)


@cache
def proofs() -> Mapping[str, tuple[str, ...]]:
    """Row number → the tests that are marked with it, as 'tests/story/test_x.py::test_y'."""
    found = defaultdict[str, list[str]](list)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for name, numbers in _marks(ast.parse(path.read_text())):
            for number in numbers:
                found[number].append(f"{path.relative_to(ROOT)}::{name}")
    return {number: tuple(tests) for number, tests in found.items()}


def written() -> str:
    lines = [HEADING, counted() + "\n"]
    for part in parts():
        lines += [f"\n## {part.title}\n", "| row | they | the box | proof |", "|---|---|---|---|"]
        lines += [f"| {row.number} | {_cell(row.they)} | {_cell(row.box)} | {_proof(row)} |" for row in part.rows]
    return "\n".join(lines) + "\n"


def counted() -> str:
    def proven(rows: list[Row]) -> str:
        return f"{sum(row.number in proofs() for row in rows)} of {len(rows)}"

    theirs = [row for part in parts() for row in part.rows if row.they]
    ours = [row for part in parts() for row in part.rows if not row.they]
    return f"Proven through the whole box: {proven(theirs)} rows of theirs, {proven(ours)} of ours."


def _proof(row: Row) -> str:
    tests = (f"[{test.rpartition('::')[2].removeprefix('test_')}](../{test.partition('::')[0]})" for test in _of(row))
    return "; ".join([*tests, *([_cell(row.because)] if row.because else [])]) or "not proven yet"


def _of(row: Row) -> tuple[str, ...]:
    return proofs().get(row.number, ())


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _marks(tree: ast.Module) -> Iterator[tuple[str, list[str]]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for call in node.decorator_list:
                if isinstance(call, ast.Call) and ast.unparse(call.func) == "pytest.mark.feature":
                    yield node.name, [str(ast.literal_eval(argument)) for argument in call.args]
