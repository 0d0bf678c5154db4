"""rewards: the settings of what customers may redeem, and how the till's paper shows that it was given."""

from decimal import Decimal

from pydantic import Field, model_validator

from agent.settings.section import Section


class RewardSettings(Section):
    """One reward: what the cloud calls it, which key the cashier presses, what the receipt then shows."""

    code: str = Field(description="The cloud's own code of it; the offer's code where members have offers.")
    name: str = Field("", description="As the cashier reads it; the code when empty.")
    cost: int = Field(0, ge=0, description="Points it takes; 0: the cloud says.")
    value: int | None = Field(None, ge=1, description="What it takes off, minor units.")
    percent: Decimal | None = Field(None, gt=0, le=100, description="Or the part of the sale it takes off.")
    item: str = Field("", description="Or a word of the article that is free or cheaper.")
    key: str = Field("", description="The POS's discount key the cashier presses, as it is written on the key.")
    shows: tuple[str, ...] = Field((), description="Words by which the receipt names the discount or the tender.")

    @model_validator(mode="after")
    def _one_measure(self) -> "RewardSettings":
        if self.value is not None and self.percent is not None:
            raise ValueError("a reward has a value or a percent, not both")
        return self
