"""settings: one TOML file and the environment, checked as a whole; gives every part its own frozen section."""

import difflib
import os
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, time
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from agent.errors import SettingsError
from agent.taps.lane import DialectName, Lane, TapKind

DEFAULT_FILE = Path("/etc/tillpost/tillpost.toml")
ENV_PREFIX = "TILLPOST_"
ENV_DELIMITER = "__"
NOT_SETTINGS = frozenset({"SETTINGS", "TAP", "TEST_DATA", "CONTAINER"})
"""Variables with our prefix that are no settings: the file's path, the tap's orders, and the tests' switches."""
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Device(Section):
    """This box."""

    id: str = Field("TP-UNCLAIMED", pattern=r"^[A-Za-z0-9-]{1,40}$", description="Serial on the label; MQTT client id.")
    state: Path = Field(Path("/var/lib/tillpost"), description="Folder of the journal and the ledger; a local disk.")
    run: Path = Field(Path("/run/tillpost"), description="Folder of the Unix sockets between the parts.")
    journal_cap_mb: int = Field(
        2048, ge=64, description="The journal's size that raises the alarm; unread is never deleted."
    )
    ballast_mb: int = Field(16, ge=1, description="Room kept so that 'mark as sent' works on a full disk.")


class Store(Section):
    """The shop the box stands in."""

    id: str = Field("store", description="The shop's id at the clouds.")
    name: str = Field("", description="As the owner calls it; on the day's account.")
    timezone: str = Field("America/Los_Angeles", description="IANA zone of the shop's clock.")
    country: str = Field("US", pattern=r"^[A-Z]{2}$", description="Two letters; decides how phone numbers are read.")
    currency: str = Field("USD", pattern=r"^[A-Z]{3}$", description="ISO 4217.")
    exponent: int = Field(2, ge=0, le=3, description="Decimals of the currency: 2 for cents, 0 for yen.")
    closing: str | dict[str, str] = Field(
        "", description="Closing time 'HH:MM', or one per weekday {mon = '21:00', …}; empty: 04:00 next morning."
    )
    day_starts: str = Field("04:00", description="When a new business day begins; a receipt at 01:30 is yesterday's.")
    date_order: Literal["auto", "mdy", "dmy", "ymd"] = Field("auto", description="Breaks ties in printed dates.")
    cash_rounding: int = Field(1, ge=1, le=100, description="Smallest coin in minor units (5 in Canada).")
    nobody: tuple[str, ...] = Field(
        ("No Name", "Walk-in", "Guest", "Cash Customer"), description="Customers meaning none."
    )
    late_signup_hours: float = Field(0, ge=0, description="How long an award waits for a sign-up; 0: the business day.")
    duplicate_decision_minutes: float = Field(
        60, gt=0, description="A possible duplicate is removed after this, logged."
    )
    returns_window_days: int = Field(400, ge=1, description="How long receipts are kept for returns.")

    @field_validator("timezone")
    @classmethod
    def _zone_exists(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except Exception as error:
            raise ValueError(f"no time zone is called {name!r}; take one like 'America/Chicago'") from error
        return name

    @field_validator("closing")
    @classmethod
    def _closing_reads(cls, closing: str | dict[str, str]) -> str | dict[str, str]:
        for day in closing if isinstance(closing, dict) else ():
            if day not in WEEKDAYS:
                raise ValueError(f"no weekday is called {day!r}; use {', '.join(WEEKDAYS)}")
        for text in closing.values() if isinstance(closing, dict) else filter(None, (closing,)):
            time.fromisoformat(text)
        return closing

    @field_validator("day_starts")
    @classmethod
    def _start_reads(cls, text: str) -> str:
        time.fromisoformat(text)
        return text

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


class LaneSettings(Section):
    """One till: a listening port or a serial path."""

    tap: TapKind = Field(description="How the bytes are got: raw_tcp, serial_port or recording.")
    listen: str = Field("0.0.0.0:9100", description="raw_tcp: the address the till prints to.")
    printer: str = Field(
        "", description="raw_tcp: the printer's 'host:port'; serial_port: second port; empty: we answer."
    )
    path: str = Field("", description="serial_port: /dev/serial/by-id/…; recording: the file.")
    baud: int = Field(9600, ge=50)
    parity: Literal["N", "E", "O"] = "N"
    stop_bits: Literal[1, 2] = 1
    data_bits: Literal[7, 8] = 8
    quiet_s: float = Field(
        0, ge=0, description="Silence that ends a job without a cut; 0: 10 s on TCP, 30 s on serial."
    )
    dialect: DialectName = Field(DialectName.AUTO, description="Printer language; auto: by evidence, remembered.")
    code_page: str = Field("cp437", description="Code page when the stream does not say.")
    format: str = Field("generic", description="Receipt format, a file in formats/.")

    @model_validator(mode="after")
    def _path_where_needed(self) -> "LaneSettings":
        if self.tap is not TapKind.RAW_TCP and not self.path:
            raise ValueError(f"tap {self.tap.value!r} needs 'path'")
        return self


class ProviderSettings(Section):
    """One loyalty cloud."""

    kind: Literal["plain_http"] = Field(description="Which adapter speaks to it.")
    base_url: str = Field(pattern=r"^https?://", description="Where it answers.")
    token: str = Field("", repr=False, description="Bearer token; better in a file.")
    token_file: Path | None = Field(None, description="File holding the token (a systemd credential, mode 0600).")
    calls_per_second: float = Field(5, gt=0, le=1000, description="A batch counts as one call.")
    batch: int = Field(50, ge=1, le=1000, description="Facts per batch call.")
    timeout_s: float = Field(20, gt=0, description="An answer later than this counts as unknown.")
    idempotency: Literal["K", "R", "N"] = Field(
        "K", description="What this cloud does with a repeat: K honours our key, R can be read back, N neither."
    )


class Rate(Section):
    """Points per whole currency unit, from a day on."""

    since: date = Field(date(2000, 1, 1), description="First business day this rate holds for.")
    sale: Decimal = Field(Decimal(1), ge=0, description="Points per unit spent.")
    buy: Decimal = Field(Decimal(0), ge=0, description="Points per unit the store pays out for goods it buys.")


class Programme(Section):
    """One set of award rules at one cloud."""

    provider: str = Field(description="Name of a [providers.…] section.")
    rule: Literal["points"] = Field("points", description="What is given: points per currency unit.")
    base: Literal[
        "pre_tax_after_discount", "pre_tax_before_discount", "with_tax_after_discount", "category", "line_net"
    ] = Field("pre_tax_after_discount", description="What the points are counted on.")
    rounding: Literal["floor", "floor_per_line"] = Field("floor", description="Always down; once, or per line.")
    rates: tuple[Rate, ...] = Field((Rate(),), description="Versioned: an old receipt keeps its rate.")
    categories: tuple[str, ...] = Field((), description="base = category: words an item line must hold to count.")
    excluded_tenders: tuple[str, ...] = Field(("LOYALTY", "POINTS"), description="Tenders that are not money paid.")
    excluded_lines: tuple[str, ...] = Field(("GIFT CARD", "DEPOSIT"), description="Item words that earn nothing.")
    minimum: int = Field(0, ge=0, description="Smallest base that earns, minor units.")
    allow_negative_balance: bool = Field(False, description="May a return take back more than was given?")
    hold_seconds: float = Field(0, ge=0, description="Wait before the first send, so that a void costs nothing.")

    @field_validator("rates")
    @classmethod
    def _rates_in_order(cls, rates: tuple[Rate, ...]) -> tuple[Rate, ...]:
        return tuple(sorted(rates, key=lambda rate: rate.since))


class Fleet(Section):
    """Where the box reports to; nothing depends on it."""

    broker: str = Field("", description="'host:port' of the MQTT broker; empty: no uplink.")
    tenant: str = Field("t0", pattern=r"^[A-Za-z0-9_-]{1,32}$")
    tls: bool = Field(True, description="TLS with the box's own certificate.")
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None
    health_s: float = Field(60, gt=0, description="Seconds between health reports.")
    first_connect_s: float = Field(30, ge=0, description="After a start it connects at a random moment within so long.")


class Settings(BaseSettings):
    """Everything the box is told. File first, environment over it (TILLPOST_STORE__NAME=…)."""

    model_config = SettingsConfigDict(
        env_prefix=ENV_PREFIX, env_nested_delimiter=ENV_DELIMITER, extra="forbid", frozen=True
    )

    device: Device = Device()
    store: Store = Store()
    lanes: dict[str, LaneSettings] = Field({}, description="The tills, by name.")
    providers: dict[str, ProviderSettings] = Field({}, description="The clouds, by name.")
    programmes: dict[str, Programme] = Field({}, description="The award rules, by name.")
    fleet: Fleet = Fleet()

    @classmethod
    def settings_customise_sources(  # the five arguments are pydantic's
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment before the file, and nothing else."""
        return env_settings, init_settings

    @model_validator(mode="after")
    def _programmes_have_clouds(self) -> "Settings":
        for name, programme in self.programmes.items():
            if programme.provider not in self.providers:
                wanted = programme.provider
                raise ValueError(
                    f"programmes.{name}.provider is {wanted!r}, but there is no [providers.{wanted}]"
                    f"{_suggestion(wanted, self.providers)}"
                )
        return self

    def tap_lanes(self) -> list[Lane]:
        """The lanes as the tap process takes them."""
        return [Lane(name=name, **lane.model_dump()) for name, lane in self.lanes.items()]


def load(path: Path | None, environ: Mapping[str, str] | None = None) -> Settings:
    """Reads and checks everything; a missing default file means defaults. Raises SettingsError naming each fault."""
    environ = os.environ if environ is None else environ
    written = _read_file(path)
    unknown = sorted(_unknown_environment(environ))
    if unknown:
        raise SettingsError("; ".join(unknown))
    try:
        return Settings(**written)
    except ValidationError as error:
        faults = [_fault_in_words(dict(fault)) for fault in error.errors()]
        raise SettingsError(f"{path or DEFAULT_FILE}: " + "; ".join(faults)) from error


def _read_file(path: Path | None) -> dict[str, Any]:
    file = path or DEFAULT_FILE
    if path is None and not file.exists():
        return {}
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise SettingsError(f"{file}: there is no such file", hint="Name it with --settings FILE.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file}: {error}") from error


def _unknown_environment(environ: Mapping[str, str]) -> Iterator[str]:
    """pydantic-settings skips a misspelt variable without a word; we do not."""
    for variable in environ:
        name = variable.removeprefix(ENV_PREFIX)
        if name == variable or name in NOT_SETTINGS:
            continue
        section = name.split(ENV_DELIMITER)[0].lower()
        if section not in Settings.model_fields:
            advice = _suggestion(section, Settings.model_fields)
            yield f"environment {variable}: no section is called {section!r}{advice}"


def _fault_in_words(fault: dict[str, Any]) -> str:
    place = ".".join(str(part) for part in fault["loc"])
    if fault["type"] == "extra_forbidden":
        return f"{place}: there is no such setting{_suggestion(str(fault['loc'][-1]), _names_beside(fault['loc']))}"
    return (
        f"{place}: {fault['msg'].removeprefix('Value error, ')}"
        if place
        else fault["msg"].removeprefix("Value error, ")
    )


def _names_beside(place: tuple[int | str, ...]) -> list[str]:
    """The names that would have been right where a wrong one stands."""
    model: type[BaseModel] = Settings
    for part in place[:-1]:
        field = model.model_fields.get(str(part))
        if field is None:
            continue  # the name of a lane, cloud or programme, or an index: the model stays
        model = _section_of(field.annotation) or model
    return list(model.model_fields)


def _section_of(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in getattr(annotation, "__args__", ()):
        found = _section_of(argument)
        if found:
            return found
    return None


def _suggestion(wrong: str, names: Any) -> str:
    close = difflib.get_close_matches(wrong, list(names), n=1, cutoff=0.5)
    return f"; did you mean {close[0]!r}?" if close else f"; there are: {', '.join(names)}" if names else ""


class Described(NamedTuple):
    """One setting as people are shown it; secrets are only said to be set."""

    name: str
    value: str
    source: str
    """environment, file or default."""
    default: str
    meaning: str


def described(settings: Settings, path: Path | None) -> Iterator[Described]:
    """Every setting, in the order of the file."""
    written = _read_file(path)
    from_environment = EnvSettingsSource(Settings)()
    yield from _describe(settings, "", written, from_environment)


def _describe(
    model: BaseModel, prefix: str, written: Mapping[str, Any], variables: Mapping[str, Any]
) -> Iterator[Described]:
    for name, field in type(model).model_fields.items():
        value, place = getattr(model, name), f"{prefix}{name}"
        inner = value.items() if isinstance(value, dict) else ()
        if isinstance(value, BaseModel):
            yield from _describe(value, f"{place}.", written.get(name, {}), variables.get(name, {}))
        elif any(isinstance(section, BaseModel) for _, section in inner):
            for key, section in value.items():
                yield from _describe(
                    section, f"{place}.{key}.", written.get(name, {}).get(key, {}), variables.get(name, {}).get(key, {})
                )
        else:
            source = "environment" if name in variables else "file" if name in written else "default"
            shown = "(set)" if name == "token" and value else _in_words(value)
            default = "(needed)" if field.is_required() else _in_words(field.get_default())
            yield Described(place, shown, source, default, field.description or "")


def _in_words(value: Any) -> str:
    """As it would stand in the file, but for sections in a list."""
    if isinstance(value, tuple):
        return ", ".join(_in_words(one) for one in value)
    if isinstance(value, BaseModel):
        return "{" + ", ".join(f"{name} = {_in_words(one)}" for name, one in value) + "}"
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
