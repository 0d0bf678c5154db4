"""texts: takes a language and a key, gives the words of the pages; en.toml is the catalogue, others translate it."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

LANGUAGES = ("en", "es")
CATALOGUE = "en"


class Texts:
    """`texts("till.title")`; a key that the language lacks is said in English. Raises KeyError for no key at all."""

    def __init__(self, language: str) -> None:
        self.language = language if language in LANGUAGES else CATALOGUE
        self._own, self._english = catalogue(self.language), catalogue(CATALOGUE)

    def __call__(self, key: str, /, **values: object) -> str:
        return (self._own.get(key) or self._english[key]).format(**values)

    def has(self, key: str) -> bool:
        return key in self._english

    def said(self, words: str) -> str:
        """What the box itself says (reasons, tasks): the translation of exactly these words, or they themselves."""
        return self._own.get(f"said.{words}") or words


def wanted(header: str) -> str:
    """The first language of an Accept-Language header that there is; English without one."""
    weighed = []
    for place, part in enumerate(header.lower().split(",")):
        name, _, weight = part.strip().partition(";q=")
        try:
            weighed.append((-float(weight or 1), place, name.partition("-")[0]))
        except ValueError:
            continue
    return next((name for _, _, name in sorted(weighed) if name in LANGUAGES), CATALOGUE)


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Dotted key → words."""
    return dict(_flat("", tomllib.loads((files(__name__) / f"{language}.toml").read_text(encoding="utf-8"))))


def _flat(prefix: str, section: Mapping[str, Any]) -> list[tuple[str, str]]:
    flat: list[tuple[str, str]] = []
    for name, value in section.items():
        flat += _flat(f"{prefix}{name}.", value) if isinstance(value, dict) else [(f"{prefix}{name}", value)]
    return flat
