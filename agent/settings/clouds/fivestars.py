"""fivestars: the settings of a cloud without a public API: handed over by hand, or over a partner's own HTTP calls."""

from typing import Literal

from pydantic import Field

from agent.settings.clouds.base import ProviderSettings


class FivestarsSettings(ProviderSettings):
    """docs/clouds.md. Nothing is known of its API but that there is none in public; so nothing here has a value."""

    kind: Literal["fivestars"] = Field("fivestars", description="Hand-over list; partner HTTP by templates.")
    base_url: str = Field("", pattern=r"^(https?://.*)?$", description="Where the partner's API answers; empty: none.")
    enabled: bool = Field(False, description="Send by the templates; false: everything goes on the hand-over list.")
