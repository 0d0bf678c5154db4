"""waiting: reads a request whole, or waits until whoever sent it has gone; answers nothing."""

import asyncio
import json
from typing import Any

from starlette.requests import Request


async def body_of(request: Request) -> dict[str, Any]:
    """The JSON object sent; an empty one when it was none."""
    try:
        found = json.loads(await request.body())
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


async def left(request: Request, seconds: float) -> None:
    """Until the client is gone, or so many seconds have passed."""
    try:
        async with asyncio.timeout(seconds):
            while (await request.receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        return
