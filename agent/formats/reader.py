"""reader: takes the lines of one paper, gives the receipts on it, each proven, held with its reason, or noted."""

import re
from collections.abc import Sequence
from dataclasses import replace

from agent.formats.bill import Bill
from agent.formats.context import StoreContext
from agent.formats.dates import sale_moment
from agent.formats.form import Format
from agent.formats.identifiers import find_cashier, find_number, find_original, find_register
from agent.formats.item_codes import codes_of
from agent.formats.item_patterns import by_pattern
from agent.formats.items import discounts_of, items_of, tenders_of
from agent.formats.labels import what_is_said
from agent.formats.parts import parts_of
from agent.formats.people import find_customer
from agent.formats.percentages import percentages
from agent.formats.proof import Outcome, read_bill
from agent.formats.reports import REPORTS, read_report
from agent.formats.roles import SUMS, TAXES
from agent.formats.sheet import Sheet, read_sheet
from agent.formats.tax_rates import TaxRates
from agent.formats.words import half_width, plain
from agent.receipt import EARNING, Kind, Receipt, State

MAX_LINES = 1500
"""A roll of paper is 80 m, some 20,000 lines; no receipt comes near these, a poisoned stream does."""
MAX_WIDTH = 160
"""Characters of a line that are read; paper has 24 to 80 columns."""
COLUMN_OF_AMOUNTS = 3
"""Lines that end in a number far to the right: so many make a list of prices."""
_COLUMN_re = re.compile(r"\S\s{2,}\S*\d{2}\W?\s*$")


def read_paper(
    lines: Sequence[str], form: Format, context: StoreContext, suspicions: Sequence[str] = (), *, pictures: int = 0
) -> list[Receipt]:
    """The receipt on the paper, or several under the same heading; empty when nothing was printed. Never raises.

    `suspicions`: reasons from the steps before (bytes lost, a printer language not read) that force holding.
    `pictures`: how many pictures the paper has; a paper of pictures only cannot be read.
    """
    printed = tuple("" if form.skip.search(line) else half_width(line).rstrip()[:MAX_WIDTH] for line in lines)
    if not any(character.isalnum() for line in printed for character in line):
        return [_held_unread("it prints pictures, not text")] if pictures else []
    if len(printed) > MAX_LINES:
        return [_held_unread(f"it has {len(printed)} lines, more than any receipt")]
    too_wide = ["a line is longer than any paper"] if any(len(line.rstrip()) > MAX_WIDTH for line in lines) else []
    parts = [_read_one(tuple(part), form, context) for part in parts_of(printed)]
    receipts = parts if parts and all(map(_stands_alone, parts)) else [_read_one(printed, form, context)]
    return [_doubted(receipt, [*suspicions, *too_wide]) for receipt in receipts]


def _stands_alone(receipt: Receipt) -> bool:
    """A part of a paper is a receipt or a slip of its own when it says so, or lists something and proves its sum."""
    said = receipt.state is State.NOTED and receipt.kind is not Kind.OTHER
    return said or (receipt.state is State.ACCEPTED and bool(receipt.items))


def _read_one(lines: tuple[str, ...], form: Format, context: StoreContext) -> Receipt:
    sheet = read_sheet(lines, form, context)
    if sheet is None:
        return _held_unread("it has more amounts than any receipt")
    receipt = _with_amounts(_with_words(sheet, form, context), sheet, form, context)
    if receipt.state is State.HELD:
        receipt = _in_our_own_currency(lines, form, context) or receipt
    articles = sheet.bill.articles
    codes = codes_of(sheet.lines, articles, form) if len(articles) == len(receipt.items) else ()
    receipt = replace(receipt, items=by_pattern(receipt.items, form.item_patterns), codes=codes if any(codes) else ())
    if receipt.kind in REPORTS:
        receipt = replace(receipt, report=read_report(sheet.blanked, form, context))
    return receipt


def _in_our_own_currency(lines: tuple[str, ...], form: Format, context: StoreContext) -> Receipt | None:
    """The receipt without the amounts that are in another currency, where sums are printed in our own as well."""
    sheet = read_sheet(lines, form, context, only=context.currency)
    if sheet is None:
        return None
    receipt = _with_amounts(_with_words(sheet, form, context), sheet, form, context)
    return receipt if receipt.state is State.ACCEPTED else None


def _held_unread(reason: str) -> Receipt:
    return Receipt(kind=Kind.OTHER, state=State.HELD, reason=reason)


def _doubted(receipt: Receipt, suspicions: Sequence[str]) -> Receipt:
    """Bytes that are missing or not understood may have said another kind or amount: a person looks."""
    if not suspicions:
        return receipt
    return replace(receipt, state=State.HELD, reason="; ".join(dict.fromkeys(suspicions)), award_base=0)


# ---- the words ------------------------------------------------------------------------------------


def _with_words(sheet: Sheet, form: Format, context: StoreContext) -> Receipt:
    """Everything but the amounts."""
    kind = sheet.seen.kind
    customer = find_customer(sheet.lines, form.customer, context.nobody)
    original = find_original(sheet.blanked, form)
    return Receipt(
        kind=kind,
        state=State.HELD,
        reprint=sheet.seen.reprint,
        number=_number(sheet, kind, form),
        register=find_register(sheet.blanked, form),
        cashier=find_cashier(sheet.blanked, form),
        date=sale_moment(_of_this_sale(sheet.lines, form), form.dates, context)
        or sale_moment(sheet.lines, form.dates, context),
        currency=sheet.currency,
        exponent=sheet.exponent,
        original=original if kind in (Kind.RETURN, Kind.EXCHANGE, Kind.VOID) else None,
        phone=customer.phone,
        email=customer.email,
        card=customer.card,
        name=customer.name,
        nobody=customer.nobody,
    )


def _number(sheet: Sheet, kind: Kind, form: Format) -> str | None:
    if kind is Kind.CARD_SLIP:
        return None  # batch, trace and approval numbers are the terminal's, not a receipt's
    if kind in (Kind.Z_REPORT, Kind.X_REPORT):
        titles = [title.alone for one, title in form.kinds if one is kind]
        named = [line for line in sheet.blanked if "#" in line and any(title.search(plain(line)) for title in titles)]
        number = find_number([f"No. {line.rsplit('#')[-1].strip()}" for line in named], form)
        if number:
            return number
    own = find_number(_of_this_sale(sheet.blanked, form), form, skip=form.identifiers.original)
    return own or find_number(sheet.blanked, form, skip=form.identifiers.original)


def _of_this_sale(lines: Sequence[str], form: Format) -> list[str]:
    """Without what tells of another transaction: 'TRANS'N RESUMED' and the number and time beside or right below it."""
    own, below = list[str](), False
    for line in lines:
        other = bool(form.other_sale_words.search(plain(line)))
        own.append("" if other or below else line)
        below = other and not any(character.isdigit() for character in line)
    return own


# ---- the amounts ------------------------------------------------------------------------------------


def _with_amounts(receipt: Receipt, sheet: Sheet, form: Format, context: StoreContext) -> Receipt:
    bill = sheet.bill
    tax_unknown = _tax_unknown(sheet, form, context)
    outcome = read_bill(bill, _rates(sheet, form, context), context.cash_rounding, tax_unknown=tax_unknown)
    kind = _kind_by_sign(receipt.kind, sheet, form)
    sign = -1 if kind is Kind.RETURN or sheet.turned else 1
    receipt = replace(receipt, kind=kind, items=items_of(bill, -1 if sheet.turned else 1))
    if outcome:
        receipt = _filled(receipt, outcome, bill, sign)
    return _stated(receipt, outcome, sheet, form)


def _kind_by_sign(kind: Kind, sheet: Sheet, form: Format) -> Kind:
    """A total below zero is a return, or an exchange when articles were sold as well."""
    articles = sheet.bill.articles
    both = any(entry.value > 0 for entry in articles) and any(entry.value < 0 for entry in articles)
    if kind is Kind.RETURN and both and not sheet.turned:
        return Kind.EXCHANGE  # it names a return, but the customer paid
    if kind is not Kind.SALE:
        return kind
    if sheet.turned:
        return Kind.EXCHANGE if both else Kind.RETURN
    named_back = any(entry.value < 0 and form.return_words.search(entry.words) for entry in articles)
    return Kind.EXCHANGE if both and named_back else kind


def _rates(sheet: Sheet, form: Format, context: StoreContext) -> TaxRates:
    """Rates printed on lines about tax; only where none is, those usual in the country."""
    printed = [
        rate for line in sheet.blanked if "%" in line and form.tax.tax.search(plain(line)) for rate in percentages(line)
    ]
    percents = tuple(dict.fromkeys(printed or form.tax.rates.get(context.country, ())))
    return TaxRates(percents, down=context.country in form.tax.rounded_down)


def _tax_unknown(sheet: Sheet, form: Format, context: StoreContext) -> str:
    for line in sheet.blanked:
        said = plain(line)
        if form.tax.included.search(said) and form.tax.tax.search(said):
            return "prices include tax, but the paper does not say how much"
    if context.country in form.tax.always_printed:
        return "no tax is printed, and prices include tax here"
    return ""


def _filled(receipt: Receipt, outcome: Outcome, bill: Bill, sign: int) -> Receipt:
    reading, verdict = outcome.reading, outcome.verdict
    change = [entry.value for entry in bill.change]
    has_fees, has_tip = bool(bill.fees or reading.fees), bool(bill.tips)
    return replace(
        receipt,
        subtotal=sign * reading.base,
        discount=verdict.discount,
        tax=sign * reading.tax,
        fees=sign * reading.fees if has_fees else None,
        tip=sign * reading.tip if has_tip else None,
        total=sign * reading.total.value,
        change=max(map(abs, change)) if change else None,
        tenders=tenders_of(
            bill.tenders, verdict.payments, paid_out=receipt.kind in (Kind.BUY, Kind.RETURN) or sign < 0
        ),
        discounts=discounts_of((*bill.line_discounts, *bill.discounts)),
        award_base=sign * reading.base,
        proof=tuple(verdict.proofs),
    )


def _stated(receipt: Receipt, outcome: Outcome | None, sheet: Sheet, form: Format) -> Receipt:
    if receipt.kind not in EARNING:
        if receipt.kind is Kind.OTHER and not sheet.seen.named and _looks_like_a_receipt(sheet, form):
            reason = "it looks like a receipt, but its words are not known"
            return replace(receipt, state=State.HELD, reason=reason, award_base=0)
        return replace(receipt, state=State.NOTED, reason=_why_noted(receipt.kind), award_base=0)
    reason = outcome.reason if outcome else "no total is printed"
    reason = reason or sheet.seen.doubt or _paid_out(receipt, sheet, form)
    if reason:
        return replace(receipt, state=State.HELD, reason=reason, award_base=0)
    return replace(receipt, state=State.ACCEPTED)


def _paid_out(receipt: Receipt, sheet: Sheet, form: Format) -> str:
    """A sale whose payment goes to the customer is a buy or a return that does not say so: never one to earn on.

    A minus alone says little: some tills print what they take in with one. Without tax and change it is not explained.
    """
    paid, minus_is_usual = [entry for entry in sheet.bill.tenders if entry.value], bool(receipt.tax or receipt.change)
    outward = [
        entry for entry in paid if form.paid_out_words.search(entry.words) or (entry.value < 0 and not minus_is_usual)
    ]
    if receipt.kind is not Kind.SALE or not paid or len(outward) < len(paid):
        return ""
    return "the payment goes to the customer, but no word calls it a buy or a return"


def _why_noted(kind: Kind) -> str:
    return f"{kind.value.replace('_', ' ')}: no sale, so nothing is earned"


def _looks_like_a_receipt(sheet: Sheet, form: Format) -> bool:
    """No word on it is known, and yet it has a column of numbers, or names a total or a tax without an amount."""
    column = sum(1 for line in sheet.blanked if _COLUMN_re.search(line))
    said = (what_is_said(plain(line), form) for line in sheet.blanked)
    return column >= COLUMN_OF_AMOUNTS or any(one.sure and one.role in SUMS | TAXES for one in said)
