"""goods: takes words and product codes, says whether an item line is meant by them; knows no amounts."""

import re
from collections.abc import Sequence
from functools import lru_cache

from agent.settings import Goods


def holds(words: Sequence[str], text: str) -> bool:
    """Does the text hold one of the words, whole or as a plural, however it is spaced and cased?"""
    return any(_word_re(word).search(text) for word in words if word.strip())


def means(goods: Goods, text: str, sku: str | None) -> bool:
    """Is a line of this text and product code among the goods? No words and no codes: every line is."""
    if not goods.words and not goods.skus:
        return True
    return holds(goods.words, text) or (sku is not None and sku in goods.skus)


@lru_cache(maxsize=1024)
def _word_re(word: str) -> re.Pattern[str]:
    parts = (re.escape(part) for part in re.split(r"[\s-]+", word.strip()))
    return re.compile(rf"(?<!\w){r'[ -]*'.join(parts)}(?:e?s)?(?!\w)", re.IGNORECASE)
