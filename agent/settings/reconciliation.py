"""reconciliation: the settings of what is held beside what: Z-reports, receipt numbers, silence, open receipts."""

from datetime import time

from pydantic import Field, field_validator

from agent.settings.section import Section


class Reconciliation(Section):
    """When something that does not fit becomes a task."""

    quiet_minutes: float = Field(
        90, ge=0, description="Silence of a till that usually prints at this time before somebody is asked; 0: never."
    )
    gap_minutes: float = Field(5, ge=0, description="How long a missing receipt number may still print late.")
    z_tolerance: int = Field(0, ge=0, description="Minor units a Z-report may differ from what was read.")
    require_customer: bool = Field(False, description="Remind the cashier, per shift, of receipts without a customer.")
    shifts: tuple[str, ...] = Field((), description="When shifts begin, 'HH:MM' each; empty: the day is one shift.")

    @field_validator("shifts")
    @classmethod
    def _shifts_read(cls, shifts: tuple[str, ...]) -> tuple[str, ...]:
        for text in shifts:
            time.fromisoformat(text)
        return shifts
