"""agreement: takes a format and the store's settings, names where the two contradict each other; changes neither."""

from collections.abc import Iterator

from agent.formats.context import StoreContext
from agent.formats.form import Format


def contradictions(form: Format, context: StoreContext) -> Iterator[str]:
    """Each as a sentence with both sides and what to do."""
    if "auto" not in (form.dates.order, context.date_order) and form.dates.order != context.date_order:
        yield (
            f"format {form.name} writes dates {form.dates.order}, but store.date_order is {context.date_order}:"
            " set store.date_order = 'auto', or take the order out of the format"
        )
    exponent = form.money.exponents.get(context.currency)
    if exponent is not None and exponent != context.exponent:
        yield (
            f"store.currency {context.currency} has {exponent} decimals in format {form.name}, but store.exponent is"
            f" {context.exponent}: make them the same"
        )
    if form.money.currency not in ("", context.currency):
        yield (
            f"format {form.name} is of a till that prints {form.money.currency}, but store.currency is"
            f" {context.currency}: choose another format for this lane, or correct store.currency"
        )
