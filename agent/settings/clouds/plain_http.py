"""plain_http: the settings of a cloud that speaks our own open contract."""

from typing import Literal

from pydantic import Field

from agent.settings.clouds.base import ProviderSettings, SecretFile, secret, secret_file


class PlainHttpSettings(ProviderSettings):
    """docs/plain-http.md."""

    kind: Literal["plain_http"] = Field("plain_http", description="Our own open contract, docs/plain-http.md.")
    token: str = secret("Bearer token")
    token_file: SecretFile = secret_file("token")
    batch: int = Field(50, ge=1, le=1000, description="Facts per batch call.")
    idempotency: Literal["K", "R", "N"] = Field(
        "K", description="What this cloud does with a repeat: K honours our key, R can be read back, N neither."
    )
    speaks: tuple[Literal["checked_in", "sign_up", "estimate", "rewards", "void", "products"], ...] = Field(
        (), description="What this cloud can do beyond the five calls that every one has."
    )
