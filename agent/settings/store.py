"""store: the settings of the shop the box stands in."""

from datetime import date, time
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator

from agent.settings.section import Section

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


CLOSED = "closed"


def _read_hour(text: str) -> None:
    if text != CLOSED:
        time.fromisoformat(text)


class Store(Section):
    """The shop the box stands in."""

    id: str = Field("store", description="The shop's id at the clouds.")
    name: str = Field("", description="As the owner calls it; on the day's account.")
    timezone: str = Field("America/Los_Angeles", description="IANA zone of the shop's clock.")
    country: str = Field("US", pattern=r"^[A-Z]{2}$", description="Two letters; decides how phone numbers are read.")
    currency: str = Field("USD", pattern=r"^[A-Z]{3}$", description="ISO 4217.")
    exponent: int = Field(2, ge=0, le=3, description="Decimals of the currency: 2 for cents, 0 for yen.")
    closing: str | dict[str, str] = Field(
        "",
        description="Closing time 'HH:MM', or one per weekday {mon = '21:00', sun = 'closed'}; empty: 04:00 next day.",
    )
    opening: str | dict[str, str] = Field(
        "", description="Opening time, as 'closing'; a till that is silent while the shop is closed is not missed."
    )
    holidays: dict[str, str] = Field(
        {}, description="Other days: {'2026-12-24' = '14:00', '12-25' = 'closed'}; without a year: every year."
    )
    day_starts: str = Field("04:00", description="When a new business day begins; a receipt at 01:30 is yesterday's.")
    date_order: Literal["auto", "mdy", "dmy", "ymd"] = Field("auto", description="Breaks ties in printed dates.")
    cash_rounding: int = Field(1, ge=1, le=100, description="Smallest coin in minor units (5 in Canada).")
    nobody: tuple[str, ...] = Field(
        ("No Name", "Walk-in", "Guest", "Cash Customer"), description="Customers meaning none."
    )
    customer_source: Literal["receipt", "tablet", "either"] = Field(
        "either",
        description="Whose a receipt is: what it prints, whom the page or tablet says, or either (paper wins).",
    )
    late_signup_hours: float = Field(0, ge=0, description="How long an award waits for a sign-up; 0: the business day.")
    duplicate_decision_minutes: float = Field(
        60, gt=0, description="A possible duplicate is removed after this, logged."
    )
    channels: dict[str, tuple[str, ...]] = Field(
        {}, description="Ways of selling by name: 'lane:…', 'register:…', or a word the receipt prints."
    )
    staff_phones: tuple[str, ...] = Field((), description="Phones of the staff: awards to them are flagged.")
    many_receipts_a_day: int = Field(5, ge=2, description="One customer on more receipts of a day is flagged.")
    return_decision_hours: float = Field(
        24, gt=0, description="A return nobody confirmed in this time takes nothing off, logged."
    )
    claim_url: str = Field("", description="Address a claim code is put behind in the QR code; empty: no claim codes.")
    claim_hours: float = Field(167, gt=0, description="How long a receipt can be claimed by its code.")
    unseen_reprint: Literal["ask", "count"] = Field(
        "ask", description="A copy of a receipt the box never saw: ask before it earns, or count it at once."
    )
    closing_slip: str = Field(
        "", description="Lane on whose printer the day's closing slip is printed after closing; empty: none."
    )
    customer_slip: Literal["none", "claim", "all"] = Field(
        "none",
        description="A slip behind the sale, where the box can print: a claim code when it names nobody (claim), or"
        " also what it earned (all).",
    )
    returns_window_days: int = Field(400, ge=1, description="How long receipts are kept for returns.")

    @field_validator("timezone")
    @classmethod
    def _zone_exists(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except Exception as error:
            raise ValueError(f"no time zone is called {name!r}; take one like 'America/Chicago'") from error
        return name

    @field_validator("closing", "opening")
    @classmethod
    def _hours_read(cls, hours: str | dict[str, str]) -> str | dict[str, str]:
        for day in hours if isinstance(hours, dict) else ():
            if day not in WEEKDAYS:
                raise ValueError(f"no weekday is called {day!r}; use {', '.join(WEEKDAYS)}")
        for text in hours.values() if isinstance(hours, dict) else filter(None, (hours,)):
            _read_hour(text)
        every_day = isinstance(hours, dict) and set(hours) == set(WEEKDAYS) and set(hours.values()) == {CLOSED}
        if every_day or hours == CLOSED:
            raise ValueError("a shop that is closed on every day of the week has no business day to end")
        return hours

    @field_validator("holidays")
    @classmethod
    def _holidays_read(cls, holidays: dict[str, str]) -> dict[str, str]:
        for day, text in holidays.items():
            _read_hour(text)
            try:
                date.fromisoformat(day if len(day) > len("12-25") else f"2024-{day}")
            except ValueError:
                raise ValueError(f"{day!r} is no day; write '2026-12-24', or '12-24' for every year") from None
        return holidays

    @field_validator("day_starts")
    @classmethod
    def _start_reads(cls, text: str) -> str:
        time.fromisoformat(text)
        return text

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)
