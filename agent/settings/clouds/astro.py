"""astro: the settings of Astro Loyalty, its partner API."""

from typing import Literal

from pydantic import Field, model_validator

from agent.settings.clouds.base import ProviderSettings, SecretFile, secret, secret_file

PATHS = {
    "points_reward_id": "astro_points_reward_id",
    "points_reward_name": "title",
    "points_reward_cost": "points",
    "history_amount": "dollarAmount",
    "history_time": "created",
}


class AstroSettings(ProviderSettings):
    """docs/clouds.md says which of these clients have seen; 'not documented' means: ask, then write it here."""

    kind: Literal["astro"] = Field("astro", description="Astro Loyalty.")
    base_url: str = Field("https://api.astroloyalty.com/api/json", pattern=r"^https?://")
    username: str = Field("", description="Of the login that Astro gives to partners.")
    password: str = secret("Password of that login")
    password_file: SecretFile = secret_file("password of that login")
    client_id: str = Field("", description="Of that login.")
    location_id: str = Field("", description="Internal id of this store, where Astro gave one.")
    location_field: str = Field("", description="Name it is sent under with each call; not documented, so empty.")
    customer_id_prefix: str = Field("tillpost-", description="Before our ids of their customers.")
    country_code: str = Field("1", pattern=r"^\d{1,3}$", description="Dropped from phones: they take ten digits.")
    only_eligible: bool = Field(True, description="Send only items that count for a programme; asked and remembered.")
    eligible_cache_hours: float = Field(12, ge=0, description="How long that is remembered.")
    points_back_on_return: bool = Field(True, description="A return takes points by a negative amount; clients do so.")
    token_life_s: float = Field(1800, gt=60, description="When their answer names no life of the token.")
    codes_nobody: tuple[int, ...] = Field((310,), description="astro_status: no such customer.")
    codes_done_before: tuple[int, ...] = Field((320,), description="astro_status: linked already.")
    codes_not_eligible: tuple[int, ...] = Field((700,), description="astro_status: the item earns no reward.")
    skew_s: float = Field(120, ge=0, description="How far their clock may be from ours, in the history.")
    paths: dict[str, str] = Field({}, description=f"Where answers hold what; not documented: {', '.join(PATHS)}.")

    @model_validator(mode="after")
    def _fits(self) -> "AstroSettings":
        for name in self.paths.keys() - PATHS.keys():
            raise ValueError(f"paths.{name}: there is no such path; there are: {', '.join(PATHS)}")
        if self.location_id and not self.location_field:
            raise ValueError("location_id needs 'location_field': ask Astro under which name it is sent")
        return self

    def path(self, name: str) -> str:
        return self.paths.get(name, PATHS[name])
