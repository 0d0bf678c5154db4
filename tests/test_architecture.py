"""The two rules of the layout that a reader relies on: imports run one way, and the pure steps do no I/O."""

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
IO_MODULES = {"asyncio", "serial", "sqlite3", "sqlite_utils", "httpx", "aiomqtt", "time", "os", "socket", "threading"}
PURE = (
    "agent.masking",
    "agent.job",
    "agent.dialects",
    "agent.print_events",
    "agent.paper",
    "agent.raster",
    "agent.formats",
    "agent.receipt",
    "agent.customer",
    "agent.awards",
    "agent.awards.base",
    "agent.duplicates",
    "agent.catalogue",
    "agent.catch_up",
    "agent.reconciliation",
    "agent.teaching",
    "agent.business_day",
    "agent.reading",
    "agent.money",
    "agent.wrapping",
)
LAYERS = (
    "values",
    "parts",
    "flows",
    "daemon",
    "command line",
)
LAYER_OF = {
    "agent.journal": "parts",
    "agent.ledger": "parts",
    "agent.taps": "parts",
    "agent.providers": "parts",
    "agent.sandboxes": "parts",
    "agent.fleet": "parts",
    "agent.watchdog": "parts",
    "agent.doorbell": "parts",
    "agent.slips": "parts",
    "agent.booking": "flows",
    "agent.closing_slips": "flows",
    "agent.sale_slips": "flows",
    "agent.replay": "flows",
    "agent.format_watch": "flows",
    "agent.tap": "flows",
    "agent.intake": "flows",
    "agent.pictures.learner": "flows",
    "agent.pictures.ocr": "parts",
    "agent.pictures.lesson": "parts",
    "agent.pictures.glyphs": "parts",
    "agent.courier": "flows",
    "agent.signing_up": "flows",
    "agent.acts": "flows",
    "agent.front_desk": "flows",
    "agent.till": "flows",
    "agent.daemon": "daemon",
    "agent.supervisor": "daemon",
    "agent.tap_start": "daemon",
    "agent.commands": "command line",
    "agent.__main__": "command line",
}
VALUES_OF_PARTS = {
    "agent.slips.paper",
    "agent.taps.lane",
    "agent.journal.record",
    "agent.providers",
    "agent.providers.answers",
    "agent.providers.facts",
    "agent.providers.people",
    "agent.providers.protocol",
}
"""Plain values that live beside the parts they belong to; anyone may import them."""
TAP_MAY_IMPORT = {"systemd", "agent", "firmware_bridge"}


def modules() -> dict[str, Path]:
    found = {}
    for path in sorted((ROOT / "agent").rglob("*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        found[name.removesuffix(".__init__")] = path
    return found


MODULES = modules()


def imports(path: Path) -> Iterator[str]:
    """Modules named; of `from package import module`, the module."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in MODULES else node.module


def our_imports(name: str) -> set[str]:
    return {other for other in imports(MODULES[name]) if other in MODULES and other != name}


def layer(name: str) -> int:
    if name in VALUES_OF_PARTS:
        return LAYERS.index("values")
    while name:
        if name in LAYER_OF:
            return LAYERS.index(LAYER_OF[name])
        name = name.rpartition(".")[0]
    return LAYERS.index("values")


def test_there_is_no_import_cycle() -> None:
    try:
        tuple(TopologicalSorter({name: our_imports(name) for name in MODULES}).static_order())
    except CycleError as error:
        pytest.fail(f"these import each other: {error.args[1]}")


@pytest.mark.parametrize("name", MODULES)
def test_imports_run_one_way(name: str) -> None:
    upward = [other for other in our_imports(name) if layer(other) > layer(name)]
    assert not upward, f"{name} imports from a later step"


@pytest.mark.parametrize("name", [name for name in MODULES if name.startswith(PURE)])
def test_pure_steps_do_no_io(name: str) -> None:
    reached = {other.split(".")[0] for other in imports(MODULES[name])} & IO_MODULES
    assert not reached, f"{name} is sans-io"


@pytest.mark.parametrize("name", MODULES)
def test_nothing_is_imported_inside_a_function(name: str) -> None:
    tree = ast.parse(MODULES[name].read_text())
    inside = [
        node.lineno
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert not inside


@pytest.mark.parametrize("name", MODULES)
def test_each_file_says_what_it_is(name: str) -> None:
    first_line = (ast.get_docstring(ast.parse(MODULES[name].read_text())) or "").split("\n")[0]
    assert first_line.startswith(f"{MODULES[name].stem}:") or MODULES[name].stem == "__init__", first_line


def reachable(name: str) -> set[str]:
    seen, todo = set[str](), [name]
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo += our_imports(name)
            parents = name.split(".")
            todo += [".".join(parents[:n]) for n in range(1, len(parents)) if ".".join(parents[:n]) in MODULES]
    return seen


def test_the_tap_stays_light() -> None:
    """It stands in the printing path: the standard library and systemd's notify, nothing else."""
    standard = set(__import__("sys").stdlib_module_names)
    heavy = {
        f"{name} imports {other}"
        for name in reachable("agent.tap")
        for other in {module.split(".")[0] for module in imports(MODULES[name])}
        if other not in standard | TAP_MAY_IMPORT
    }
    assert not heavy
