"""sessionm: the settings of SessionM (Mastercard Loyalty), its POS calls."""

from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator, model_validator

from agent.settings.clouds.base import ProviderSettings, SecretFile, secret, secret_file

PATHS = {
    "user_id": "customer.user_id",
    "first_name": "customer.first_name",
    "last_name": "customer.last_name",
    "phone": "customer.phone",
    "points": "points",
    "offers": "offers",
    "offer_id": "user_offer_id",
    "offer_name": "name",
    "offer_cost": "points",
    "discount": "discount",
    "discount_amount": "amount",
    "discount_offer_id": "user_offer_id",
}


class SessionmSettings(ProviderSettings):
    """docs/clouds.md says which of these the vendor documents; 'not documented' means: ask, then write it here."""

    kind: Literal["sessionm"] = Field("sessionm", description="SessionM (Mastercard Loyalty), POS calls.")
    key: str = Field("", description="User of the Basic login, issued per client or per location.")
    secret: str = secret("Password of the Basic login")
    secret_file: SecretFile = secret_file("password of the Basic login")
    client_id: str = Field(description="Of the envelope.")
    store_id: str = Field(description="Of the envelope: this shop there.")
    culture: str = Field("", description="Language of their messages, e.g. 'en-US'; empty: not sent.")
    employee_id_default: str = Field("tillpost", description="Employee where the receipt names no cashier.")
    channel: str = Field("POS", description="Channel of receipts whose register is not in 'channels'.")
    channels: dict[str, str] = Field({}, description="Register → channel: {2 = 'DRIVE_THRU'}.")
    user_id_type: str = Field("SessionM_ID", description="How payments name the customer.")
    tax_mode: Literal["header", "item"] = Field("header", description="Tax on the whole or on the items; never both.")
    receipt_code_claim: bool = Field(False, description="Send receipts without a customer, to be claimed by a code.")
    claim_url: str = Field("", description="What the claim code is appended to in the QR text.")
    redeem_mode: Literal["redeem", "lock"] = Field(
        "redeem", description="redeem: the customer stands here; lock: may vanish (kiosk)."
    )
    lock_minutes: float = Field(15, gt=0, description="Life of a lock, as the vendor sets it up.")
    time_format: str = Field("%Y-%m-%d %H:%M:%S.%f", description="Of open_time and modified_time; %f is cut to ms.")
    timezone: str = Field("", description="IANA zone their times are in; empty: UTC, and the time of capture.")
    item_id_default: str = Field("UNMAPPED", description="SKU of a line that the catalogue does not know.")
    tender_types: dict[str, str] = Field({}, description="Printed tender → payment type; others go in capitals.")
    discount_id_field: str = Field("discount_id", description="Of a POS discount in 'discounts'; not documented.")
    discount_amount_field: str = Field("amount", description="Of a POS discount in 'discounts'; not documented.")
    check_user_id: str = Field("", description="A test member for the credentials' check; empty: a card nobody has.")
    words_pending: tuple[str, ...] = Field(("pending processing",), description="Error words: still at work on it.")
    words_several: tuple[str, ...] = Field(
        ("more than one", "multiple", "several"), description="Error words: several customers; not documented."
    )
    words_nobody: tuple[str, ...] = Field(
        ("not found", "no customer", "does not exist"), description="Error words: no such customer; not documented."
    )
    words_not_eligible: tuple[str, ...] = Field(
        ("not eligible", "expired", "not valid"), description="Error words: the offer does not fit; not documented."
    )
    paths: dict[str, str] = Field({}, description=f"Where the answers hold what; not documented: {', '.join(PATHS)}.")

    @field_validator("timezone")
    @classmethod
    def _zone_exists(cls, name: str) -> str:
        try:
            ZoneInfo(name or "UTC")
        except Exception as error:
            raise ValueError(f"no time zone is called {name!r}; take one like 'America/Chicago'") from error
        return name

    @model_validator(mode="after")
    def _paths_are_known(self) -> "SessionmSettings":
        for name in self.paths.keys() - PATHS.keys():
            raise ValueError(f"paths.{name}: there is no such path; there are: {', '.join(PATHS)}")
        return self

    def path(self, name: str) -> str:
        return self.paths.get(name, PATHS[name])
