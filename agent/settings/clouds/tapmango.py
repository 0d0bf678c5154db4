"""tapmango: the settings of TapMango, its open API."""

from typing import Literal

from pydantic import Field, model_validator

from agent.settings.clouds.base import ProviderSettings, SecretFile, secret, secret_file
from agent.settings.section import Section

PATHS = {
    "listed_id": "id",
    "active_id": "customerId",
    "name": "name",
    "phone": "phone",
    "email": "email",
    "points": "points",
    "reward_code": "code",
    "reward_name": "name",
    "reward_cost": "pointCost",
    "history_amount": "amount",
    "history_points": "points",
    "history_time": "date",
}


class RewardValue(Section):
    """What a reward takes off; their answer does not hold it."""

    amount: int | None = Field(None, ge=0, description="Minor units.")
    percent: int | None = Field(None, ge=1, le=100)
    item: str = Field("", description="The article that is free or cheaper.")


class TapmangoSettings(ProviderSettings):
    """docs/clouds.md says which of these clients have seen; 'not documented' means: ask, then write it here."""

    kind: Literal["tapmango"] = Field("tapmango", description="TapMango.")
    base_url: str = Field("https://openapi.tapmango.com/api/v1", pattern=r"^https?://")
    api_key: str = secret("Key of the merchant's account")
    api_key_file: SecretFile = secret_file("key of the merchant's account")
    location_id: str = Field("", description="This shop there; empty: every location's tablets.")
    amount_base: Literal["subtotal", "net", "total"] = Field(
        "subtotal", description="subtotal as printed, net: what the programme's rules count, total: with tax."
    )
    method_map: dict[str, str] = Field({}, description="Printed tender → payment method; others as printed.")
    reward_values: dict[str, RewardValue] = Field({}, description="Reward code → what it takes off.")
    phone_index_refresh_minutes: float = Field(15, gt=0, description="How old the list of members may be.")
    phone_index_miss_s: float = Field(20, ge=0, description="Nobody found: the changes are asked for again after this.")
    page_size: int = Field(500, ge=1, le=500, description="Members a page; capped near 500 there.")
    readback_before_resend: bool = Field(True, description="Read the points' history before a payment is sent again.")
    active_customers: bool = Field(
        True, description="ActiveCustomers lists who is at a tablet; clients disagree on it."
    )
    skew_s: float = Field(120, ge=0, description="How far their clock may be from ours, in the history.")
    paths: dict[str, str] = Field({}, description=f"Where answers hold what; not documented: {', '.join(PATHS)}.")

    @model_validator(mode="after")
    def _paths_are_known(self) -> "TapmangoSettings":
        for name in self.paths.keys() - PATHS.keys():
            raise ValueError(f"paths.{name}: there is no such path; there are: {', '.join(PATHS)}")
        return self

    def path(self, name: str) -> str:
        return self.paths.get(name, PATHS[name])
