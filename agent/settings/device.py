"""device: the settings of this box."""

from pathlib import Path

from pydantic import Field

from agent.settings.section import Section


class Device(Section):
    """This box."""

    id: str = Field("TP-UNCLAIMED", pattern=r"^[A-Za-z0-9-]{1,40}$", description="Serial on the label; MQTT client id.")
    state: Path = Field(Path("/var/lib/tillpost"), description="Folder of the journal and the ledger; a local disk.")
    run: Path = Field(Path("/run/tillpost"), description="Folder of the Unix sockets between the parts.")
    formats: Path | None = Field(
        None, description="Folder of the store's own receipt formats; empty: 'formats' in device.state."
    )
    journal_cap_mb: int = Field(
        2048, ge=64, description="The journal's size that raises the alarm; unread is never deleted."
    )
    ballast_mb: int = Field(16, ge=1, description="Room kept so that 'mark as sent' works on a full disk.")

    @property
    def formats_folder(self) -> Path:
        return self.formats or self.state / "formats"
