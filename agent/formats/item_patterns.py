"""item_patterns: takes items and a format's own patterns, gives them with text and quantity as those say."""

import re
from collections.abc import Sequence
from dataclasses import replace

from agent.receipt import Item


def by_pattern(items: tuple[Item, ...], patterns: Sequence[re.Pattern[str]]) -> tuple[Item, ...]:
    """The first pattern that fits the whole text counts; a quantity only where the reader found no other than one."""
    return tuple(_one(item, patterns) for item in items) if patterns else items


def _one(item: Item, patterns: Sequence[re.Pattern[str]]) -> Item:
    for pattern in patterns:
        match = pattern.fullmatch(item.text)
        if match:
            said = match.groupdict().get("quantity")
            quantity = int(said) if said and said.isdecimal() and item.quantity == 1 else item.quantity
            return replace(item, text=match["text"].strip() or item.text, quantity=max(1, quantity))
    return item
