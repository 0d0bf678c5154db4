"""paths: takes a JSON value and a dotted path, gives what stands there; knows no cloud."""

from collections.abc import Iterator, Mapping
from typing import Any


def at(body: Any, path: str) -> Any:
    """'payload.user.id' or 'data.0.id'; None when nothing stands there. An empty path is the value itself."""
    for part in filter(None, path.split(".")):
        if isinstance(body, Mapping):
            body = body.get(part)
        elif isinstance(body, list) and part.isdigit() and int(part) < len(body):
            body = body[int(part)]
        else:
            return None
    return body


def text_at(body: Any, path: str) -> str:
    found = at(body, path) if path else None
    return str(found) if isinstance(found, str | int | float) and not isinstance(found, bool) else ""


def whole_at(body: Any, path: str) -> int | None:
    """A whole number there, also written as text or with decimals (cut off)."""
    try:
        return int(float(text_at(body, path)))
    except (ValueError, OverflowError):
        return None


def objects_at(body: Any, path: str) -> list[Mapping[str, Any]]:
    """The objects of the list there; one object alone counts as a list of one."""
    found = at(body, path)
    if isinstance(found, Mapping):
        return [found]
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def texts_in(body: Any) -> Iterator[str]:
    """Every text and number anywhere inside, for looking whether a record is the one asked for."""
    if isinstance(body, Mapping):
        for inner in body.values():
            yield from texts_in(inner)
    elif isinstance(body, list):
        for inner in body:
            yield from texts_in(inner)
    elif isinstance(body, str | int) and not isinstance(body, bool):
        yield str(body)
