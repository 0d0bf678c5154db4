"""fivestars: the settings of a cloud without a public API: handed over by hand, or over a partner's own HTTP calls."""

import re
from typing import Any, Literal

from pydantic import Field, model_validator

from agent.settings.clouds.base import ProviderSettings, SecretFile, secret, secret_file
from agent.settings.section import Section

FILTERS = ("digits", "national", "money", "lower")
PLACEHOLDER = re.compile(r"\{([a-z0-9_.]+)(?:\|([a-z]+))?\}")


class HttpCall(Section):
    """One call of the partner's: what is sent, and what its answer means. Texts may hold {placeholders}."""

    method: Literal["GET", "POST", "PUT", "DELETE"] = "POST"
    path: str = Field(description="Behind base_url, e.g. '/members/{customer.phone|digits}/points'.")
    query: dict[str, str] = Field({}, description="Behind the path.")
    body: dict[str, Any] = Field({}, description="JSON; a text that is one placeholder keeps its type.")
    done: dict[str, str] = Field({}, description="Path in the answer → what must stand there; all must.")
    id: str = Field("", description="Path of the answer's own id; empty: our reference is noted.")
    echo: dict[str, str] = Field({}, description="Path in the answer → template: the answer must repeat it.")
    nobody: dict[str, str] = Field({}, description="Path in the answer → what stands there when there is no member.")
    nobody_status: tuple[int, ...] = Field((), description="HTTP codes that mean: no such member.")
    before: dict[str, str] = Field({}, description="Path in the answer → what stands there when it was done before.")
    several: dict[str, str] = Field({}, description="Path in the answer → what stands there when several members fit.")
    missing: dict[str, str] = Field({}, description="read_back: path → what stands there when it surely is not booked.")
    why: str = Field("message", description="Path of the words for a person.")


class FivestarsSettings(ProviderSettings):
    """docs/clouds.md. Nothing is known of its API but that there is none in public; so nothing here has a value."""

    kind: Literal["fivestars"] = Field("fivestars", description="Hand-over list; partner HTTP by templates.")
    base_url: str = Field("", pattern=r"^(https?://.*)?$", description="Where the partner's API answers; empty: none.")
    enabled: bool = Field(False, description="Send by the templates; false: everything goes on the hand-over list.")
    secret: str = secret("Key for the headers' {secret}")
    secret_file: SecretFile = secret_file("key for the headers")
    headers: dict[str, str] = Field({}, description="E.g. {Authorization = 'Token {secret}'}.")
    idempotency: Literal["K", "R", "N"] = Field("N", description="What a repeat does there; R needs 'read_back'.")
    country_code: str = Field("1", pattern=r"^\d{1,3}$", description="Dropped by the filter 'national'.")
    checks: HttpCall | None = Field(None, description="Shows that address and key are right; changes nothing.")
    find_member: HttpCall | None = None
    award: HttpCall | None = None
    take_back: HttpCall | None = None
    void: HttpCall | None = None
    read_back: HttpCall | None = None

    @model_validator(mode="after")
    def _can_work(self) -> "FivestarsSettings":
        if self.enabled and not (self.base_url and self.award):
            raise ValueError("enabled needs 'base_url' and an 'award' call; else leave it to the hand-over list")
        if self.idempotency == "R" and self.read_back is None:
            raise ValueError("idempotency 'R' needs a 'read_back' call")
        for name in ("award", "take_back", "void"):
            call = getattr(self, name)
            if call is not None and not call.done:
                raise ValueError(f"{name}.done is needed: HTTP 200 alone is never believed")
        _check(self.model_dump(), "")
        return self


def _check(value: Any, place: str) -> None:
    """Filters that exist, braces that close."""
    if isinstance(value, dict):
        for name, inner in value.items():
            _check(inner, f"{place}{name}.")
    elif isinstance(value, list | tuple):
        for inner in value:
            _check(inner, place)
    elif isinstance(value, str) and place != "base_url.":
        left = PLACEHOLDER.sub(lambda found: "" if found[2] is None or found[2] in FILTERS else found[0], value)
        if "{" in left or "}" in left:
            raise ValueError(f"{place[:-1]}: {value!r} is no template; {{name}} or {{name|{'|'.join(FILTERS)}}}")
