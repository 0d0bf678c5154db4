"""programmes: the settings of one set of award rules at one cloud."""

from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import Field, field_validator

from agent.settings.rewards import RewardSettings
from agent.settings.section import Section


class Rate(Section):
    """Points per whole currency unit, from a day on."""

    since: date = Field(date(2000, 1, 1), description="First business day this rate holds for.")
    sale: Decimal = Field(Decimal(1), ge=0, description="Points per unit spent.")
    buy: Decimal = Field(Decimal(0), ge=0, description="Points per unit the store pays out for goods it buys.")


class Programme(Section):
    """One set of award rules at one cloud."""

    provider: str = Field(description="Name of a [providers.…] section.")
    rule: Literal["points"] = Field("points", description="What is given: points per currency unit.")
    base: Literal[
        "pre_tax_after_discount", "pre_tax_before_discount", "with_tax_after_discount", "category", "line_net"
    ] = Field("pre_tax_after_discount", description="What the points are counted on.")
    rounding: Literal["floor", "floor_per_line"] = Field("floor", description="Always down; once, or per line.")
    rates: tuple[Rate, ...] = Field((Rate(),), description="Versioned: an old receipt keeps its rate.")
    categories: tuple[str, ...] = Field((), description="base = category: words an item line must hold to count.")
    excluded_tenders: tuple[str, ...] = Field(("LOYALTY", "POINTS"), description="Tenders that are not money paid.")
    excluded_lines: tuple[str, ...] = Field(("GIFT CARD", "DEPOSIT"), description="Item words that earn nothing.")
    minimum: int = Field(0, ge=0, description="Smallest base that earns, minor units.")
    allow_negative_balance: bool = Field(False, description="May a return take back more than was given?")
    hold_seconds: float = Field(0, ge=0, description="Wait before the first send, so that a void costs nothing.")

    rewards: tuple[RewardSettings, ...] = Field((), description="What can be redeemed, and how the receipt shows it.")
    redeem: Literal["ask", "automatic", "never"] = Field(
        "ask", description="Rewards at the till: ask the customer, offer by itself what fits, or never."
    )
    stacking: Literal["one", "any"] = Field("one", description="Rewards on one receipt: at most one, or any number.")
    reward_minutes: float = Field(
        14, gt=0, le=240, description="A reserved reward goes back by itself when no receipt shows it in this time."
    )

    @field_validator("rates")
    @classmethod
    def _rates_in_order(cls, rates: tuple[Rate, ...]) -> tuple[Rate, ...]:
        return tuple(sorted(rates, key=lambda rate: rate.since))
