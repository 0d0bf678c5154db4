"""sessionm_transaction: takes a fact, gives SessionM's Transaction object; sends nothing. Sources: see sessionm.py.

Rules of theirs that hold here: items and payments are positive, what is taken off goes to `discounts`; the tax is on
the items or on the whole, never both; the id is this sale's for ever, and a changed sale has a newer `modified_time`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from agent.awards.base import share_out
from agent.providers import transaction as sale
from agent.providers.protocol import Fact
from agent.providers.transaction import Line, Payment
from agent.settings.clouds import SessionmSettings

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sold:
    """A sale as it stands: what was bought less what came back, and what was paid for that."""

    fact: Fact
    lines: Sequence[Line]
    payments: Sequence[Payment]
    share: tuple[int, int] = (1, 1)
    """What is left of header amounts (discount, tax): numerator and denominator of the lines' amounts."""


def as_sold(fact: Fact) -> Sold:
    articles, _ = sale.lines(fact)
    return Sold(fact, articles, sale.payments(fact))


def after_returns(original: Fact, returns: Sequence[Fact]) -> Sold | None:
    """The original sale less these returns; None when it cannot be told what came back."""
    sold = as_sold(original)
    left, paid = list(sold.lines), list(sold.payments)
    for back in returns:
        came_back, _ = sale.lines(back)
        rest = sale.without(left, came_back) if came_back else None
        if rest is None:
            return None
        left, paid = rest, sale.reduced(paid, abs(back.get("receipt", {}).get("total") or 0))
    whole, kept = sum(line.amount for line in sold.lines), sum(line.amount for line in left)
    return Sold(original, left, paid, (kept, whole) if whole else (0, 1))


def nothing(original: Fact) -> Sold:
    """The sale undone whole."""
    return Sold(original, (), (), (0, 1))


def transaction(sold: Sold, user_id: str, settings: SessionmSettings, *, modified: datetime, claim: str = "") -> Json:
    """The Transaction object. `user_id` '' when nobody is known; then `claim` is its receipt_code."""
    fact, exponent = sold.fact, int(sold.fact.get("exponent", 2))
    receipt, number = fact.get("receipt", {}), _transaction_id(fact)
    discounts = _discounts(sold, settings, exponent)
    taken_off = sum(_of_share(one.amount, sold) for one in _reductions(fact))
    tax = _of_share(abs(receipt.get("tax") or 0), sold)
    made: Json = {
        "transaction_id": number,
        "pos_employee_id": receipt.get("cashier") or settings.employee_id_default,
        "channel": fact.get("channel") or settings.channels.get(str(receipt.get("register") or ""), settings.channel),
        "subtotal": sale.money(sum(line.amount for line in sold.lines) - taken_off, exponent),
        "tax_total": sale.money(tax if settings.tax_mode == "header" else 0, exponent),
        "open_time": _time(_opened(fact, settings), settings),
        "modified_time": _time(_in_zone(modified, settings), settings),
        "items": _items(sold, settings, exponent, tax if settings.tax_mode == "item" else 0),
        "payments": _payments(sold, number, user_id, settings, exponent),
        "discounts": discounts,
    }
    return _claimed(made, claim) if claim and not user_id else made


def _transaction_id(fact: Fact) -> str:
    """A sale whose offer was locked before payment keeps the id it was locked under."""
    locked = (fact.get("spend") or {}).get("detail", {}).get("transaction_id")
    return str(locked) if locked else sale.reference(fact)


def _reductions(fact: Fact) -> list[sale.Reduction]:
    _, reductions = sale.lines(fact)
    whole = sale.receipt_discount(fact)
    return reductions + ([sale.Reduction("DISCOUNT", whole)] if whole else [])


def _of_share(amount: int, sold: Sold) -> int:
    kept, whole = sold.share
    return amount * kept // whole


def _items(sold: Sold, settings: SessionmSettings, exponent: int, tax: int) -> list[Json]:
    taxes = share_out(tax, [line.amount for line in sold.lines]) or [0] * len(sold.lines)
    return [
        {
            "item_id": line.sku or settings.item_id_default,
            "line_id": str(line.number),
            "quantity": line.quantity,
            "unit_price": sale.money(line.amount // line.quantity, exponent),
            "tax_included": sale.money(part, exponent),
            "subtotal": sale.money(line.amount, exponent),
        }
        for line, part in zip(sold.lines, taxes, strict=True)
    ]


def _payments(sold: Sold, number: str, user_id: str, settings: SessionmSettings, exponent: int) -> list[Json]:
    paid_at = sale.at(sold.fact).astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3] + "Z"
    who = {"user_id": user_id, "user_id_type": settings.user_id_type} if user_id else {}
    return [
        {
            "payment_id": f"{number}-{place}",
            "amount": sale.money(one.amount, exponent),
            "type": settings.tender_types.get(one.label, one.label.upper()),
            "payment_time": paid_at,
            **who,
        }
        for place, one in enumerate(sold.payments, 1)
    ]


def _discounts(sold: Sold, settings: SessionmSettings, exponent: int) -> list[Json]:
    """The very Discount that locking gave, and what the till took off by itself."""
    locked = (sold.fact.get("spend") or {}).get("detail", {}).get("discount")
    own = [one for one in _reductions(sold.fact) if _of_share(one.amount, sold)]
    if locked and own:
        own.pop()  # what the till took off for the locked offer is that Discount, not another one
    return ([locked] if locked else []) + [
        {
            settings.discount_id_field: one.text or f"DISCOUNT-{place}",
            settings.discount_amount_field: sale.money(_of_share(one.amount, sold), exponent),
        }
        for place, one in enumerate(own, 1)
    ]


def _claimed(made: Json, code: str) -> Json:
    """One payment: the code stands on the transaction; several: on each payment."""
    if len(made["payments"]) <= 1:
        return {**made, "receipt_code": code}
    return {**made, "payments": [{**one, "receipt_code": code} for one in made["payments"]]}


def _opened(fact: Fact, settings: SessionmSettings) -> datetime:
    """The receipt's own time where their zone is known, so that conditions on day and hour are judged rightly however
    late it is sent; else the time of capture."""
    printed = fact.get("receipt", {}).get("date")
    return datetime.fromisoformat(str(printed)) if printed and settings.timezone else _in_zone(sale.at(fact), settings)


def _in_zone(moment: datetime, settings: SessionmSettings) -> datetime:
    return moment.astimezone(ZoneInfo(settings.timezone or "UTC"))


def _time(moment: datetime, settings: SessionmSettings) -> str:
    text = moment.strftime(settings.time_format)
    return text[:-3] if settings.time_format.endswith("%f") else text
