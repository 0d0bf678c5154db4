"""reading: how many receipts of every corpus with truth are read right, held, or accepted wrong, field by field.

Print streams (`.bin` with the truth in a `.json` beside it) go the whole way: job, dialect, paper, reader. Texts
(`.jsonl`, one receipt a line: id, lines, truth) go through the reader. Accepted wrong is the worst outcome: a wrong
amount credited. Ends with 1 when a print stream was accepted wrong, and with the speed of the dialects.

--one-off tests the proofs: every accepted receipt is read again with each of its amounts one minor unit more, one less,
and with a wrong digit; none may be accepted with another base. That takes some minutes; ends with 1 when one was.
"""

import argparse
import os
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from rich.console import Console  # noqa: E402
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: E402
from rich.table import Table  # noqa: E402

from agent.formats import StoreContext, load_format, read_paper  # noqa: E402
from agent.receipt import State  # noqa: E402
from tests.formats.corpora import HOME, Case, Corpus, corpora_in  # noqa: E402
from tests.formats.one_off import one_digit, one_off  # noqa: E402
from tests.shared_data import BESIDE  # noqa: E402

DIALECT_SPEED = ROOT / "scripts" / "benches" / "dialect_speed.py"
NAMES = ("DRY FOOD", "Dental chews", "Rubber toy", "Cat litter", "Bird seed", "Leash")
FIELDS_FIRST = ("kind", "subtotal", "tax", "total", "award_base")


def main(arguments: Sequence[str]) -> int:
    options = options_of(arguments)
    console = Console(width=None if sys.stdout.isatty() else 120)
    folders = options.folder or [Path(os.environ.get("TILLPOST_TEST_DATA", BESIDE))]
    corpora = [corpus for folder in folders for corpus in corpora_in(folder, store_of(options))]
    if not corpora:
        console.print(f"no receipts with truth under {', '.join(map(str, folders))}: nothing to read")
    wrong = 0
    for corpus in corpora:
        wrong += report(corpus, console, options)
        wrong += test_proofs(corpus, console) if options.one_off else 0
    if not options.no_speed:
        report_speed(console)
    if DIALECT_SPEED.exists() and not options.no_speed:
        subprocess.run([sys.executable, ROOT / "scripts" / "bench", "dialect-speed"], check=True)
    return 1 if wrong else 0


def report_speed(console: Console) -> None:
    """Reads made-up receipts beside a yardstick: one pass of one regular expression over the same text."""
    for articles in (10, 300, 1000):
        lines = long_receipt(articles)
        text = "\n".join(lines)
        bare = best_of(lambda text=text: re.findall(r"(?<!\d)\d{1,3}(?:,\d{3})*\.\d\d(?!\d)", text))  # type: ignore[misc]
        ours = best_of(lambda lines=lines: read_paper(lines, load_format("generic"), HOME))  # type: ignore[misc]
        console.print(
            f"reading {articles} articles: {ours * 1000:.1f} ms, {ours / bare:.0f} x one bare pass over the text",
            highlight=False,
        )


def best_of(call: Callable[[], object], times: int = 7) -> float:
    """Seconds of the quickest call: the others met other work on this machine."""
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        call()
        taken.append(time.perf_counter() - begun)
    return min(taken)


def long_receipt(articles: int) -> list[str]:
    prices = [(n * 7919) % 9000 + 50 for n in range(articles)]
    rows = [(f"{NAMES[n % len(NAMES)]} {n} lb", price) for n, price in enumerate(prices)]
    tax = (sum(prices) * 8 + 50) // 100
    total = sum(prices) + tax
    rows += [("Subtotal", sum(prices)), ("Tax 8%", tax), ("TOTAL", total), ("VISA ****4729", total)]
    head = ["EXAMPLE SHOP", "1 Example St", "11/14/2026 4:42 PM   Reg 2   Cashier: Dana", "Receipt #: 200184"]
    return head + [f"{text:34}{amount / 100:10.2f}" for text, amount in rows]


def options_of(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench reading", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="*", help="where receipts with truth are (default: the data beside)")
    parser.add_argument("-v", "--verbose", action="store_true", help="list every receipt that is not right")
    parser.add_argument("--one-off", action="store_true", help="move every amount of every accepted receipt")
    parser.add_argument("--no-speed", action="store_true", help="leave out the speed of the dialects")
    parser.add_argument("--country", help="the store's country instead of what the file's name says (sroie, us, ca, …)")
    parser.add_argument("--currency", help="its currency")
    parser.add_argument("--exponent", type=int, help="decimals of its currency")
    parser.add_argument("--cash-rounding", type=int, help="its smallest coin in minor units")
    return parser.parse_args(arguments)


def store_of(options: argparse.Namespace) -> StoreContext | None:
    """None when nothing is said: then each file's own name decides."""
    named = {name: getattr(options, name) for name in ("country", "currency", "exponent", "cash_rounding")}
    said = {name: value for name, value in named.items() if value is not None}
    return replace(HOME, **said) if said else None


def report(corpus: Corpus, console: Console, options: argparse.Namespace) -> int:
    """Prints one corpus; gives how many of its print streams were accepted wrong."""
    begun = time.perf_counter()
    cases = list(read_all(corpus, console))
    seconds = time.perf_counter() - begun
    closing = [case for case in cases if case.closes]
    console.print(f"\n[bold]{corpus.name}[/bold]: {corpus.size} papers, {seconds / corpus.size * 1000:.1f} ms each")
    console.print(outcomes({"all": cases, **({"truth closes": closing} if len(closing) < len(cases) else {})}))
    console.print(fields(closing))
    for reason, count in Counter(reason_of(case) for case in closing if not case.stood).most_common():
        console.print(f"  held {count:4}  {reason}", highlight=False)
    for case in cases if options.verbose else ():
        name_it(case, console)
    return sum(case.accepted_wrong for case in cases) if corpus.prints else 0


def progress_on(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


def read_all(corpus: Corpus, console: Console) -> list[Case]:
    with progress_on(console) as progress:
        papers = progress.track(corpus.read(), total=corpus.size, description=corpus.name)
        return [case for paper in papers for case in paper]


def test_proofs(corpus: Corpus, console: Console) -> int:
    """How many papers were accepted with another base when one amount on them was one unit off."""
    papers, moved, wrong = 0, 0, 0
    with progress_on(console) as progress:
        for name, lines, store in progress.track(corpus.papers(), total=corpus.size, description="one off"):
            accepted = accepted_base(lines, store)
            if accepted is None:
                continue
            papers += 1
            for number, changed in chain(one_off(lines, store), one_digit(lines, store, seed=moved)):
                moved += 1
                if accepted_base(changed, store) not in (None, accepted):
                    wrong += 1
                    console.print(f"  WRONG  {name}: {lines[number].strip()!r} as {changed[number].strip()!r}")
    console.print(f"  one off: {moved} amounts of {papers} accepted papers moved, {wrong} accepted with another base")
    return wrong


def accepted_base(lines: Sequence[str], store: StoreContext) -> int | None:
    receipts = read_paper(lines, load_format("generic"), store)
    return receipts[0].award_base if receipts and receipts[0].state is State.ACCEPTED else None


def outcomes(groups: dict[str, list[Case]]) -> Table:
    table = Table()
    headings = ("receipts", "accepted", "accepted wrong", "noted", "held", "all fields right")
    for heading in ("", *headings):
        table.add_column(heading, justify="right" if heading else "left")
    for name, cases in groups.items():
        accepted = sum(case.accepted for case in cases)
        wrong = sum(case.accepted_wrong for case in cases)
        noted = sum(case.stood and not case.accepted for case in cases)
        right = sum(case.stood and not case.differences() for case in cases)
        table.add_row(
            name,
            str(len(cases)),
            f"{accepted} ({share(accepted, len(cases))})",
            f"{wrong} ({share(wrong, accepted)})",
            str(noted),
            str(sum(not case.stood for case in cases)),
            f"{right} ({share(right, len(cases))})",
        )
    return table


def fields(cases: Sequence[Case]) -> Table:
    """How each field came out, of the receipts whose truth names it; wrong only where it was not held."""
    named = {field for case in cases for field in case.truth}
    table = Table()
    for heading in ("field", "named", "right", "held", "accepted wrong", "noted wrong"):
        table.add_column(heading, justify="left" if heading == "field" else "right")
    for field in sorted(named, key=lambda name: (name not in FIELDS_FIRST, name)):
        having = [case for case in cases if field in case.truth]
        held = sum(not case.stood for case in having)
        wrong = [case for case in having if case.stood and field in case.differences()]
        accepted = sum(case.accepted for case in wrong)
        counts = (len(having), len(having) - held - len(wrong), held, accepted, len(wrong) - accepted)
        table.add_row(field, *map(str, counts))
    return table


def share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "-"


def name_it(case: Case, console: Console) -> None:
    if not case.stood:
        console.print(f"  held   {case.name}: {reason_of(case)}", highlight=False)
    elif case.differences():
        console.print(
            f"  {'WRONG' if case.accepted_wrong else 'wrong':6} {case.name}: {case.differences()}", highlight=False
        )


def reason_of(case: Case) -> str:
    return case.receipt.reason if case.receipt else "no receipt seen"
