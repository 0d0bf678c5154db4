"""fleet: the settings of the uplink to cloud ops."""

from pathlib import Path

from pydantic import Field

from agent.settings.section import Section


class Fleet(Section):
    """Where the box reports to; nothing depends on it."""

    broker: str = Field("", description="'host:port' of the MQTT broker; empty: no uplink.")
    tenant: str = Field("t0", pattern=r"^[A-Za-z0-9_-]{1,32}$")
    tls: bool = Field(True, description="TLS with the box's own certificate.")
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None
    health_s: float = Field(60, gt=0, description="Seconds between health reports.")
    first_connect_s: float = Field(30, ge=0, description="After a start it connects at a random moment within so long.")
