"""test_broker: mutual TLS and the shipped access list against a real Mosquitto; a foreign box gets nowhere."""

import asyncio
import gc
import ssl
import subprocess
import warnings
from collections.abc import Iterator
from pathlib import Path

import aiomqtt
import pytest

from agent.fleet.broker import broker_address
from agent.ledger import events
from agent.settings import Fleet
from tests.fleet.box import DEVICE, TENANT, TREE, Overheard, box, running
from tests.fleet.mosquitto import Broker, Listener

ACCESS_LIST = Path(__file__).parents[2] / "systemd" / "mosquitto.acl"
OTHER = "TP-TEST-2"


class Authority:
    """A throw-away certificate authority, made by openssl."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self._openssl("req", "-x509", *NEW_KEY, "-keyout", "ca.key", "-out", "ca.crt", "-subj", "/CN=test authority")

    def issue(self, name: str) -> None:
        self._openssl("req", *NEW_KEY, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}")
        (self.folder / "san").write_text("subjectAltName=IP:127.0.0.1")
        made_by = ("-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", "1", "-extfile", "san")
        self._openssl("x509", "-req", "-in", f"{name}.csr", "-out", f"{name}.crt", *made_by)

    def of(self, name: str) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=self.folder / "ca.crt")
        context.load_cert_chain(self.folder / f"{name}.crt", self.folder / f"{name}.key")
        return context

    def _openssl(self, *arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True)


NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    made = Authority(tmp_path_factory.mktemp("pki") / "ca")
    for name in ("broker", "fleet", DEVICE, OTHER):
        made.issue(name)
    return made


@pytest.fixture
def guarded(authority: Authority, tmp_path: Path) -> Iterator[Broker]:
    """A broker as the fleet runs it: certificates both ways, the shipped access list."""
    folder = authority.folder
    guard = f"""
        allow_anonymous false
        cafile {folder}/ca.crt
        certfile {folder}/broker.crt
        keyfile {folder}/broker.key
        require_certificate true
        use_identity_as_username true
        acl_file {ACCESS_LIST}
    """
    broker = Broker(tmp_path / "mosquitto", "\n".join(line.strip() for line in guard.splitlines()))
    broker.start()
    yield broker
    broker.stop()


def as_box(broker: Broker, authority: Authority, certificate: str) -> Fleet:
    pki = authority.folder
    return Fleet(
        broker=broker.address,
        tenant=TENANT,
        ca_file=pki / "ca.crt",
        cert_file=pki / f"{certificate}.crt",
        key_file=pki / f"{certificate}.key",
        health_s=0.2,
    )


def client(broker: Broker, authority: Authority, name: str) -> aiomqtt.Client:
    context = authority.of(name)
    return aiomqtt.Client("127.0.0.1", broker.port, tls_context=context, protocol=aiomqtt.ProtocolVersion.V5)


async def test_a_box_with_its_certificate_is_heard(guarded: Broker, authority: Authority, tmp_path: Path) -> None:
    async with client(guarded, authority, "fleet") as eyes, box(tmp_path / "box", guarded.address) as made:
        made.fleet = as_box(guarded, authority, DEVICE)
        await eyes.subscribe("tillpost/#", qos=1)
        fleet = Listener(eyes)
        listening = asyncio.create_task(fleet.run())
        async with running(made):
            await fleet.first("status", state="ready")
            await fleet.first("health")
            await made.event("start")
            await fleet.first("event", kind="start")
            await fleet.send(f"{TREE}/alert/of-old", {"id": "of-old"}, retain=True)
            await fleet.send(f"{TREE}/cmd/ping", {"id": "c-1"})
            await fleet.first("res/c-1", ok=True)
            await fleet.until(lambda: fleet.at("alert/of-old")[-1:] and not fleet.at("alert/of-old")[-1].payload)
        listening.cancel()


async def test_a_box_cannot_speak_as_another_nor_listen_to_it(guarded: Broker, authority: Authority) -> None:
    async with client(guarded, authority, "fleet") as eyes, client(guarded, authority, OTHER) as intruder:
        await eyes.subscribe("tillpost/#", qos=1)
        refused = await intruder.subscribe([("#", 1), (f"{TREE}/cmd/+", 1), (f"{TREE}/desired", 1)])
        await eyes.publish(f"{TREE}/cmd/ping", b'{"id":"secret"}', qos=1)
        for leaf in ("status", "birth", "health", "event", "alert/x", "reported", "res/x", "cmd/ping"):
            await intruder.publish(f"{TREE}/{leaf}", b"{}", qos=1)
        await intruder.publish(f"tillpost/1/{TENANT}/all/cmd/report", b"{}", qos=1)
        await intruder.publish(f"tillpost/1/{TENANT}/{OTHER}/status", b"mine", qos=1)
        heard = [message async for message in _until_mine(eyes)]
        assert [message.topic.value for message in heard] == [
            f"{TREE}/cmd/ping",
            f"tillpost/1/{TENANT}/{OTHER}/status",
        ]
        assert len(intruder.messages) == 0, refused


async def _until_mine(eyes: aiomqtt.Client):  # type: ignore[no-untyped-def]
    async for message in eyes.messages:
        yield message
        if message.payload == b"mine":
            return


async def test_a_box_with_anothers_certificate_keeps_its_events_and_says_why(
    guarded: Broker, authority: Authority, tmp_path: Path
) -> None:
    async with box(tmp_path / "box", guarded.address) as made:
        made.fleet = as_box(guarded, authority, OTHER)
        number = await made.event("start")
        async with Overheard("the broker refused a message") as refused, running(made) as uplink:
            await refused.wait()
            assert not uplink.online.is_set()
        assert [stored.id for stored in await made.ledger.do(events.unsent)] == [number]


async def test_a_broker_of_another_authority_is_not_trusted(
    guarded: Broker, authority: Authority, tmp_path: Path
) -> None:
    async with box(tmp_path / "box", guarded.address) as made:
        strangers = Authority(tmp_path / "strangers")
        made.fleet = as_box(guarded, authority, DEVICE).model_copy(update={"ca_file": strangers.folder / "ca.crt"})
        async with Overheard("CERTIFICATE_VERIFY_FAILED") as mistrust, running(made) as uplink:
            await mistrust.wait()
            assert not uplink.online.is_set()
    with warnings.catch_warnings():  # paho leaves the socket of a failed handshake to the garbage collector
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.mark.parametrize(
    ("broker", "tls", "address"),
    [
        ("mqtt.example.org", True, ("mqtt.example.org", 8883)),
        ("mqtt.example.org", False, ("mqtt.example.org", 1883)),
        ("mqtt.example.org:443", True, ("mqtt.example.org", 443)),
        ("[2001:db8::1]:8884", True, ("2001:db8::1", 8884)),
        ("[2001:db8::1]", True, ("2001:db8::1", 8883)),
    ],
)
def test_broker_address(broker: str, tls: bool, address: tuple[str, int]) -> None:
    assert broker_address(Fleet(broker=broker, tls=tls)) == address
