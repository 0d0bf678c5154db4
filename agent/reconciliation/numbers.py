"""numbers: takes the slips of some days, says which receipt numbers were never seen; knows no money.

Tills count in many ways: each register for itself, all together, anew each morning, in ranges, or not by one at all.
A gap is said only where the numbers go up by one nearly always, and only inside a run: what a new range begins with,
nobody knows.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby, pairwise

from agent.receipt import EARNING, Kind, State
from agent.reconciliation.finding import Finding, Slip

MISSING = "missing_numbers"
LONGEST_GAP = 50
"""A larger jump is a new range of numbers, not so many lost receipts."""
STEPS_NEEDED = 3
MOSTLY = 0.6
"""Share of steps that must be by one before a missing number means anything."""
COUNTING = EARNING | {Kind.VOID}
"""Kinds that surely take a number of the till's own count; others may fill one, or have a count of their own."""
_NUMBER_re = re.compile(r"(?P<prefix>.*?)(?P<digits>\d{1,12})$")


@dataclass(frozen=True, slots=True)
class _Numbered:
    till: str
    prefix: str
    number: int
    width: int
    slip: Slip


@dataclass(frozen=True, slots=True)
class _Gap:
    """`before`: the receipt that came instead; `days`: its own and that of the one ahead of the gap."""

    number: int
    before: _Numbered
    days: frozenset[date]


def missing_numbers(slips: Sequence[Slip], now: datetime, grace: timedelta) -> list[Finding]:
    """One finding per till and day. A number counts as missing once the one behind it is older than `grace`."""
    numbered = [one for slip in slips if (one := _numbered(slip))]
    seen = {(one.prefix, one.number, one.slip.day) for one in numbered}
    counting = [one for one in numbered if one.slip.kind in COUNTING and one.slip.counts]
    gaps: dict[tuple[str, date], list[_Gap]] = defaultdict(list)
    for series in _series(counting):
        for gap in _gaps(series):
            if _is_old(gap, now, grace) and not _was_seen(gap, seen):
                gaps[gap.before.till if len({one.till for one in series}) == 1 else "", gap.before.slip.day].append(gap)
    unread = Counter((slip.day, slip.till) for slip in slips if slip.state is State.HELD and slip.number is None)
    return [_finding(till, day, found, _unread(unread, day, till)) for (till, day), found in sorted(gaps.items())]


def _unread(unread: Counter[tuple[date, str]], day: date, till: str) -> int:
    """Held receipts whose number could not be read; one that could not be read at all names no register either."""
    return sum(count for (when, where), count in unread.items() if when == day and (where == till or not till))


def _numbered(slip: Slip) -> _Numbered | None:
    match = _NUMBER_re.fullmatch(slip.number or "")
    return _Numbered(slip.till, match["prefix"], int(match["digits"]), len(match["digits"]), slip) if match else None


def _series(counting: Sequence[_Numbered]) -> Iterator[list[_Numbered]]:
    """Each till's own numbers where they go up by one, and all the rest of one prefix together: a shared count."""
    by_till: dict[tuple[str, str], list[_Numbered]] = defaultdict(list)
    for one in sorted(counting, key=lambda one: (one.slip.at, one.slip.id)):
        by_till[one.prefix, one.till].append(one)
    shared: dict[str, list[_Numbered]] = defaultdict(list)
    for (prefix, _), series in by_till.items():
        if _counts_by_one(series):
            yield series
        else:
            shared[prefix] += series
    for series in shared.values():
        together = sorted(series, key=lambda one: (one.slip.at, one.slip.id))
        if _counts_by_one(together):
            yield together


def _counts_by_one(series: Sequence[_Numbered]) -> bool:
    steps = [two.number - one.number for one, two in pairwise(series) if two.number != one.number]
    by_one = sum(1 for step in steps if step == 1)
    return by_one >= STEPS_NEEDED and by_one >= MOSTLY * len(steps)


def _gaps(series: Sequence[_Numbered]) -> list[_Gap]:
    """Numbers a run skipped and that did not come later. A step back that fills no gap begins a new run."""
    waiting, kept = dict[int, _Gap](), list[_Gap]()
    run, last = dict[int, date](), series[0]
    for one in series:
        number, day = one.number, one.slip.day
        if run.get(number) == day:
            continue  # printed again without a mark
        if number in waiting:
            del waiting[number]
            run[number] = day
            continue
        if number not in run and last.number < number <= last.number + LONGEST_GAP:
            days = frozenset({last.slip.day, day})
            waiting |= {skipped: _Gap(skipped, one, days) for skipped in range(last.number + 1, number)}
        else:
            kept += waiting.values()
            waiting, run = {}, {}
        run[number], last = day, one
    return kept + list(waiting.values())


def _is_old(gap: _Gap, now: datetime, grace: timedelta) -> bool:
    return now - gap.before.slip.at >= grace


def _was_seen(gap: _Gap, seen: set[tuple[str, int, date]]) -> bool:
    """On another till, or on a slip that is no sale; only on the days around it, for numbers may begin anew."""
    return any((gap.before.prefix, gap.number, day) in seen for day in gap.days)


def _finding(till: str, day: date, gaps: Sequence[_Gap], unread: int) -> Finding:
    count, where = len(gaps), f" of {till}" if till else ""
    ranges = ", ".join(_ranges(gaps))
    words = f"{'receipt' if count == 1 else f'{count} receipts'}{where} never seen: {ranges}"
    if unread:
        words += f" ({unread} held without a number: tillpost receipts --state held)"
    return Finding(
        MISSING,
        day,
        till or "all tills",
        words,
        title=f"Receipt numbers are missing{where}",
        fix="If these were sales, print them again or take them from the till's export:"
        " tillpost catch-up FILE --dry-run. Numbers that the till never printed need nothing: close this.",
    )


def _ranges(gaps: Iterable[_Gap]) -> Iterator[str]:
    """'1042-1044', '1050', as printed: with prefix and leading zeros."""
    ordered = sorted({(gap.before.prefix, gap.number, gap.before.width) for gap in gaps})
    for _, run in groupby(enumerate(ordered), key=lambda pair: (pair[1][0], pair[1][1] - pair[0])):
        inside = [entry for _, entry in run]
        first, last = (f"{prefix}{number:0{width}d}" for prefix, number, width in (inside[0], inside[-1]))
        yield first if len(inside) == 1 else f"{first}-{last}"
