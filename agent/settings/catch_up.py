"""catch_up: the settings of how the till's own export is read."""

from pydantic import Field

from agent.settings.section import Section


class CatchUp(Section):
    """The day's export file of the till, for receipts the box never saw."""

    columns: dict[str, str] = Field(
        {}, description="Our name = its heading, where the heading does not say it: number, time, total, …"
    )
