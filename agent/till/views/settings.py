"""settings: every setting with its value and where that comes from; for reading only, secrets are not shown."""

from collections.abc import Mapping
from typing import Any

from agent.acts import Parts
from agent.settings import described
from agent.till.visit import Visit


async def settings(parts: Parts, visit: Visit) -> Mapping[str, Any]:
    """As they were read when the agent started."""
    del visit
    return {"settings": list(described(parts.settings, parts.settings_file)), "file": parts.settings_file}
