"""clouds: the settings of one loyalty cloud."""

from pathlib import Path
from typing import Literal

from pydantic import Field

from agent.settings.section import Section


class ProviderSettings(Section):
    """One loyalty cloud."""

    kind: Literal["plain_http"] = Field(description="Which adapter speaks to it.")
    base_url: str = Field(pattern=r"^https?://", description="Where it answers.")
    token: str = Field("", repr=False, description="Bearer token; better in a file.")
    token_file: Path | None = Field(None, description="File holding the token (a systemd credential, mode 0600).")
    calls_per_second: float = Field(5, gt=0, le=1000, description="A batch counts as one call.")
    batch: int = Field(50, ge=1, le=1000, description="Facts per batch call.")
    timeout_s: float = Field(20, gt=0, description="An answer later than this counts as unknown.")
    idempotency: Literal["K", "R", "N"] = Field(
        "K", description="What this cloud does with a repeat: K honours our key, R can be read back, N neither."
    )
