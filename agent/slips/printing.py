"""printing: takes a slip's bytes and the lane they go to, prints them there as one more till would; reads no answer.

It goes through our own tap, in front of the store's printer, and not past it: there tills take turns, so the slip never
falls into a job, and a till that comes meanwhile waits as long as for another till's receipt.
"""

import asyncio
import contextlib

from agent.errors import PortUnavailable
from agent.taps.lane import Lane, TapKind
from agent.taps.print_path.address import parse_address

WITHIN_S = 20.0
"""For the whole of it; a printer without paper is not waited for at the cost of the next till's turn."""


def can_print(lane: Lane) -> bool:
    """Only where bytes go through us to a printer, and as they are: a serial tap only listens."""
    return lane.tap is TapKind.RAW_TCP and bool(lane.printer)


async def print_slip(lane: Lane, data: bytes) -> None:
    """Until the printer has taken it. Raises PortUnavailable with the reason."""
    if not can_print(lane):
        raise PortUnavailable(
            f"lane {lane.name} has no printer behind it that the box could print on",
            hint="Name a raw_tcp lane with a 'printer'; read-only taps cannot print.",
        )
    address = parse_address(lane.listen)
    host = "127.0.0.1" if address.host in ("", "0.0.0.0", "::") else address.host
    try:
        async with asyncio.timeout(WITHIN_S):
            reader, writer = await asyncio.open_connection(host, address.port)
            try:
                writer.write(data)
                await writer.drain()
                writer.write_eof()
                while await reader.read(1024):  # its answers; the end of them is the end of the job
                    pass
            finally:
                writer.close()
                with contextlib.suppress(OSError):
                    await writer.wait_closed()
    except (OSError, TimeoutError) as error:
        raise PortUnavailable(
            f"the slip could not be printed on {lane.name}: {error or 'no answer in time'}"
        ) from error
