"""crm_com_purchase: takes a fact, gives CRM.COM's purchase body of each generation; sends nothing. Sources: crm_com.py.

A line that the catalogue does not know goes out under the default product code, its printed text kept, so that the real
product can be found later.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from agent.awards.base import share_out
from agent.providers import transaction as sale
from agent.providers.protocol import Fact
from agent.settings.clouds import CrmComSettings

Json = dict[str, Any]
FIELDS = {
    "code": "code",
    "quantity": "quantity",
    "net": "net_amount",
    "tax": "tax_amount",
    "total": "total_amount",
    "text": "description",
}


@dataclass(frozen=True, slots=True)
class Buyer:
    """Whom the purchase is of: a contact we found, or a medium they find him by ('cim', 'otp', A: their own field)."""

    id: str = ""
    medium: str = ""
    medium_kind: str = "cim"


def purchase(fact: Fact, buyer: Buyer, settings: CrmComSettings) -> Json:
    """The whole body, the spend of the same receipt in it."""
    body = BODIES[settings.generation](fact, buyer, settings)
    spend = fact.get("spend")
    if spend:
        body["spend_request"] = {
            "amount": _money(int(spend["value"]), fact),
            "restrict_fully_covered": settings.restrict_fully_covered,
        }
    return body


def _token_age(fact: Fact, buyer: Buyer, settings: CrmComSettings) -> Json:
    """Generation A; field names as its answers have them, for the request's are not documented."""
    body: Json = {
        "external_system_reference_number": sale.reference(fact),
        "rewards_participant_identifier": {"id": buyer.id},
        "performed_on": int(sale.at(fact).timestamp()),
    }
    if settings.sends_lines:
        body["products_set"] = [
            {
                "product": {"code": line["code"]},
                "quantity": line["quantity"],
                "net_amount": line["net"],
                "vat_amount": line["tax"],
                "total_amount": line["total"],
                "description": line["text"],
            }
            for line in _lines(fact, settings)
        ]
    return body


def _pos(fact: Fact, buyer: Buyer, settings: CrmComSettings) -> Json:
    """Generation B."""
    body: Json = {
        **({"contact_id": buyer.id} if buyer.id else {"cim": buyer.medium}),
        settings.reference_field: sale.reference(fact),
        "currency_code": fact.get("currency", ""),
        "performed_on": int(sale.at(fact).timestamp()),
        settings.tap_field: settings.tap,
        "products": _products(fact, settings),
    }
    return body | ({"classification": {"code": settings.classification}} if settings.classification else {})


def _back_office(fact: Fact, buyer: Buyer, settings: CrmComSettings) -> Json:
    """Generation C, the older flat or the newer nested body."""
    body = _flat(fact, buyer, settings) if settings.body_style == "flat" else _nested(fact, buyer, settings)
    body[settings.reference_field] = sale.reference(fact)
    return body | ({"products": _products(fact, settings)} if settings.sends_lines else {})


def _flat(fact: Fact, buyer: Buyer, settings: CrmComSettings) -> Json:
    total, net, tax = _sums(fact)
    return {
        **({"contact_id": buyer.id} if buyer.id else {buyer.medium_kind: buyer.medium}),
        "organisation_id": settings.organisation_id,
        **({"reduction_method": settings.reduction_method} if settings.reduction_method else {}),
        "total_amount": _money(total, fact),
        "net_amount": _money(net, fact),
        "tax_amount": _money(tax, fact),
    }


def _nested(fact: Fact, buyer: Buyer, settings: CrmComSettings) -> Json:
    total, net, _ = _sums(fact)
    return {
        "contact": {"id": buyer.id} if buyer.id else {buyer.medium_kind: buyer.medium},
        "organisation": {"id": settings.organisation_id},
        "transaction_amounts": {"total": _money(total, fact), "net": _money(net, fact)},
        **({"classification": {"name": settings.classification}} if settings.classification else {}),
    }


BODIES: Mapping[str, Callable[[Fact, Buyer, CrmComSettings], Json]] = {"A": _token_age, "B": _pos, "C": _back_office}


def _sums(fact: Fact) -> tuple[int, int, int]:
    """(total, net, tax), positive minor units."""
    receipt = fact.get("receipt", {})
    net, tax = abs(receipt.get("subtotal") or fact.get("base") or 0), abs(receipt.get("tax") or 0)
    return abs(receipt.get("total") or net + tax), net, tax


def _lines(fact: Fact, settings: CrmComSettings) -> list[Json]:
    """The articles, their amounts brought down to what was really paid for them; one line when none could be read."""
    _, net, tax = _sums(fact)
    articles, _ = sale.lines(fact)
    articles = articles or [sale.Line("receipt", 1, net)]
    weights = [line.amount for line in articles]
    nets, taxes = share_out(net, weights), share_out(tax, weights)
    if not nets:  # everything free
        nets = taxes = [0] * len(articles)
    return [
        {
            "code": line.sku or settings.default_product_code,
            "quantity": line.quantity,
            "net": _money(before, fact),
            "tax": _money(on_top, fact),
            "total": _money(before + on_top, fact),
            "text": line.text,
        }
        for line, before, on_top in zip(articles, nets, taxes, strict=True)
    ]


def _products(fact: Fact, settings: CrmComSettings) -> list[Json]:
    names = {**FIELDS, **settings.product_fields}
    return [{names[name]: value for name, value in line.items()} for line in _lines(fact, settings)]


def _money(amount: int, fact: Fact) -> float:
    return sale.money(amount, int(fact.get("exponent", 2)))
