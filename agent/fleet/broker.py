"""broker: one connection to the MQTT broker: takes messages, publishes them as declared; knows nothing of when or why.

The only file that speaks aiomqtt 2.5, and the only one that reaches into it, because three of its habits need a hand:
a refused message counts as sent, a connect that failed keeps its socket, and a hang-up before the answer is not seen.
"""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar

import aiomqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from agent.clock import Clock
from agent.fleet.address import Address
from agent.fleet.messages import Delivery, Envelope, Upward, Will, payload
from agent.fleet.pace import Pace
from agent.settings import Fleet

T = TypeVar("T")
LOG = logging.getLogger(__name__)
RECEIVE_MAXIMUM = 16
UNSUPPORTED_PROTOCOL = 132  # MQTT 5, 2.4: Unsupported Protocol Version
NOT_AUTHORISED = frozenset({134, 135, 138})  # MQTT 5, 2.4: bad user name or password, not authorised, banned


class Failure(Enum):
    """Why a connection is not there, by what happens next."""

    BROKEN = "the broker cannot be reached, or went away"
    REFUSED = "the broker does not let this box in"
    OLD_BROKER = "the broker does not speak MQTT 5"
    HUNG_UP = "the broker hung up instead of answering; some old ones do so on MQTT 5"


class LinkBroken(Exception):
    """The connection is over; the uplink makes a new one. Not an error of the box."""

    def __init__(self, failure: Failure, why: str) -> None:
        super().__init__(why)
        self.failure = failure


@dataclass(frozen=True, slots=True)
class Incoming:
    topic: str
    payload: bytes
    correlation: bytes | None


class _HungUp(aiomqtt.MqttError):
    pass


class _Client(aiomqtt.Client):
    """aiomqtt's client, which also notices refusals and early hang-ups, and leaves nothing behind."""

    refused: ReasonCode | None = None

    def _on_publish(self, client: Any, userdata: Any, mid: int, reason_code: ReasonCode, properties: Any) -> None:
        if reason_code.is_failure:
            self.refused = reason_code
        super()._on_publish(client, userdata, mid, reason_code, properties)

    def _on_disconnect(
        self, client: Any, userdata: Any, flags: Any, reason_code: ReasonCode, properties: Any = None
    ) -> None:
        if not self._connected.done():
            self._connected.set_exception(_HungUp("it hung up before answering"))
        super()._on_disconnect(client, userdata, flags, reason_code, properties)

    async def __aenter__(self) -> "_Client":
        try:
            return await _keeping_cancellation(super().__aenter__())
        except BaseException:
            self._client.disconnect()  # a broker that accepts and stays silent would keep socket and timer for ever
            raise

    async def __aexit__(self, *reason: Any) -> None:
        await _keeping_cancellation(super().__aexit__(*reason))


class Link:
    """A connection that stands. Each `say` returns when the broker has the message; raises LinkBroken."""

    def __init__(self, client: _Client, address: Address, conn: int, clock: Clock, *, mqtt5: bool) -> None:
        self._client, self._address, self._clock = client, address, clock
        self.conn, self.mqtt5 = conn, mqtt5
        self.since: datetime = clock.wall()
        self._seq = 0

    @property
    def waiting(self) -> int:
        """Messages from above not looked at yet; unbounded, because a bounded queue drops acknowledged ones."""
        return len(self._client.messages)

    async def say(self, message: Upward, correlation: bytes | None = None) -> None:
        self._seq += 1
        content = payload(message, self._envelope())
        await self._publish(message.leaf, content, message.delivery, correlation)

    async def clear(self, leaf: str, delivery: Delivery) -> None:
        """Takes back what the broker retains at this topic."""
        await self._publish(leaf, b"", delivery, None)

    async def listen(self) -> None:
        """Subscribes to everything meant for this box; what the broker withholds is logged, the rest works on."""
        for topic in self._address.subscriptions:
            answers = await _mapped(self._client.subscribe(topic, qos=1))
            for answer in answers:
                if isinstance(answer, ReasonCode) and answer.is_failure:
                    LOG.warning("the broker does not let this box read %s: %s", topic, answer)

    async def incoming(self) -> AsyncIterator[Incoming]:
        """Messages from above until the connection breaks."""
        messages = aiter(self._client.messages)
        while True:
            message = await _mapped(anext(messages))
            correlation = getattr(message.properties, "CorrelationData", None)
            content = message.payload if isinstance(message.payload, bytes) else b""
            yield Incoming(message.topic.value, content, correlation)

    async def _publish(self, leaf: str, content: bytes, delivery: Delivery, correlation: bytes | None) -> None:
        properties = self._properties(delivery, correlation)
        topic = self._address.topic(leaf)
        await _mapped(self._client.publish(topic, content, delivery.qos, delivery.retain, properties))
        if self._client.refused is not None:
            raise LinkBroken(Failure.REFUSED, f"the broker refused a message ({self._client.refused}), last {topic}")

    def _properties(self, delivery: Delivery, correlation: bytes | None) -> Properties | None:
        if not self.mqtt5:
            return None
        properties = _empty_properties(PacketTypes.PUBLISH)
        if delivery.expiry_s is not None:
            properties.MessageExpiryInterval = delivery.expiry_s
        if correlation is not None:
            properties.CorrelationData = correlation
        return properties

    def _envelope(self) -> Envelope:
        clock = self._clock
        return Envelope(
            device=self._address.device,
            boot=clock.boot,
            conn=self.conn,
            seq=self._seq,
            at=clock.wall(),
            quality=clock.quality(),
            up_s=clock.monotonic(),
        )


@asynccontextmanager
async def connected(
    fleet: Fleet, address: Address, conn: int, clock: Clock, pace: Pace, *, mqtt5: bool
) -> AsyncIterator[Link]:
    """A connection with its will laid down, closed politely behind. Raises LinkBroken."""
    client = _client(fleet, address, conn, pace, mqtt5=mqtt5)
    try:
        async with client:
            yield Link(client, address, conn, clock, mqtt5=mqtt5)
    except aiomqtt.MqttError as error:
        raise _broken(error) from error


def broker_address(fleet: Fleet) -> tuple[str, int]:
    """'host:port' taken apart; the port may be left out, an IPv6 address stands in brackets."""
    host, colon, port = fleet.broker.rpartition(":")
    if not colon or "]" in port:
        host, port = fleet.broker, ""
    return host.strip("[]"), int(port) if port else 8883 if fleet.tls else 1883


def _client(fleet: Fleet, address: Address, conn: int, pace: Pace, *, mqtt5: bool) -> _Client:
    host, port = broker_address(fleet)
    return _Client(
        host,
        port,
        identifier=address.device,
        will=_will(address, conn, pace, mqtt5=mqtt5),
        timeout=pace.timeout_s,
        keepalive=pace.keepalive_s,
        tls_params=_tls(fleet),
        socket_options=[(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)],
        logger=logging.getLogger("mqtt"),
        **(_session(pace) if mqtt5 else {"protocol": aiomqtt.ProtocolVersion.V311, "clean_session": False}),
    )


def _session(pace: Pace) -> dict[str, Any]:
    properties = _empty_properties(PacketTypes.CONNECT)
    properties.SessionExpiryInterval = pace.session_s
    properties.ReceiveMaximum = RECEIVE_MAXIMUM
    return {"protocol": aiomqtt.ProtocolVersion.V5, "clean_start": False, "properties": properties}


def _will(address: Address, conn: int, pace: Pace, *, mqtt5: bool) -> aiomqtt.Will:
    will = Will(address.device, conn)
    properties = None
    if mqtt5:
        properties = _empty_properties(PacketTypes.WILLMESSAGE)
        properties.WillDelayInterval = pace.will_delay_s
    topic = address.topic(will.leaf)
    return aiomqtt.Will(topic, will.payload(), will.delivery.qos, will.delivery.retain, properties)


def _empty_properties(packet: int) -> Properties:
    return Properties(packet)  # type: ignore[no-untyped-call]  # paho leaves it untyped


def _tls(fleet: Fleet) -> aiomqtt.TLSParameters | None:
    if not fleet.tls:
        return None
    return aiomqtt.TLSParameters(
        ca_certs=_path(fleet.ca_file), certfile=_path(fleet.cert_file), keyfile=_path(fleet.key_file)
    )


def _path(file: Path | None) -> str | None:
    return None if file is None else str(file)


async def _mapped(call: Awaitable[T]) -> T:
    try:
        return await _keeping_cancellation(call)
    except aiomqtt.MqttError as error:
        raise _broken(error) from error


async def _keeping_cancellation(call: Awaitable[T]) -> T:
    """aiomqtt waits with asyncio.wait_for, which before Python 3.12 loses a cancellation that meets the answer: the
    task would go on for ever, and the agent would not stop."""
    task = asyncio.current_task()
    before = task.cancelling() if task else 0
    result = await call
    if task and task.cancelling() > before:
        raise asyncio.CancelledError
    return result


def _broken(error: aiomqtt.MqttError) -> LinkBroken:
    reason = getattr(error, "rc", None)
    code = reason.value if isinstance(reason, ReasonCode) else None
    if isinstance(error, _HungUp):
        return LinkBroken(Failure.HUNG_UP, str(error))
    if code == UNSUPPORTED_PROTOCOL:
        return LinkBroken(Failure.OLD_BROKER, str(error))
    return LinkBroken(Failure.REFUSED if code in NOT_AUTHORISED else Failure.BROKEN, str(error))
