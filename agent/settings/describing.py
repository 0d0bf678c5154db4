"""describing: every setting as people are shown it, and where its value comes from."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel
from pydantic_settings import EnvSettingsSource

from agent.settings.whole import Settings, read_file


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
    written = read_file(path)
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
            shown = "(set)" if not field.repr and value else in_words(value)
            default = "(needed)" if field.is_required() else in_words(field.get_default())
            yield Described(place, shown, source, default, field.description or "")


def in_words(value: Any) -> str:
    """As it would stand in the file, but for sections in a list."""
    if isinstance(value, tuple):
        return ", ".join(in_words(one) for one in value)
    if isinstance(value, BaseModel):
        return "{" + ", ".join(f"{name} = {in_words(one)}" for name, one in value) + "}"
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
