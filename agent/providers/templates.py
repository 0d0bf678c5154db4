"""templates: takes a template (text, or JSON of texts) and the values it may name, gives it filled; sends nothing."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from agent.providers import transaction as sale
from agent.providers.paths import at
from agent.settings.clouds.fivestars import PLACEHOLDER


class NothingThere(Exception):
    """The template names what this fact does not have (a phone, say)."""


def filled(template: Any, values: Mapping[str, Any]) -> Any:
    """Texts anywhere inside are filled in; one that is a single placeholder keeps the value's type."""
    if isinstance(template, Mapping):
        return {name: filled(inner, values) for name, inner in template.items()}
    if isinstance(template, list | tuple):
        return [filled(inner, values) for inner in template]
    if not isinstance(template, str):
        return template
    alone = PLACEHOLDER.fullmatch(template)
    if alone:
        return _value(alone[1], alone[2], values)
    return PLACEHOLDER.sub(lambda found: str(_value(found[1], found[2], values)), template)


def filled_path(template: str, values: Mapping[str, Any]) -> str:
    """As `filled`, with nothing in a value that could end its part of the path."""
    return PLACEHOLDER.sub(lambda found: quote(str(_value(found[1], found[2], values)), safe=""), template)


def _value(name: str, chosen: str | None, values: Mapping[str, Any]) -> Any:
    value = at(values, name)
    if value is None or value == "":
        raise NothingThere(name)
    if chosen == "digits":
        return sale.plain_digits(str(value))
    if chosen == "national":
        return sale.national_digits(str(value), str(values.get("country_code", "")))
    if chosen == "money":
        return sale.money(int(value), int(values.get("exponent", 2)))
    return str(value).lower() if chosen == "lower" else value
