"""messages: every MQTT message as one frozen class with its topic, QoS, retain and expiry; opens no connection.

tillpost/1/<tenant>/<device>/   (docs/fleet.md explains each)
├─ status       up, retained   the box's word that it lives, and until when to believe it
├─ birth        up, retained   what this box is: software, inputs, what it can be asked
├─ reported     up, retained   which desired configuration is applied, and what could not be
├─ alert/<id>   up, retained   something is wrong now; an empty payload clears it
├─ health       up             flat numbers
├─ event        up             something happened; kept in the ledger until the broker has it
├─ res/<id>     up             the answer to a command
├─ desired, job down, retained what the fleet wants of this box
└─ cmd/<name>   down           do it now; also tillpost/1/<tenant>/all/cmd/<name>
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Protocol, TypeAlias

from agent.clock import Quality
from agent.fleet.address import VERSION, check_segment
from agent.fleet.privacy import without_personal_data

STATUS_TTL_S = 180
"""How long a status may be believed: three missed minutes."""
Scalar: TypeAlias = str | int | float | bool | None


class State(StrEnum):
    INIT = "init"
    READY = "ready"
    DEGRADED = "degraded"
    UPDATING = "updating"
    OFFLINE = "offline"
    """Stopped on purpose."""
    LOST = "lost"
    """Only the will says so."""


class Severity(StrEnum):
    INFO = "info"
    WARN = "warn"
    ERROR = "error"
    CRITICAL = "critical"


class Who(StrEnum):
    """Whose hands an alert needs."""

    CASHIER = "cashier"
    TECH = "tech"
    CLOUD = "cloud"


@dataclass(frozen=True, slots=True)
class Delivery:
    """How a message travels. `expiry_s` is MQTT 5's; None: keeps for ever."""

    qos: int
    retain: bool
    expiry_s: int | None


@dataclass(frozen=True, slots=True)
class Envelope:
    """What every message up carries. `conn` grows with each connection for ever, `seq` restarts with it."""

    device: str
    boot: str
    conn: int
    seq: int
    at: datetime
    quality: Quality
    up_s: float

    def fields(self) -> dict[str, Scalar]:
        return {
            "v": VERSION,
            "d": self.device,
            "boot": self.boot,
            "conn": self.conn,
            "seq": self.seq,
            "t": iso(self.at),
            "tq": self.quality.value,
            "up": round(self.up_s),
        }


class Upward(Protocol):
    """Anything the box says."""

    @property
    def leaf(self) -> str: ...

    @property
    def delivery(self) -> Delivery: ...

    def fields(self, envelope: Envelope) -> Mapping[str, object]: ...


def payload(message: Upward, envelope: Envelope) -> bytes:
    """The message as it travels: one JSON object, no newline, UTF-8; the envelope's names cannot be overwritten."""
    content = {**message.fields(envelope), **envelope.fields()}
    return json.dumps(content, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


@dataclass(frozen=True, slots=True)
class Status:
    state: State
    sw: str
    why: tuple[str, ...] = ()
    """Ids of the alerts that stand now: one that is not here has been cleared, whatever is retained."""
    leaf: ClassVar[str] = "status"

    @property
    def delivery(self) -> Delivery:
        """A live status dies with its time; 'offline' is true until somebody says otherwise."""
        return Delivery(qos=1, retain=True, expiry_s=None if self.state is State.OFFLINE else STATUS_TTL_S)

    def fields(self, envelope: Envelope) -> Mapping[str, object]:
        content: dict[str, object] = {"state": self.state.value, "why": list(self.why), "sw": self.sw}
        if self.state is not State.OFFLINE:
            content |= {"ttl": STATUS_TTL_S, "until": iso(envelope.at + timedelta(seconds=STATUS_TTL_S))}
        return content


@dataclass(frozen=True, slots=True)
class Will:
    """What the broker says in our place. It carries `conn` alone: time and `seq` of the death are not known before."""

    device: str
    conn: int
    leaf: ClassVar[str] = "status"
    delivery: ClassVar[Delivery] = Delivery(qos=1, retain=True, expiry_s=None)

    def payload(self) -> bytes:
        content = {"v": VERSION, "d": self.device, "conn": self.conn, "state": State.LOST.value}
        return json.dumps(content, separators=(",", ":")).encode()


@dataclass(frozen=True, slots=True)
class Input:
    """A lane, as the fleet sees it."""

    id: str
    kind: str
    path: str
    baud: int = 0


@dataclass(frozen=True, slots=True)
class Birth:
    """What this box is; values that are not known stay out."""

    tenant: str
    store: str
    sw: str
    model: str = ""
    serial: str = ""
    os: str = ""
    kernel: str = ""
    py: str = ""
    sqlite: str = ""
    cfg_ver: int = 0
    providers: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    inputs: tuple[Input, ...] = ()
    caps: tuple[str, ...] = ()
    """Commands this box answers with more than 'not_supported'."""
    leaf: ClassVar[str] = "birth"
    delivery: ClassVar[Delivery] = Delivery(qos=1, retain=True, expiry_s=None)

    def fields(self, envelope: Envelope) -> Mapping[str, object]:  # noqa: ARG002
        words = ("tenant", "store", "sw", "model", "serial", "os", "kernel", "py", "sqlite")
        known: dict[str, object] = {name: getattr(self, name) for name in words if getattr(self, name)}
        known |= {"cfg_ver": self.cfg_ver, "caps": list(self.caps)}
        known |= {"providers": list(self.providers), "formats": list(self.formats)}
        known["inputs"] = [{"id": i.id, "kind": i.kind, "path": i.path, "baud": i.baud} for i in self.inputs]
        return known


@dataclass(frozen=True, slots=True)
class Health:
    """Numbers only and flat, so that any exporter reads them without being told; not-a-number stays out."""

    numbers: Mapping[str, float]
    leaf: ClassVar[str] = "health"
    delivery: ClassVar[Delivery] = Delivery(qos=1, retain=False, expiry_s=86_400)

    def fields(self, envelope: Envelope) -> Mapping[str, object]:  # noqa: ARG002
        return {name: _plain(number) for name, number in self.numbers.items() if number - number == 0}


@dataclass(frozen=True, slots=True)
class Alert:
    """Something is wrong now. `fix` says what `who` should do; `count` how often it was seen since."""

    id: str
    severity: Severity
    since: datetime
    title: str
    fix: str
    who: Who
    detail: str = ""
    count: int = 1
    delivery: ClassVar[Delivery] = Delivery(qos=1, retain=True, expiry_s=None)

    def __post_init__(self) -> None:
        check_segment(self.id)

    @property
    def leaf(self) -> str:
        return f"alert/{self.id}"

    def fields(self, envelope: Envelope) -> Mapping[str, object]:  # noqa: ARG002
        texts = {"title": self.title, "detail": self.detail, "fix": self.fix}
        return {
            "id": self.id,
            "sev": self.severity.value,
            "since": iso(self.since),
            "who": self.who.value,
            "n": self.count,
            **{name: without_personal_data(text) for name, text in texts.items()},
        }


@dataclass(frozen=True, slots=True)
class Event:
    """Something happened. `number` grows for ever on one device: consumers drop what they have seen."""

    number: int
    kind: str
    at: datetime
    detail: Mapping[str, object] = field(default_factory=dict)
    late: bool = False
    """Older than its connection: do not alarm on it, only count it."""
    leaf: ClassVar[str] = "event"
    delivery: ClassVar[Delivery] = Delivery(qos=1, retain=False, expiry_s=604_800)

    def fields(self, envelope: Envelope) -> Mapping[str, object]:  # noqa: ARG002
        return {
            "n": self.number,
            "kind": self.kind,
            "at": iso(self.at),
            "hist": self.late,
            "detail": without_personal_data(dict(self.detail)),
        }


@dataclass(frozen=True, slots=True)
class Reported:
    """How far `desired` and `job` were followed; errors by setting name, '*' for the whole."""

    cfg_ver: int = 0
    desired_ver: int = 0
    errors: Mapping[str, str] = field(default_factory=dict)
    job: str = ""
    job_state: str = ""
    leaf: ClassVar[str] = "reported"
    delivery: ClassVar[Delivery] = Delivery(qos=1, retain=True, expiry_s=None)

    def fields(self, envelope: Envelope) -> Mapping[str, object]:  # noqa: ARG002
        content: dict[str, object] = {"cfg_ver": self.cfg_ver, "desired_ver": self.desired_ver}
        content["errors"] = dict(self.errors)
        return content | ({"job": {"id": self.job, "state": self.job_state}} if self.job else {})


@dataclass(frozen=True, slots=True)
class Result:
    """The answer to a command; the same id always gets the same answer."""

    id: str
    ok: bool
    code: str
    detail: str = ""
    delivery: ClassVar[Delivery] = Delivery(qos=1, retain=False, expiry_s=3_600)

    @property
    def leaf(self) -> str:
        return f"res/{self.id}"

    def fields(self, envelope: Envelope) -> Mapping[str, object]:  # noqa: ARG002
        return {"id": self.id, "ok": self.ok, "code": self.code, "detail": without_personal_data(self.detail)}


@dataclass(frozen=True, slots=True)
class Command:
    """`cmd/<name>`. `id` names the answer's topic; `expires` is the sender's wall time, None: until it arrives."""

    name: str
    id: str
    arguments: Mapping[str, object]
    by: str
    expires: datetime | None
    to_everyone: bool = False


@dataclass(frozen=True, slots=True)
class Desired:
    """The whole configuration the fleet wants, by rising version."""

    version: int
    document: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Job:
    """At most one at a time: an update, a certificate, a bundle."""

    id: str
    kind: str
    arguments: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class OwnAlert:
    """An alert of ours that the broker holds; perhaps of an earlier life."""

    id: str


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """A message from above that is not what its topic says."""

    leaf: str
    why: str


Downward: TypeAlias = Command | Desired | Job | OwnAlert | NotUnderstood


def iso(moment: datetime) -> str:
    """UTC with milliseconds, 'Z' at the end."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _plain(number: float) -> float:
    """45.0 travels as 45; booleans as 0 and 1."""
    return int(number) if number == int(number) else round(number, 3)
