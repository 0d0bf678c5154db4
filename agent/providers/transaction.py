"""transaction: takes an outbox fact, gives what clouds call a transaction: lines, payments, reference; sends nothing.

Pure. Money stays in integer minor units until `money` writes it; no amount that leaves here is negative.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from agent.providers.protocol import Fact

NAMESPACE = UUID("6f1d3c5e-0d52-5b0c-9f55-3a1b7e8f2c40")
"""Of all ids made from keys; never to be changed, or a box would send under new ids after an update."""
LONGEST_REFERENCE = 100


@dataclass(frozen=True, slots=True)
class Line:
    """One article: `amount` of the whole line after its own reductions, minor units, not negative."""

    text: str
    quantity: int
    amount: int
    sku: str = ""
    number: int = 1
    """As on the receipt, from 1."""


@dataclass(frozen=True, slots=True)
class Payment:
    label: str
    amount: int


@dataclass(frozen=True, slots=True)
class Reduction:
    """An amount taken off, positive."""

    text: str
    amount: int


def request_id(fact: Fact) -> str:
    """A UUID for this fact, the same for each attempt. One that was refused and is sent again by a person's decision
    (`again`) gets another: a cloud that remembers requests would only repeat its refusal."""
    again = fact.get("again")
    return named_id(f"{fact['key']}#{again}" if again else str(fact["key"]))


def named_id(text: str) -> str:
    return str(uuid5(NAMESPACE, text))


def reference(fact: Fact) -> str:
    """Names the receipt at a cloud: store-register-business date-number-place of its first byte.

    The place stands for the epoch of the till's number range: a counter that was set back cannot clash. All facts of
    one receipt have the same one, whatever the programme; what is given anew after an undoing has '-2', '-3' behind it.
    """
    receipt, (place, nth) = fact.get("receipt", {}), _place(str(fact["key"]))
    register = receipt.get("register") or fact.get("lane") or "0"
    day = str(fact.get("business_day", "")).replace("-", "")
    parts = (fact.get("store"), register, day, receipt.get("number") or "none", place)
    plain = "-".join(re.sub(r"[^A-Za-z0-9]+", "", str(part)) or "x" for part in parts)
    return plain[-LONGEST_REFERENCE:] + (f"-{nth}" if nth else "")


def _place(key: str) -> tuple[str, str]:
    """(the place of the receipt's first byte, '2' for what was given anew); a key is device/lane/place/programme~n."""
    parts = key.split("/")
    nth = re.search(r"~(\d+)$", parts[-1])
    return (parts[-2] if len(parts) > 1 else key, nth[1] if nth else "")


def money(amount: int, exponent: int) -> float:
    """Minor units as a JSON number with the currency's decimals: 1234, 2 → 12.34."""
    return float(Decimal(amount).scaleb(-exponent))


def from_money(number: Any, exponent: int) -> int | None:
    """12.34 or '12.34' → 1234; None for anything else."""
    try:
        return round(Decimal(str(number)).scaleb(exponent))
    except (ArithmeticError, ValueError):
        return None


def lines(fact: Fact) -> tuple[list[Line], list[Reduction]]:
    """The receipt's articles turned positive, and what is taken off them (coupons, negative lines)."""
    items = [_item(item) for item in fact.get("receipt", {}).get("items", ())]
    flip = sum(item.amount for item in items) < 0  # a return printed with minus signs
    articles, reductions = list[Line](), list[Reduction]()
    for number, item in enumerate(items, 1):
        amount = -item.amount if flip else item.amount
        if amount < 0:
            reductions.append(Reduction(item.text, -amount))
        else:
            articles.append(replace(item, amount=amount, quantity=max(1, abs(item.quantity)), number=number))
    return articles, reductions


def _item(item: Any) -> Line:
    if isinstance(item, Mapping):
        return Line(str(item.get("text") or ""), int(item["quantity"]), int(item["amount"]), str(item.get("sku") or ""))
    text, quantity, amount = item
    return Line(str(text or ""), int(quantity), int(amount))


def receipt_discount(fact: Fact) -> int:
    """What is taken off the receipt as a whole, not as a line of its own; minor units, positive."""
    articles, reductions = lines(fact)
    whole = abs(fact.get("receipt", {}).get("discount") or 0)
    net = abs(fact.get("receipt", {}).get("subtotal") or 0)
    printed = sum(line.amount for line in articles) - sum(one.amount for one in reductions)
    return whole if whole and printed - net >= whole else 0


def payments(fact: Fact) -> list[Payment]:
    """What was really paid, positive, adding up to the total: change is taken off the last tender that can bear it."""
    receipt = fact.get("receipt", {})
    total = abs(receipt.get("total") or 0)
    tenders = [Payment(str(label or "OTHER"), abs(int(amount))) for label, amount in receipt.get("tenders") or ()]
    over = sum(tender.amount for tender in tenders) - total
    for place in range(len(tenders) - 1, -1, -1):
        given_back = min(max(over, 0), tenders[place].amount)
        tenders[place] = replace(tenders[place], amount=tenders[place].amount - given_back)
        over -= given_back
    kept = [tender for tender in tenders if tender.amount]
    return kept or ([Payment("OTHER", total)] if total else [])


def without(bought: Sequence[Line], returned: Sequence[Line]) -> list[Line] | None:
    """What is left of a sale after a return; None when it cannot be told which of its lines came back.

    By sku, else by text; of several that fit, the last one bought goes first.
    """
    left = list(bought)
    for back in returned:
        wanted = back.quantity
        for place in range(len(left) - 1, -1, -1):
            line = left[place]
            if wanted and _same(line, back):
                taken = min(wanted, line.quantity)
                rest = line.quantity - taken
                left[place] = replace(line, quantity=rest, amount=line.amount * rest // line.quantity)
                wanted -= taken
        if wanted:
            return None
        left = [line for line in left if line.quantity]
    return left


def _same(line: Line, back: Line) -> bool:
    if line.sku and back.sku:
        return line.sku == back.sku
    return " ".join(line.text.casefold().split()) == " ".join(back.text.casefold().split())


def reduced(paid: Sequence[Payment], by: int) -> list[Payment]:
    """The payments after so much was paid back, the last one first; none negative, none zero."""
    left = list[Payment]()
    for one in reversed(paid):
        back = min(by, one.amount)
        by -= back
        if one.amount - back:
            left.insert(0, replace(one, amount=one.amount - back))
    return left


def at(fact: Fact) -> datetime:
    """When it was captured, aware."""
    return datetime.fromisoformat(str(fact["captured_at"]))


def plain_digits(phone: str) -> str:
    """'+1 415 555-0188' → '14155550188'."""
    return re.sub(r"\D", "", phone)


def national_digits(phone: str, country_code: str) -> str:
    """'+14155550188', '1' → '4155550188'; other countries keep their code."""
    digits = plain_digits(phone)
    return digits.removeprefix(country_code) if phone.startswith(f"+{country_code}") else digits
