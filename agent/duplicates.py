"""duplicates: takes a receipt and those seen like it, gives new, reprint or ask; does not look anything up itself."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from urllib.parse import quote

from agent.receipt import Receipt

LOOK_BACK = 64
"""The most earlier receipts worth fetching per question: they share store, kind, total and number."""

GROWS_WITHIN = timedelta(hours=12)
GROWS_UNNUMBERED_WITHIN = timedelta(minutes=10)
"""How long after its first print a sale may be printed longer."""
CLOCK_SLACK = timedelta(days=3)
"""Printed (naive, local) against captured (UTC): two days of drift as in `business_day`, and any zone's offset."""


class Sameness(StrEnum):
    NEW = "new"
    """A receipt of its own: it counts."""
    REPRINT = "reprint"
    """The same receipt once more: it does not count again."""
    ASK = "ask"
    """It cannot be known from paper: a person adds it anyway or removes it."""


@dataclass(frozen=True, slots=True)
class Seen:
    """An earlier receipt as the ledger keeps it; `lane` of its capture, `captured_at` aware.

    `counted`: it stands in the books as a receipt of its own (awarded, or open for a customer). False while it is
    held, and once it was removed as a duplicate.
    """

    receipt_id: int
    receipt: Receipt
    lane: str
    business_day: date
    captured_at: datetime
    counted: bool = True
    exported: bool = False
    """It was booked from the till's export: its time may be rounded."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`of` = receipt_id of the earlier one, None when new; `why` for the page and the day's account.

    `replaces`: it is no copy of the earlier one but the same sale grown longer.
    """

    sameness: Sameness
    of: int | None = None
    why: str = ""
    replaces: bool = False


def fingerprint(store_id: str, lane: str, receipt: Receipt, business_day: date) -> str:
    """What says "seen before?": store, kind, total, number, register (printed, else the lane), day.

    Readable, without personal data, and in this order so that `kin` is a prefix of it. The day is the printed one,
    because a reprint made next week still prints the day of the sale; `business_day` where none is printed.
    """
    day = receipt.date.date() if receipt.date else business_day
    return f"{kin(store_id, receipt)}{_part(_register(receipt, lane))}/{day.isoformat()}"


def kin(store_id: str, receipt: Receipt) -> str:
    """The beginning that the fingerprints of all receipts share which `judge` may want to see beside this one."""
    total = "" if receipt.total is None else str(receipt.total)
    parts = (store_id, receipt.kind.value, total, receipt.number or "")
    return "".join(f"{_part(part)}/" for part in parts)


def judge(
    receipt: Receipt,
    captured_at: datetime,
    earlier: Iterable[Seen],
    *,
    lane: str = "",
    business_day: date | None = None,
    exported: bool = False,
) -> Verdict:
    """Is `receipt` one of `earlier` (those of its kin, any order) printed again? Never a guess, never a silent drop.

    Two receipts that print different numbers, or the same number at different times without a reprint mark, are
    different receipts whatever else they share. A reprint mark alone proves nothing: a marked receipt whose original
    was never seen counts. `lane` empty: all of `earlier` come from the same till.
    """
    now = Seen(0, receipt, lane, business_day or (receipt.date or captured_at).date(), captured_at, exported=exported)
    before = sorted(earlier, key=lambda seen: seen.receipt_id)  # not by time: the clock may have been set back since
    found = [verdict for seen in before if (verdict := _compare(now, seen))]
    for wanted in (Sameness.REPRINT, Sameness.ASK):
        for verdict in found:
            if verdict.sameness is wanted:
                return verdict
    return Verdict(Sameness.NEW)


def outgrown(receipt: Receipt, captured_at: datetime, earlier: Iterable[Seen], *, lane: str) -> Verdict:
    """Is `receipt` one of `earlier` with more on it? The customer added something after the first print.

    Only where the numbers are the same, or neither is printed and the same register printed both within minutes: two
    customers may well buy the same coffee, and one of them a cake.
    """
    now = Seen(0, receipt, lane, captured_at.date(), captured_at)
    for seen in sorted(earlier, key=lambda seen: -seen.receipt_id):
        if seen.counted and _same_till(now, seen) and _has_grown(receipt, seen.receipt) and _one_sale(now, seen):
            why = f"it begins as that one did and goes on with {len(receipt.items) - len(seen.receipt.items)} more"
            return Verdict(Sameness.ASK, seen.receipt_id, why, replaces=True)
    return Verdict(Sameness.NEW)


def _has_grown(receipt: Receipt, old: Receipt) -> bool:
    start = receipt.items[: len(old.items)]
    larger = (receipt.total or 0) > (old.total or 0)
    return receipt.kind is old.kind and bool(old.items) and larger and start == old.items != receipt.items


def _one_sale(now: Seen, then: Seen) -> bool:
    new, old = now.receipt, then.receipt
    if new.number is not None and old.number is not None:
        return new.number == old.number and now.captured_at - then.captured_at <= GROWS_WITHIN
    neither = new.number is None and old.number is None
    return neither and now.captured_at - then.captured_at <= GROWS_UNNUMBERED_WITHIN and not _other_person(new, old)


def _compare(now: Seen, then: Seen) -> Verdict | None:
    """None: two different receipts."""
    new, old = now.receipt, then.receipt
    if (new.kind, new.total) != (old.kind, old.total) or _differ(new.number, old.number):
        return None
    if _differ(new.register, old.register):
        return None
    sameness, why = _same_paper(now, then)
    if sameness is Sameness.NEW:
        return None
    if sameness is Sameness.REPRINT and not then.counted:
        sameness, why = Sameness.ASK, f"{why}, but that one does not count by now"
    return Verdict(sameness, then.receipt_id, why)


def _same_paper(now: Seen, then: Seen) -> tuple[Sameness, str]:
    """Kind, total, number and register do not differ; the times, the mark and the lane decide."""
    new, old = now.receipt, then.receipt
    numbered = new.number is not None and old.number is not None
    same_time = new.date is not None and new.date == old.date
    same_day = now.business_day == then.business_day or _day(new) == _day(old) is not None
    if not (numbered or same_day):
        return Sameness.NEW, ""
    if not _same_till(now, then):
        if numbered and same_time:
            return Sameness.ASK, "the same number and time came over another lane that prints no register"
        return Sameness.NEW, ""
    if numbered and same_day and (now.exported or then.exported):
        return Sameness.REPRINT, "the till's export and its paper have the same number, total and day"
    if numbered:
        return _numbered(now, then, same_time=same_time, same_day=same_day)
    return _unnumbered(new, old, same_time=same_time)


def _numbered(now: Seen, then: Seen, *, same_time: bool, same_day: bool) -> tuple[Sameness, str]:
    marked, new, old = now.receipt.reprint, now.receipt, then.receipt
    if same_time:
        if now.business_day == then.business_day or _clock_runs(then):
            return Sameness.REPRINT, "same number and time"
        return Sameness.ASK, "same number and time, but the till's clock does not run and the days differ"
    if marked and same_day:
        return Sameness.REPRINT, "marked as a reprint, same number and day"
    if marked:
        return Sameness.ASK, "marked as a reprint, same number and total, but another day"
    if same_day and not _differ(new.date, old.date):
        return Sameness.ASK, "same number and total on one day, and the time is not printed"
    return Sameness.NEW, ""


def _unnumbered(new: Receipt, old: Receipt, *, same_time: bool) -> tuple[Sameness, str]:
    if _contents(new) != _contents(old) or (_differ(new.date, old.date) and not new.reprint):
        return Sameness.NEW, ""
    if _other_person(new, old):  # only here: where a number is printed it decides, and old names are masked in time
        return Sameness.NEW, ""
    if new.reprint and same_time:
        return Sameness.REPRINT, "marked as a reprint, same content and time"
    return Sameness.ASK, "same content, and no number tells them apart"


def _same_till(now: Seen, then: Seen) -> bool:
    """By the printed register where both print one, else by the lane."""
    if now.receipt.register is not None and then.receipt.register is not None:
        return now.receipt.register == then.receipt.register
    return now.lane in ("", then.lane)


def _clock_runs(seen: Seen) -> bool:
    """The time printed then was about right, so the same time printed again is the same sale, however late."""
    printed, captured = seen.receipt.date, seen.captured_at.replace(tzinfo=None)
    return printed is not None and abs(printed - captured) <= CLOCK_SLACK


def _day(receipt: Receipt) -> date | None:
    return receipt.date.date() if receipt.date else None


def _other_person(receipt: Receipt, old: Receipt) -> bool:
    """Both name a customer, and not the same one."""
    named = ((receipt.phone, old.phone), (receipt.email, old.email), (receipt.card, old.card))
    return any(_differ(now, then) for now, then in named)


def _differ(now: object | None, then: object | None) -> bool:
    """Both are printed, and they are not the same."""
    return now is not None and then is not None and now != then


def _contents(receipt: Receipt) -> Sequence[object]:
    return receipt.items, receipt.tenders, receipt.tax


def _register(receipt: Receipt, lane: str) -> str:
    """The register printed wins over the lane, so that two taps on one till give one fingerprint."""
    return f"register {receipt.register}" if receipt.register is not None else f"lane {lane}"


def _part(text: str) -> str:
    return quote(text, safe=" ")
