"""closing: takes a business day's account, gives the lines of the closing slip: the day, what waits and why."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from agent.money import format_amount
from agent.settings import Store

NARROW, WIDE = 32, 42
"""Characters on a line of 58 and of 80 mm paper in the printer's ordinary font."""
PLACES = (
    ("awarded", "at the cloud"),
    ("waiting", "on their way"),
    ("held", "a person must look"),
    ("refused", "the cloud refused"),
    ("nobody", "without a customer"),
    ("unpaid", "nothing to earn"),
    ("duplicates", "printed again"),
)
MOST_REASONS = 6


def closing_lines(  # noqa: PLR0917 - what stands on it
    store: Store, day: date, account: Mapping[str, Any], tasks: Sequence[Mapping[str, Any]], now: datetime, columns: int
) -> list[str]:
    """`account` as the ledger gives it, `tasks` those open; `now` aware. No customer is named on it."""
    lines = [store.name or store.id, f"Business day {day:%a %d %b %Y}", "=" * columns]
    lines += _row("Receipts read", str(account["read"]), columns)
    for name, words in PLACES:
        if account[name]:
            lines += _row(f"  {words}", str(account[name]), columns)
    for programme, points in account["points"].items():
        lines += _row(f"Given, {programme}", f"{points:+d}", columns)
    lines += _sums(store, account, columns)
    lines += _waiting(account, columns)
    lines += _listed("Asked of somebody", [f"{task['title']} ({task['role']})" for task in tasks], columns)
    lines += ["-" * columns, *textwrap.wrap(_verdict(account), columns)]
    return [*lines, f"{now.astimezone(store.zone):%Y-%m-%d %H:%M}"]


def _sums(store: Store, account: Mapping[str, Any], columns: int) -> Iterator[str]:
    for kind, total in account["totals"].items():
        yield from _row(f"{kind.replace('_', ' ').capitalize()}s", format_amount(total, store.exponent), columns)


def _waiting(account: Mapping[str, Any], columns: int) -> list[str]:
    reasons = {**account["waiting_reasons"], **account["held_reasons"]}
    return _listed("Why some wait", [f"{count}: {why}" for why, count in reasons.items()], columns)


def _listed(heading: str, sentences: Sequence[str], columns: int) -> list[str]:
    if not sentences:
        return []
    lines = ["", heading]
    for sentence in sentences[:MOST_REASONS]:
        lines += textwrap.wrap(sentence, columns - 2, initial_indent="- ", subsequent_indent="  ")
    if len(sentences) > MOST_REASONS:
        lines.append(f"- and {len(sentences) - MOST_REASONS} more")
    return lines


def _verdict(account: Mapping[str, Any]) -> str:
    open_ones = account["waiting"] + account["held"]
    if not open_ones:
        return "Nothing waits: every award of the day has reached its cloud."
    return f"{open_ones} still open. Nothing is lost: what waits goes out by itself, also after closing."


def _row(left: str, right: str, columns: int) -> list[str]:
    """Cut on the left where both do not fit."""
    room = columns - len(right) - 1
    return [f"{left[:room]:<{room}} {right}"]
