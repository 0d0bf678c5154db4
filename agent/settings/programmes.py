"""programmes: the settings of one set of award rules at one cloud."""

from datetime import date, time
from decimal import Decimal
from typing import Literal

from pydantic import Field, field_validator, model_validator

from agent.settings.rewards import RewardSettings
from agent.settings.section import Section

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Base = Literal["pre_tax_after_discount", "pre_tax_before_discount", "with_tax_after_discount", "category", "line_net"]


class Goods(Section):
    """Which item lines are meant; all when neither words nor codes are named."""

    words: tuple[str, ...] = Field((), description="Words an item line holds, as printed.")
    skus: tuple[str, ...] = Field((), description="Product codes, as the catalogue maps printed lines to them.")


class Tier(Goods):
    """Goods with a rate of their own."""

    sale: Decimal = Field(Decimal(1), ge=0, description="Points per unit spent on them.")
    buy: Decimal = Field(Decimal(0), ge=0, description="Points per unit the store pays out for them.")


class Rate(Section):
    """Points per whole currency unit, from a day on. For cashback: money per unit, 0.05 for five percent."""

    since: date = Field(date(2000, 1, 1), description="First business day this rate holds for.")
    sale: Decimal = Field(Decimal(1), ge=0, description="Points per unit spent.")
    buy: Decimal = Field(Decimal(0), ge=0, description="Points per unit the store pays out for goods it buys.")
    tiers: tuple[Tier, ...] = Field((), description="Goods with rates of their own; the first that fits a line counts.")


class Condition(Goods):
    """When and on what a programme gives: all that is named must be so. By the receipt's own printed time."""

    days: tuple[Weekday, ...] = Field((), description="Weekdays, of the clock and not of the business day.")
    starts: time | None = Field(None, description="From this minute of the day on, local.")
    ends: time | None = Field(None, description="Until just before this one; earlier than 'starts': over midnight.")
    since: date | None = Field(None, description="First day.")
    until: date | None = Field(None, description="Last day.")
    stores: tuple[str, ...] = Field((), description="Store ids, where one file serves a chain.")
    channels: tuple[str, ...] = Field((), description="Channels of [store.channels].")
    minimum: int = Field(0, ge=0, description="Smallest base, minor units.")


class Programme(Section):
    """One set of award rules at one cloud."""

    provider: str = Field(description="Name of a [providers.…] section.")
    rule: Literal["points", "frequent_buyer", "cashback"] = Field(
        "points", description="What is given: points per currency unit, a punch per unit bought, or money back."
    )
    base: Base = Field("pre_tax_after_discount", description="What the points are counted on.")
    rounding: Literal["floor", "floor_per_line"] = Field("floor", description="Always down; once, or per line.")
    rates: tuple[Rate, ...] = Field((Rate(),), description="Versioned: an old receipt keeps its rate.")
    conditions: tuple[Condition, ...] = Field((), description="It gives only where one of these holds; empty: always.")
    categories: tuple[str, ...] = Field((), description="base = category: words an item line must hold to count.")
    eligible: Goods = Field(Goods(), description="rule = frequent_buyer: the goods that are punched.")
    card_size: int = Field(10, ge=2, le=1000, description="rule = frequent_buyer: buy so many, get one.")
    excluded_tenders: tuple[str, ...] = Field(("LOYALTY", "POINTS"), description="Tenders that are not money paid.")
    excluded_lines: tuple[str, ...] = Field(("GIFT CARD", "DEPOSIT"), description="Item words that earn nothing.")
    excluded_skus: tuple[str, ...] = Field((), description="Product codes that earn nothing.")
    minimum: int = Field(0, ge=0, description="Smallest base that earns, minor units.")
    allow_negative_balance: bool = Field(False, description="May a return take back more than was given?")
    return_policy: Literal["", "ask", "automatic", "never"] = Field(
        "", description="What a return does: ask before anything comes off, take it off, or never. "
        "Empty: ask for frequent_buyer, else automatic."
    )  # fmt: skip
    checkout: Literal["automatic", "confirm"] = Field(
        "automatic", description="Send by itself, or only when the cashier has looked; after an hour it goes anyway."
    )
    hold_seconds: float = Field(0, ge=0, description="Wait before the first send, so that a void costs nothing.")
    send_anonymous: bool = Field(
        False, description="Send receipts that name nobody too, with a code to claim them, where the cloud takes them."
    )
    auto_create: Literal["off", "on", "ask"] = Field(
        "off", description="Nobody has this phone: wait for a sign-up, sign them up (without consent), or ask."
    )
    point_cost: Decimal = Field(
        Decimal(0), ge=0, description="What one point costs the store in currency units, for 'tillpost points'."
    )
    rewards: tuple[RewardSettings, ...] = Field((), description="What can be redeemed, and how the receipt shows it.")
    redeem: Literal["ask", "never"] = Field(
        "ask", description="Rewards at the till: when the customer asks for one, or never."
    )
    stacking: Literal["one", "any"] = Field("one", description="Rewards on one receipt: at most one, or any number.")
    not_with: tuple[str, ...] = Field(
        ("EMPLOYEE", "STAFF DISCOUNT"),
        description="Discounts a reward should not be given beside: such a receipt is flagged.",
    )
    reward_minutes: float = Field(
        14, gt=0, le=240, description="A reserved reward goes back by itself when no receipt shows it in this time."
    )

    @field_validator("rates")
    @classmethod
    def _rates_in_order(cls, rates: tuple[Rate, ...]) -> tuple[Rate, ...]:
        return tuple(sorted(rates, key=lambda rate: rate.since))

    @model_validator(mode="after")
    def _cashback_is_a_part(self) -> "Programme":
        dear = [rate.sale for rate in self.rates if rate.sale > 1]
        if self.rule == "cashback" and (dear or self.rates == (Rate(),)):
            raise ValueError("cashback needs rates of money per unit spent: rates = [{ sale = 0.05 }] is five percent")
        return self

    @property
    def returns(self) -> str:
        """`return_policy`, with the rule's own default in it."""
        return self.return_policy or ("ask" if self.rule == "frequent_buyer" else "automatic")
