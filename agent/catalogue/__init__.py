"""catalogue: takes printed article texts, gives what is known of each: SKU, how sure; stores nothing, asks nobody.

A text is compared by its key: one form for case, accents, width and spacing. What a person said holds for ever; what
was seen or imported is a count for and against, and only what is sure enough goes out with a fact.
"""

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from agent.formats.words import folded
from agent.receipt import EARNING, Item, Kind, Receipt

_APART_re = re.compile(r"[^\w%]+|_")
LIKE_ENOUGH = 0.6
"""Similarity (0 to 1, difflib's ratio) from which a product's name is worth showing beside an unknown line."""
MOST_SUGGESTED = 3


class Source(StrEnum):
    """Who says which SKU a text is; the later in this list, the more it counts."""

    PAPER = "paper"
    """The SKU stood on the receipt beside the text."""
    CHAIN = "chain"
    """Another box of the chain knew it."""
    IMPORT = "import"
    """The store's own product list names it so."""
    PERSON = "person"


RANK = {source: rank for rank, source in enumerate(Source)}


@dataclass(frozen=True, slots=True)
class Known:
    """What the catalogue says of one text. `agree`/`contradict`: how often it was seen so, and otherwise."""

    sku: str
    source: Source
    agree: int = 1
    contradict: int = 0
    doubt: float = 1.0
    """CHAIN: what another box thought of it, 0 to 1; 1 for what is our own."""

    @property
    def confidence(self) -> float:
        """0 to 1. A person and the store's own list are believed, another box as far as it was sure itself and we have
        not seen otherwise; what paper says grows sure by the rule of succession."""
        if self.source in (Source.PERSON, Source.IMPORT):
            return 1.0
        if self.source is Source.CHAIN:
            return round(self.doubt * (self.agree + 1) / (self.agree + self.contradict + 1), 3)
        return round((self.agree + 1) / (self.agree + self.contradict + 2), 3)


@dataclass(frozen=True, slots=True)
class Product:
    """One article of the store's product list."""

    sku: str
    name: str
    upc: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One article line as it counts here: `each` = minor units for one, as printed, never negative."""

    key: str
    text: str
    each: int
    quantity: int


def line_key(text: str) -> str:
    """'Dry  FOOD, 25lb' → 'dry food 25lb'; '' for a text that says nothing."""
    return " ".join(part for part in _APART_re.split(folded(text)) if part)


def lines_of(receipt: Receipt) -> tuple[Line, ...]:
    """The article lines a catalogue can learn from: proven receipts only, and nothing that was taken off."""
    if receipt.kind not in EARNING:
        return ()
    sign = -1 if receipt.kind is Kind.RETURN else 1
    return tuple(
        Line(key, item.text, item.amount * sign // max(1, item.quantity), item.quantity)
        for item in receipt.items
        if (key := line_key(item.text)) and item.amount * sign > 0
    )


def skus_for(items: Sequence[Item], known: Mapping[str, Known], sure_from: float) -> tuple[str | None, ...]:
    """The SKU of each item, None where the catalogue is not sure enough: a guess is never sent."""
    found = (known.get(line_key(item.text)) for item in items)
    return tuple(one.sku if one and one.sku and one.confidence >= sure_from else None for one in found)


def learn(before: Known | None, sku: str, source: Source, doubt: float = 1.0) -> Known:
    """What is known after `source` said `sku`; a lesser source never overrules, it counts against."""
    if before is None or not before.sku:
        return Known(sku, source, doubt=doubt)
    if before.sku == sku:
        higher = max(before.source, source, key=RANK.__getitem__)
        return Known(sku, higher, before.agree + 1, before.contradict, max(before.doubt, doubt))
    if RANK[source] > RANK[before.source]:
        return Known(sku, source, doubt=doubt)
    if source is before.source and source in (Source.PERSON, Source.IMPORT):
        return Known(sku, source)  # said anew
    return Known(before.sku, before.source, before.agree, before.contradict + 1, before.doubt)


def suggestions(text: str, products: Iterable[Product]) -> list[tuple[Product, float]]:
    """Products whose names look like the printed text, likest first; to be shown, never to be sent."""
    key = line_key(text)
    scored = [(product, _likeness(key, line_key(product.name))) for product in products]
    likely = sorted((pair for pair in scored if pair[1] >= LIKE_ENOUGH), key=lambda pair: -pair[1])
    return [(product, round(score, 2)) for product, score in likely[:MOST_SUGGESTED]]


def _likeness(text: str, name: str) -> float:
    """Letters in order, and words in any: tills shorten names and turn them round."""
    matcher = difflib.SequenceMatcher(None, text, name, autojunk=False)
    if matcher.real_quick_ratio() < LIKE_ENOUGH or matcher.quick_ratio() < LIKE_ENOUGH:
        return 0.0
    turned = difflib.SequenceMatcher(None, " ".join(sorted(text.split())), " ".join(sorted(name.split())))
    return max(matcher.ratio(), turned.ratio())
