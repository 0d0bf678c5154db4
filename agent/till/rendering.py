"""rendering: templates and the few words that turn ledger values into what a person reads; asks nobody."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined

from agent.clock import Clock
from agent.ledger.moment import parse
from agent.money import format_amount
from agent.settings import Store


class Rendering:
    """One for the agent's life. Everything is escaped: what stands on a receipt is a stranger's text."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._zone, self._clock = store.zone, clock
        self._environment = Environment(
            loader=PackageLoader("agent", "till/templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters.update(money=_money, signed=_signed, clock=self.clock, stamp=self.stamp)

    def page(self, template: str, values: dict[str, Any]) -> str:
        return self._environment.get_template(template).render(values)

    def clock(self, moment: datetime | str | None) -> str:
        """'14:05' in the shop's zone; with the day when that is another one."""
        if not moment:
            return ""
        local = _aware(moment).astimezone(self._zone)
        today = self._clock.wall().astimezone(self._zone).date() == local.date()
        return f"{local:%H:%M}" if today else f"{local:%d %b %H:%M}"

    def stamp(self, moment: datetime | str | None) -> str:
        """With seconds."""
        return f"{_aware(moment).astimezone(self._zone):%Y-%m-%d %H:%M:%S}" if moment else ""


def _aware(moment: datetime | str) -> datetime:
    when = parse(moment) if isinstance(moment, str) else moment
    return when if when.tzinfo else when.replace(tzinfo=ZoneInfo("UTC"))


def _money(amount: int | None, exponent: int = 2) -> str:
    return "" if amount is None else format_amount(amount, exponent)


def _signed(points: int) -> str:
    return f"{points:+d}"
