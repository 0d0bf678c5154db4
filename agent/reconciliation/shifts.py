"""shifts: takes the slips of some days, counts per shift how many name no customer; attaches nobody."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, datetime, time, tzinfo

from agent.receipt import EARNING, State
from agent.reconciliation.finding import Finding, Slip

UNATTACHED = "unattached"
WHOLE_DAY = "the day"


def shift_of(at: datetime, zone: tzinfo, begins: Sequence[str]) -> str:
    """'06:00' of the shift that a moment belongs to; before the first one of the day it is still the last one."""
    starts = sorted(begins, key=time.fromisoformat)
    if not starts:
        return WHOLE_DAY
    local = at.astimezone(zone).time()
    return max((start for start in starts if time.fromisoformat(start) <= local), default=starts[-1])


def unattached(slips: Sequence[Slip], zone: tzinfo, begins: Sequence[str], *, nag: bool) -> list[Finding]:
    """One finding per day and shift with open receipts; `nag`: the cashier is asked, else it only is accounted for."""
    shifts: dict[tuple[date, str], list[Slip]] = defaultdict(list)
    for slip in slips:
        if slip.counts and slip.state is State.ACCEPTED and slip.kind in EARNING:
            shifts[slip.day, shift_of(slip.at, zone, begins)].append(slip)
    return [
        _finding(day, shift, earning, nag=nag) for (day, shift), earning in sorted(shifts.items()) if _open(earning)
    ]


def _open(slips: Sequence[Slip]) -> list[Slip]:
    return [slip for slip in slips if slip.open]


def _finding(day: date, shift: str, earning: Sequence[Slip], *, nag: bool) -> Finding:
    waiting = _open(earning)
    by_cashier = Counter(slip.cashier for slip in waiting if slip.cashier)
    named = ", ".join(f"{cashier} {count}" for cashier, count in by_cashier.most_common())
    when = shift if shift == WHOLE_DAY else f"the shift from {shift}"
    words = f"{len(waiting)} of {len(earning)} receipts of {when} name no customer" + (f" ({named})" if named else "")
    return Finding(
        UNATTACHED,
        day,
        shift,
        words,
        good=not nag,
        role="cashier",
        title="Receipts wait for their customer",
        fix="Attach the customer on the till page; who wants none is attached as 'No Name' in the till next time.",
    )
