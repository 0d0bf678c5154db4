"""lanes: the settings of one till."""

from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from agent.dialects.code_pages import page_named
from agent.settings.section import Section
from agent.taps.lane import PORTS, DialectName, TapKind

LOWEST_BAUD = 50
HIGHEST_PAGE = 255


class LaneSettings(Section):
    """One till: a listening port or a serial path."""

    tap: TapKind = Field(
        description="How the bytes are got: raw_tcp, serial_port, wire_tap, lpd, epos_http, star_webprnt or recording."
    )
    listen: str = Field(
        "", description="Over the network: the address the till prints to; empty: every address, the way's usual port."
    )
    printer: str = Field(
        "", description="Over the network: the printer's 'host:port'; serial_port: second port; empty: we answer."
    )
    path: str = Field("", description="serial_port, wire_tap: /dev/serial/by-id/…; recording: the file.")
    baud: int = Field(9600, description="Speed of the line; 0: the wire tap finds it out.")
    parity: Literal["N", "E", "O"] = "N"
    stop_bits: Literal[1, 2] = 1
    data_bits: Literal[7, 8] = 8
    quiet_s: float = Field(
        0, ge=0, description="Silence that ends a job without a cut; 0: 10 s on TCP, 30 s on serial."
    )
    dialect: DialectName = Field(DialectName.AUTO, description="Printer language; auto: by evidence, remembered.")
    code_page: str = Field("cp437", description="Code page when the stream does not say, by name: cp858, gb18030, …")
    code_pages: dict[str, str] = Field(
        {}, description="What the till's page numbers mean where the printer has its own: {'16' = 'cp1252'}."
    )
    paper_mm: Literal[58, 80] = Field(80, description="Width of the paper roll: 80 mm (576 dots) or 58 mm (384).")
    format: str = Field("generic", description="Receipt format; 'tillpost formats' lists them.")

    @model_validator(mode="before")
    @classmethod
    def _usual_port(cls, values: Any) -> Any:
        if isinstance(values, dict) and not values.get("listen") and (port := PORTS.get(values.get("tap", ""))):
            return {**values, "listen": f"0.0.0.0:{port}"}
        return values

    @field_validator("code_page")
    @classmethod
    def _known_page(cls, name: str) -> str:
        if not (page := page_named(name)):
            raise ValueError(
                f"no code page is called {name!r}; some are cp437, cp850, cp858, cp1252, gb18030, shift_jis"
            )
        return page

    @field_validator("code_pages")
    @classmethod
    def _known_pages(cls, pages: dict[str, str]) -> dict[str, str]:
        if wrong := [number for number in pages if not (number.isdecimal() and int(number) <= HIGHEST_PAGE)]:
            raise ValueError(f"a page's number is 0 to {HIGHEST_PAGE}, and {wrong[0]!r} is none")
        return {number: cls._known_page(name) for number, name in pages.items()}

    @model_validator(mode="after")
    def _path_where_needed(self) -> "LaneSettings":
        if not self.tap.port and not self.path:
            raise ValueError(f"tap {self.tap.value!r} needs 'path'")
        if self.baud < LOWEST_BAUD and not (self.baud == 0 and self.tap is TapKind.WIRE_TAP):
            raise ValueError(f"'baud' is at least {LOWEST_BAUD} (only a wire tap finds it out, with 0)")
        return self
