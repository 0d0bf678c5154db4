"""lane: one listening port or serial path as the settings name it; plain values, so that the tap needs no pydantic."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum

from agent.dialects.name import DialectName
from agent.wrapping.kinds import Wrapping

__all__ = ["DialectName", "Lane", "TapKind", "from_json", "to_json"]


NARROW_MM = 60


class TapKind(StrEnum):
    RAW_TCP = "raw_tcp"
    SERIAL_PORT = "serial_port"
    WIRE_TAP = "wire_tap"
    RECORDING = "recording"
    LPD = "lpd"
    EPOS_HTTP = "epos_http"
    STAR_WEBPRNT = "star_webprnt"

    @property
    def wrapping(self) -> Wrapping:
        """What print data travels in on this way."""
        return _WRAPPINGS.get(self, Wrapping.NONE)

    @property
    def port(self) -> int:
        """The TCP port tills print to on this way; 0: it listens nowhere."""
        return PORTS.get(self, 0)

    @property
    def serial(self) -> bool:
        """Bytes come as they go over an RS-232 line, which has no connections."""
        return self in (TapKind.SERIAL_PORT, TapKind.WIRE_TAP)

    @property
    def outlives_us(self) -> bool:
        """What the line brings while we are dead or the box starts anew is held elsewhere and comes later."""
        return self is TapKind.WIRE_TAP


_WRAPPINGS = {TapKind.LPD: Wrapping.LPD, TapKind.EPOS_HTTP: Wrapping.HTTP, TapKind.STAR_WEBPRNT: Wrapping.HTTP}
PORTS = {TapKind.RAW_TCP: 9100, TapKind.LPD: 515, TapKind.EPOS_HTTP: 80, TapKind.STAR_WEBPRNT: 80}
"""The ways that listen on the network."""


@dataclass(frozen=True, slots=True)
class Lane:
    """Settings of one lane. Addresses are 'host:port'; with an empty `printer` we answer for one."""

    name: str
    tap: TapKind
    listen: str = ""
    """Ways over the network: where the till connects."""
    printer: str = ""
    """Ways over the network: the store's printer; serial_port: the second port, passed through to, both ways."""
    path: str = ""
    """serial_port, wire_tap: /dev/serial/by-id/…; recording: the captured file."""
    baud: int = 9600
    """0: the wire tap finds it out."""
    parity: str = "N"
    stop_bits: int = 1
    data_bits: int = 8
    quiet_s: float = 0
    """Silence that ends a job without a cut; 0: 10 s on TCP, 30 s on serial (paper change, flow control), 2 minutes
    where the protocol itself says where a job ends."""
    dialect: DialectName = DialectName.AUTO
    code_page: str = "cp437"
    code_pages: Mapping[str, str] = field(default_factory=dict)
    """What the till's page numbers mean where the printer counts them its own way."""
    format: str = "generic"
    formats: str = ""
    """Folder of the store's own formats; empty: only those that come with the product."""
    paper_mm: int = 80
    captured_in: Wrapping = Wrapping.NONE
    """recording: what the file's print data travels in."""

    @property
    def paper_dots(self) -> int:
        """Dots a line of this paper holds, at 8 to the millimetre: the printable part of 58 or 80 mm."""
        return 384 if self.paper_mm <= NARROW_MM else 576

    @property
    def quiet_seconds(self) -> float:
        return self.quiet_s or (30.0 if self.tap.serial else 120.0 if self.wrapping else 10.0)

    @property
    def wrapping(self) -> Wrapping:
        """A captured file is looked at: it may be of any way."""
        return self.captured_in or self.tap.wrapping


def to_json(lanes: list[Lane]) -> str:
    return json.dumps([asdict(lane) for lane in lanes])


def from_json(text: str) -> list[Lane]:
    """The inverse of `to_json`; the text comes from our own settings, so nothing is checked again."""
    return [
        Lane(
            **{
                **fields,
                "tap": TapKind(fields["tap"]),
                "dialect": DialectName(fields["dialect"]),
                "captured_in": Wrapping(fields.get("captured_in", "")),
            }
        )
        for fields in json.loads(text)
    ]
