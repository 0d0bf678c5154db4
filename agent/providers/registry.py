"""registry: the clouds we speak to, by the `kind` of a [providers.…] section; builds no connection by itself."""

from collections.abc import Callable, Mapping
from typing import Any

from agent.clock import Clock
from agent.providers.astro import Astro
from agent.providers.crm_com import CrmCom
from agent.providers.fivestars import Fivestars
from agent.providers.plain_http import PlainHttp
from agent.providers.protocol import Provider
from agent.providers.sessionm import Sessionm
from agent.providers.tapmango import Tapmango
from agent.settings import ProviderSettings

Connect = Callable[[str, Any, Clock], Provider]
"""An adapter takes its section's name, its own kind of settings, and a clock."""

PROVIDERS: Mapping[str, Connect] = {
    "plain_http": PlainHttp,
    "sessionm": Sessionm,
    "crm_com": CrmCom,
    "tapmango": Tapmango,
    "fivestars": Fivestars,
    "astro": Astro,
}


def connect(name: str, settings: ProviderSettings, clock: Clock) -> Provider:
    """The adapter for one section of the settings; raises ProviderMisconfigured."""
    return PROVIDERS[settings.kind](name, settings, clock)
