"""page: the settings of the pages that the box serves to the store's network, and who may use them."""

from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from agent.settings.section import Section


class Staff(Section):
    """Somebody with a PIN; the name of the section stands in the audit log."""

    role: Literal["cashier", "manager", "technician", "owner"] = Field("cashier", description="What the PIN opens.")
    pin: str = Field(
        repr=False,
        pattern=r"^scrypt:\d+:\d+:\d+:[A-Za-z0-9_-]+:[A-Za-z0-9_-]+$",
        description="The PIN as 'tillpost pin' writes it; never the PIN itself.",
    )


class Page(Section):
    """The till page and the technician's and owner's pages."""

    listen: str = Field("0.0.0.0:8080", description="Address of the pages; empty: none.")
    hosts: tuple[str, ...] = Field(
        (), description="Further names the pages may be called by, beside the box's own addresses and '<id>.local'."
    )
    language: Literal["auto", "en", "es"] = Field("auto", description="auto: what the browser asks for.")
    session_hours: float = Field(12, gt=0, le=72, description="After so long the PIN is asked for again.")
    pin_again_minutes: float = Field(
        10, ge=0, description="Undo, 'Add anyway' and manual points ask for the PIN again when it is older than this."
    )
    receipts_minutes: float = Field(120, gt=0, description="How long a receipt that is done stays on the till page.")
    checked_in_minutes: float = Field(
        10, gt=0, description="How long somebody who checked in, or was chosen for a register, is offered there."
    )
    tls_cert_file: Path | None = Field(None, description="Certificate (PEM); without one the PIN can be overheard.")
    tls_key_file: Path | None = Field(None, description="Its key (PEM, mode 0600).")
    staff: dict[str, Staff] = Field({}, description="Who has a PIN, by name.")

    @model_validator(mode="after")
    def _certificate_with_key(self) -> "Page":
        if (self.tls_cert_file is None) != (self.tls_key_file is None):
            raise ValueError("tls_cert_file and tls_key_file belong together: set both or none")
        return self
