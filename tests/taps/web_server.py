"""web_server: a printer's web server on loopback that keeps every byte and answers each request with its number."""

import asyncio

from agent.wrapping.http import HttpReader, Request


class WebServer:
    def __init__(self) -> None:
        self.received: list[bytes] = []
        """The bytes of each connection."""
        self.address = ""
        self._count = 0

    async def serve(self) -> asyncio.Server:
        server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        self.address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        return server

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number, requests = len(self.received), HttpReader()
        self.received.append(b"")
        while data := await reader.read(1 << 16):
            self.received[number] += data
            for request in requests.feed(data):
                if isinstance(request, Request):
                    self._count += 1
                    body = str(self._count).encode()
                    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))
            await writer.drain()
        writer.close()
