"""till: a register that prints slips over the network or down a serial line; understands nothing of them."""

import asyncio
import os
import tty
from types import TracebackType
from typing import Self

from tests.story.slips import Slip

BAUD_BYTES_PER_SECOND = 11_520
"""A serial till at 115,200 baud, 8N1."""


class NetworkTill:
    """Opens one connection a slip, as most POSes do, and waits until the printer has taken it."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._host, _, port = address.rpartition(":")
        self._port = int(port)
        self.printed = bytearray()

    async def print(self, slip: Slip) -> None:
        await self.send(slip.data)

    async def send(self, data: bytes) -> None:
        """Any job."""
        reader, writer = await asyncio.open_connection(self._host, self._port)
        writer.write(b"\x10\x04\x01")
        await reader.read(1)  # most tills ask for the printer's state and wait for the byte before they print
        writer.write(data)
        self.printed += b"\x10\x04\x01" + data
        writer.write_eof()
        await reader.read()
        writer.close()
        await writer.wait_closed()


class SerialTill:
    """The till's end of an RS-232 line; the box opens `path`."""

    def __init__(self) -> None:
        self._till, self._box_end = os.openpty()
        tty.setraw(self._box_end)
        self.path = os.ttyname(self._box_end)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._till)
        os.close(self._box_end)

    async def print(self, slip: Slip) -> None:
        for start in range(0, len(slip.data), 64):
            piece = slip.data[start : start + 64]
            os.write(self._till, piece)
            await asyncio.sleep(len(piece) / BAUD_BYTES_PER_SECOND)
