"""z_report: takes the slips of some days, holds each Z-report beside what was read of its till since the one before.

What a till calls gross, net or transactions differs from make to make: with or without tax, before or after returns.
So a figure fits when it is any of the sums it can mean; by chance that does not happen to the last cent.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agent.money import format_amount
from agent.receipt import Kind, Report, State
from agent.reconciliation.finding import Finding, Slip

Z_REPORT = "z_report"


@dataclass(frozen=True, slots=True)
class _Read:
    """Sums over what was read: with tax, without, tax, discounts; `back_…` of returns, positive."""

    sales: int = 0
    net: int = 0
    tax: int = 0
    discount: int = 0
    back: int = 0
    back_net: int = 0
    back_tax: int = 0
    count: int = 0
    returns: int = 0
    others: int = 0
    held: int = 0
    held_sum: int = 0


def z_reports(slips: Sequence[Slip], tolerance: int = 0) -> list[Finding]:
    """One finding per Z-report that says an amount; `tolerance` in minor units."""
    ordered = sorted(slips, key=lambda slip: (slip.when, slip.kind is Kind.Z_REPORT, slip.id))
    return [
        _finding(slip, ordered, tolerance)
        for slip in ordered
        if slip.kind is Kind.Z_REPORT and slip.report and _says_money(slip.report)
    ]


def _says_money(report: Report) -> bool:
    return any(figure is not None for figure in (report.gross, report.net, report.total))


def _finding(z: Slip, ordered: Sequence[Slip], tolerance: int) -> Finding:
    report = z.report
    assert report is not None
    own, whole = _since_the_last(z, ordered, own=True), _since_the_last(z, ordered, own=False)
    ways = [own] if z.register is not None else [own, whole]
    fits = next((read for read in ways if _money_fits(report, read, tolerance)), None)
    read = fits or own
    name = f"Z-report {z.number or 'without a number'} of {z.till}"
    says = f"{name} says {_figures(report, z.exponent)}"
    if fits:
        doubt = "" if report.transactions in (None, *_counts(read)) else f", but not {report.transactions} transactions"
        words = f"{says}; the box read the same in {read.count + read.returns} receipts{doubt}"
        return Finding(Z_REPORT, z.day, f"receipt/{z.id}", words, good=True)
    return Finding(
        Z_REPORT,
        z.day,
        f"receipt/{z.id}",
        f"{says}; {_difference(report, read, z.exponent)}",
        title=f"The Z-report of {z.till} says something else than what was read",
        fix="Look for what was not read: held receipts (tillpost receipts --state held), missing numbers"
        " (tillpost day), or the till's own export: tillpost catch-up FILE --dry-run.",
    )


def _since_the_last(z: Slip, ordered: Sequence[Slip], *, own: bool) -> _Read:
    """What was read before this report and behind the one before: of its till, or of all tills."""
    before = [slip for slip in ordered[: ordered.index(z)] if not own or slip.same_till(z)]
    last = max((n for n, slip in enumerate(before) if slip.kind is Kind.Z_REPORT), default=-1)
    since = before[last + 1 :] if last >= 0 else [slip for slip in before if slip.day == z.day]
    return _read([slip for slip in since if slip.counts])


def _read(slips: Sequence[Slip]) -> _Read:
    sold = [slip for slip in slips if slip.state is State.ACCEPTED and slip.kind in (Kind.SALE, Kind.EXCHANGE)]
    back = [slip for slip in slips if slip.state is State.ACCEPTED and slip.kind is Kind.RETURN]
    held = [slip for slip in slips if slip.state is State.HELD]
    return _Read(
        sales=sum(slip.total or 0 for slip in sold),
        net=sum(slip.subtotal or 0 for slip in sold),
        tax=sum(slip.tax or 0 for slip in sold),
        discount=sum(slip.discount or 0 for slip in (*sold, *back)),
        back=-sum(slip.total or 0 for slip in back),
        back_net=-sum(slip.subtotal or 0 for slip in back),
        back_tax=-sum(slip.tax or 0 for slip in back),
        count=len(sold),
        returns=len(back),
        others=sum(1 for slip in slips if slip.kind in (Kind.BUY, Kind.VOID, Kind.NO_SALE)),
        held=len(held),
        held_sum=sum(slip.total or 0 for slip in held),
    )


def _money_fits(report: Report, read: _Read, tolerance: int) -> bool:
    sums = {"gross": _grosses(read), "net": _nets(read), "tax": _taxes(read), "total": _totals(read)}
    said = {name: figure for name in sums if (figure := getattr(report, name)) is not None}
    return all(any(abs(figure - one) <= tolerance for one in sums[name]) for name, figure in said.items())


def _grosses(read: _Read) -> tuple[int, ...]:
    plain = (read.sales, read.net, read.sales + read.discount, read.net + read.discount)
    back = (read.back, read.back_net, read.back, read.back_net)
    return (*plain, *(one - off for one, off in zip(plain, back, strict=True)))


def _nets(read: _Read) -> tuple[int, ...]:
    return read.net - read.back_net, read.net, read.sales - read.back, read.sales


def _taxes(read: _Read) -> tuple[int, ...]:
    return read.tax - read.back_tax, read.tax


def _totals(read: _Read) -> tuple[int, ...]:
    return read.sales - read.back, read.sales, read.net - read.back_net, read.net


def _counts(read: _Read) -> Iterator[int]:
    yield read.count
    yield read.count + read.returns
    yield read.count + read.returns + read.others


def _figures(report: Report, exponent: int) -> str:
    named = (("gross", report.gross), ("net", report.net), ("tax", report.tax), ("total", report.total))
    said = [f"{format_amount(figure, exponent)} {name}" for name, figure in named if figure is not None]
    count = f" in {report.transactions} transactions" if report.transactions is not None else ""
    return ", ".join(said) + count


def _difference(report: Report, read: _Read, exponent: int) -> str:
    """By the figure and the sum that most tills mean by it."""
    if report.net is not None:
        said, ours, name = report.net, read.net - read.back_net, "net"
    elif report.total is not None:
        said, ours, name = report.total, read.sales - read.back, "in all"
    else:
        said, ours, name = report.gross or 0, read.sales, "gross"
    short = said - ours
    word = "missing" if short > 0 else "too much" if short < 0 else "different in tax only"
    held = f"; {read.held} of its receipts are held, over {format_amount(read.held_sum, exponent)}" if read.held else ""
    return (
        f"the box read {format_amount(ours, exponent)} {name} in {read.count + read.returns} receipts:"
        f" {format_amount(abs(short), exponent)} {word}{held}"
    )
