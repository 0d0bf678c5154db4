"""whole: all sections together, read from one TOML file and the environment, checked as one."""

import difflib
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from agent.errors import SettingsError
from agent.settings.catalogue import Catalogue
from agent.settings.catch_up import CatchUp
from agent.settings.clouds import CloudSettings
from agent.settings.contradictions import contradictions
from agent.settings.device import Device
from agent.settings.fleet import Fleet
from agent.settings.lanes import LaneSettings
from agent.settings.page import Page
from agent.settings.programmes import Programme
from agent.settings.reconciliation import Reconciliation
from agent.settings.store import Store
from agent.taps.lane import Lane, TapKind
from agent.toml_lines import TomlLines

DEFAULT_FILE = Path("/etc/tillpost/tillpost.toml")
ENV_PREFIX = "TILLPOST_"
ENV_DELIMITER = "__"
NOT_SETTINGS = frozenset({"SETTINGS", "TAP", "TEST_DATA", "CONTAINER"})
"""Variables with our prefix that are no settings: the file's path, the tap's orders, and the tests' switches."""


class Settings(BaseSettings):
    """Everything the box is told. File first, environment over it (TILLPOST_STORE__NAME=…)."""

    model_config = SettingsConfigDict(
        env_prefix=ENV_PREFIX, env_nested_delimiter=ENV_DELIMITER, extra="forbid", frozen=True
    )

    device: Device = Device()
    store: Store = Store()
    lanes: dict[str, LaneSettings] = Field({}, description="The tills, by name.")
    providers: dict[str, CloudSettings] = Field({}, description="The clouds, by name.")
    programmes: dict[str, Programme] = Field({}, description="The award rules, by name.")
    catalogue: Catalogue = Catalogue()
    reconciliation: Reconciliation = Reconciliation()
    catch_up: CatchUp = CatchUp()
    fleet: Fleet = Fleet()
    page: Page = Page()

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
                    f"{suggestion(wanted, self.providers)}"
                )
        return self

    @model_validator(mode="after")
    def _nothing_contradicts(self) -> "Settings":
        faults = list(contradictions(self.lanes, self.store))
        if faults:
            raise ValueError("; ".join(faults))
        return self

    @model_validator(mode="after")
    def _closing_slip_can_be_printed(self) -> "Settings":
        wanted = self.store.closing_slip
        able = [name for name, lane in self.lanes.items() if lane.tap is TapKind.RAW_TCP and lane.printer]
        if wanted and wanted not in able:
            raise ValueError(
                f"store.closing_slip is {wanted!r}, which is no raw_tcp lane with a printer; a tap that only listens"
                f" cannot print{suggestion(wanted, able)}"
            )
        return self

    def tap_lanes(self) -> list[Lane]:
        """The lanes as the tap process takes them."""
        return [
            Lane(name=name, formats=str(self.device.formats_folder), **lane.model_dump())
            for name, lane in self.lanes.items()
        ]


def load(path: Path | None, environ: Mapping[str, str] | None = None) -> Settings:
    """Reads and checks everything; a missing default file means defaults. Raises SettingsError naming each fault."""
    environ = os.environ if environ is None else environ
    written = read_file(path)
    unknown = sorted(_unknown_environment(environ))
    if unknown:
        raise SettingsError("; ".join(unknown))
    try:
        return Settings(**written)
    except ValidationError as error:
        lines = _lines_of(path)
        faults = [_with_line(_fault_in_words(dict(fault)), lines) for fault in error.errors()]
        raise SettingsError(f"{path or DEFAULT_FILE}: " + "; ".join(faults)) from error


def _lines_of(path: Path | None) -> TomlLines:
    file = path or DEFAULT_FILE
    return TomlLines(file.read_text(encoding="utf-8") if file.exists() else "")


def _with_line(fault: str, lines: TomlLines) -> str:
    """By the first name in it, which is where the fault stands; one that only the environment says has no line."""
    name = re.match(r"[A-Za-z_]+(?:\.[A-Za-z0-9_-]+)*", fault)
    line = lines.nearest(name[0].split(".")) if name else None
    return f"line {line}: {fault}" if line else fault


def read_file(path: Path | None) -> dict[str, Any]:
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
            advice = suggestion(section, Settings.model_fields)
            yield f"environment {variable}: no section is called {section!r}{advice}"


def _fault_in_words(fault: dict[str, Any]) -> str:
    place = ".".join(str(part) for part in _as_written(fault["loc"]))
    if fault["type"] == "extra_forbidden":
        return f"{place}: there is no such setting{suggestion(str(fault['loc'][-1]), _names_beside(fault['loc']))}"
    if fault["type"] == "union_tag_invalid":
        wrong, kinds = str(fault["ctx"]["tag"]), re.findall(r"'(\w+)'", fault["ctx"]["expected_tags"])
        return f"{place}.kind: there is no kind {wrong!r}{suggestion(wrong, kinds)}"
    if fault["type"] == "union_tag_not_found":
        return f"{place}.kind: this is needed; it says which adapter speaks to this cloud"
    said = fault["msg"].removeprefix("Value error, ")
    return f"{place}: {said}" if place else said


def _as_written(place: tuple[int | str, ...]) -> Iterator[int | str]:
    """Without the kind of a cloud, which pydantic puts after the cloud's name."""
    for depth, part in enumerate(place):
        if not (depth == 2 and place[0] == "providers"):
            yield part


def _names_beside(place: tuple[int | str, ...]) -> list[str]:
    """The names that would have been right where a wrong one stands."""
    sections: list[type[BaseModel]] = [Settings]
    for part in place[:-1]:
        of_kind = [section for section in sections if _kind_of(section) == part]
        fields = [section.model_fields[str(part)] for section in sections if str(part) in section.model_fields]
        # else the name of a lane, cloud or programme, or an index: the sections stay
        sections = of_kind or [inner for field in fields for inner in _sections_of(field.annotation)] or sections
    return list(dict.fromkeys(name for section in sections for name in section.model_fields))


def _kind_of(section: type[BaseModel]) -> str | None:
    field = section.model_fields.get("kind")
    return str(field.default) if field else None


def _sections_of(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [found for argument in getattr(annotation, "__args__", ()) for found in _sections_of(argument)]


def suggestion(wrong: str, names: Any) -> str:
    close = difflib.get_close_matches(wrong, list(names), n=1, cutoff=0.5)
    return f"; did you mean {close[0]!r}?" if close else f"; there are: {', '.join(names)}" if names else ""
