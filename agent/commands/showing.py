"""showing: lays a paper beside what was understood of it; takes plain fields, gives something rich can print."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from agent.money import format_amount

COLOURS = {"accepted": "green", "held": "yellow", "noted": "dim"}
AMOUNTS = ("subtotal", "discount", "tax", "fees", "tip", "total", "change", "award_base")
WORDS = ("number", "register", "cashier", "date", "original", "phone", "email", "card", "name")


def side_by_side(title: str, lines: Sequence[str], receipt: Mapping[str, Any], *more: RenderableType) -> Table:
    """The paper on the left; on the right the fields of `receipt` (shape of `read --json`, with its proof)."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(min_width=max((cell_len(line) for line in lines), default=0) + 4)  # paper is never cut
    grid.add_column()
    paper = Panel(Text("\n".join(lines), no_wrap=True), title=title, title_align="left", expand=False)
    grid.add_row(paper, Group(_verdict(receipt), "", _fields(receipt), "", _proof(receipt), *more))
    return grid


def _verdict(receipt: Mapping[str, Any]) -> Text:
    words = f"{receipt['kind'].replace('_', ' ')}: {receipt['state']}" + (" (reprint)" if receipt["reprint"] else "")
    reason = f" - {receipt['reason']}" if receipt["reason"] else ""
    return Text(words + reason, style=f"bold {COLOURS[receipt['state']]}")


def _fields(receipt: Mapping[str, Any]) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="dim")
    table.add_column()
    for name, value in _rows(receipt):
        table.add_row(name, Text(value))
    return table


def _rows(receipt: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    exponent = receipt["exponent"]
    yield from ((name, str(receipt[name])) for name in WORDS if receipt[name])
    for text, quantity, amount in receipt["items"]:
        yield "item", f"{quantity} x {text}  {format_amount(amount, exponent)}"
    for name in AMOUNTS:
        if receipt[name] is not None:
            yield name.replace("_", " "), format_amount(receipt[name], exponent)
    for label, amount in receipt["tenders"]:
        yield "tender", f"{label}  {format_amount(amount, exponent)}"


def _proof(receipt: Mapping[str, Any]) -> Group:
    """Each sum found on the paper, written out."""
    proof = receipt["proof"]
    if not proof:
        return Group(Text("no sum on this paper proves it", style="dim"))
    return Group(Text("proof", style="bold"), *(Text(_sum_in_words(part, receipt["exponent"])) for part in proof))


def _sum_in_words(relation: Mapping[str, Any], exponent: int) -> str:
    parts = " + ".join(format_amount(part, exponent) for part in relation["parts"]).replace("+ -", "- ")
    about = f" (within {format_amount(relation['tolerance'], exponent)})" if relation["tolerance"] else ""
    return f"  {relation['words']}: {parts} = {format_amount(relation['whole'], exponent)}{about}"
