"""catalogue: the settings of how printed texts become product codes."""

from pydantic import Field

from agent.settings.section import Section


class Catalogue(Section):
    """What the printed lines are called in the clouds' product lists."""

    sure_from: float = Field(
        0.8, gt=0, le=1, description="Confidence from which a learned code is sent; what people said is always sure."
    )
    forget_days: int = Field(14, ge=1, description="Days after which a line nobody mapped leaves the exception list.")
