"""clouds: the settings of the loyalty clouds, one file a kind; this is their list."""

from typing import Annotated

from pydantic import Field

from agent.settings.clouds.astro import AstroSettings
from agent.settings.clouds.base import ProviderSettings
from agent.settings.clouds.crm_com import CrmComSettings
from agent.settings.clouds.fivestars import FivestarsSettings
from agent.settings.clouds.plain_http import PlainHttpSettings
from agent.settings.clouds.sessionm import SessionmSettings
from agent.settings.clouds.tapmango import TapmangoSettings

__all__ = [
    "AstroSettings",
    "CloudSettings",
    "CrmComSettings",
    "FivestarsSettings",
    "PlainHttpSettings",
    "ProviderSettings",
    "SessionmSettings",
    "TapmangoSettings",
]

CloudSettings = Annotated[
    PlainHttpSettings | SessionmSettings | CrmComSettings | TapmangoSettings | FivestarsSettings | AstroSettings,
    Field(discriminator="kind"),
]
"""Any of them, told apart by `kind`."""
