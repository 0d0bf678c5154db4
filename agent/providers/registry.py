"""registry: the clouds we speak to, by the `kind` of a [providers.…] section; builds no connection by itself."""

from collections.abc import Callable, Mapping

from agent.clock import Clock
from agent.providers import Provider
from agent.providers.plain_http import PlainHttp
from agent.settings import ProviderSettings

PROVIDERS: Mapping[str, Callable[[str, ProviderSettings, Clock], Provider]] = {
    "plain_http": PlainHttp,
}


def connect(name: str, settings: ProviderSettings, clock: Clock) -> Provider:
    """The adapter for one section of the settings; raises ProviderMisconfigured."""
    return PROVIDERS[settings.kind](name, settings, clock)
