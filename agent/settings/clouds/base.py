"""base: what the settings of every loyalty cloud have in common."""

from pathlib import Path
from typing import Any

from pydantic import Field

from agent.settings.section import Section


class ProviderSettings(Section):
    """One loyalty cloud; each kind adds its own."""

    kind: str = Field(description="Which adapter speaks to it.")
    base_url: str = Field(pattern=r"^https?://", description="Where it answers.")
    calls_per_second: float = Field(5, gt=0, le=1000, description="A batch counts as one call.")
    timeout_s: float = Field(20, gt=0, description="An answer later than this counts as unknown.")
    exponent: int = Field(2, ge=0, le=3, description="Decimals of the amounts in its answers: 2 for cents.")
    page_timeout_s: float = Field(5, gt=0, description="The same where a cashier waits for it.")


def secret(what: str) -> Any:
    """A setting that is never shown. Each has a twin '…_file' that is read for each call."""
    return Field("", repr=False, description=f"{what}; better in a file.")


def secret_file(what: str) -> Any:
    return Field(None, description=f"File holding the {what} (a systemd credential, mode 0600).")


SecretFile = Path | None
