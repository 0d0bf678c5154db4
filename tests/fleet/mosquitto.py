"""mosquitto: the real broker on a port of its own, and a listener that remembers what it saw; for the fleet's tests."""

import asyncio
import contextlib
import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiomqtt
import pytest
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

PATIENCE_S = 20
"""Real seconds before a test gives up waiting; it is never an expected duration."""


def mosquitto_binary() -> str:
    found = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if found is None:
        pytest.skip("mosquitto is not installed (scripts/setup installs it)")
    return found


@dataclass
class Broker:
    """Mosquitto with its own folder; `start` and `stop` may alternate, the port stays."""

    folder: Path
    more: str = "allow_anonymous true"
    binary: str = field(default_factory=mosquitto_binary)
    port: int = 0
    _process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        self.port = self.port or free_port()
        self.folder.mkdir(exist_ok=True)
        config = self.folder / "mosquitto.conf"
        as_root = "user root\n" if os.geteuid() == 0 else ""  # else it could not read the test's folder
        config.write_text(f"{as_root}listener {self.port} 127.0.0.1\nlog_dest stderr\nlog_type all\n{self.more}\n")
        with (self.folder / "log").open("a") as log:
            command = [self.binary, "-c", str(config)]
            self._process = subprocess.Popen(command, stderr=log, stdout=log, cwd=self.folder)
        give_up = time.monotonic() + PATIENCE_S
        while not _answers(self.port):
            assert self._process.poll() is None, (self.folder / "log").read_text()
            assert time.monotonic() < give_up, (self.folder / "log").read_text()
            time.sleep(0.01)

    def stop(self) -> None:
        if self._process is None:
            return
        self._process.kill()
        self._process.wait()
        self._process = None


def _answers(port: int) -> bool:
    with socket.socket() as knock:
        return knock.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    """Mosquitto cannot say which port it was given, so it is chosen for it."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


@dataclass(frozen=True)
class Seen:
    topic: str
    payload: bytes
    retain: bool
    expiry_s: int | None
    correlation: bytes | None

    @property
    def leaf(self) -> str:
        return self.topic.split("/", 4)[4]

    @property
    def fields(self) -> dict[str, Any]:
        fields = json.loads(self.payload)
        assert isinstance(fields, dict)
        return fields


class Listener:
    """The fleet's side: everything under tillpost/, in the order it came."""

    def __init__(self, client: aiomqtt.Client) -> None:
        self._client = client
        self.seen: list[Seen] = []
        self._grew = asyncio.Condition()

    async def run(self) -> None:
        async for message in self._client.messages:
            properties = message.properties
            seen = Seen(
                message.topic.value,
                message.payload,
                message.retain,
                getattr(properties, "MessageExpiryInterval", None),
                getattr(properties, "CorrelationData", None),
            )
            async with self._grew:
                self.seen.append(seen)
                self._grew.notify_all()

    def at(self, leaf: str) -> list[Seen]:
        return [seen for seen in self.seen if seen.leaf == leaf]

    async def until(self, happened: Callable[[], object]) -> None:
        """Waits until `happened()` is true, looked at after each message."""
        async with asyncio.timeout(PATIENCE_S), self._grew:
            await self._grew.wait_for(happened)

    async def first(self, leaf: str, **fields: object) -> Seen:
        """The first message at `leaf` whose fields have these values; waits for it."""

        def found() -> list[Seen]:
            return [
                seen
                for seen in self.at(leaf)
                if seen.payload and all(seen.fields.get(name) == value for name, value in fields.items())
            ]

        await self.until(found)
        return found()[0]

    async def send(
        self, topic: str, content: object, *, retain: bool = False, correlation: bytes | None = None
    ) -> None:
        properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
        if correlation is not None:
            properties.CorrelationData = correlation
        text = content if isinstance(content, bytes) else json.dumps(content).encode()
        await self._client.publish(topic, text, qos=1, retain=retain, properties=properties)


@contextlib.asynccontextmanager
async def listening(broker: Broker, topic: str = "tillpost/#") -> AsyncIterator[Listener]:
    host, port = broker.address.split(":")
    async with aiomqtt.Client(host, int(port), protocol=aiomqtt.ProtocolVersion.V5) as client:
        await client.subscribe(topic, qos=1)
        listener = Listener(client)
        task = asyncio.create_task(listener.run(), name="fleet listener")
        try:
            yield listener
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError, aiomqtt.MqttError):
                await task
