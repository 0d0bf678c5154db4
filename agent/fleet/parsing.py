"""parsing: takes a topic and bytes from above, gives the message they are, or why they are none; does no I/O."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from agent.fleet.address import Address, check_segment
from agent.fleet.messages import Command, Desired, Downward, Job, NotUnderstood, OwnAlert

MAX_PAYLOAD = 64 * 1024
"""A message from above longer than this is nobody's command."""


def read_message(address: Address, topic: str, content: bytes) -> Downward | None:
    """What came from above, checked; None: nothing to do (not ours, or an empty retained topic). Never raises."""
    leaf = address.leaf(topic)
    if leaf is None or not content:
        return None
    if leaf.startswith("alert/"):
        return OwnAlert(leaf.removeprefix("alert/"))
    try:
        return _read(leaf, _object(content), to_everyone=topic != address.topic(leaf))
    except ValueError as error:
        return NotUnderstood(leaf, str(error))


def _read(leaf: str, fields: Mapping[str, Any], *, to_everyone: bool) -> Downward:
    if leaf == "desired":
        return Desired(_whole(fields.get("ver")), fields)
    arguments = fields.get("args") or {}
    if not isinstance(arguments, dict):
        raise ValueError("args is not an object")  # noqa: TRY004 -- one kind of error for one kind of fault
    if leaf == "job":
        return Job(_name(fields.get("id")), _name(fields.get("kind")), arguments)
    name = _name(leaf.removeprefix("cmd/"))
    return Command(
        name, _name(fields.get("id")), arguments, str(fields.get("by", "")), _moment(fields.get("exp")), to_everyone
    )


def _object(content: bytes) -> dict[str, Any]:
    if len(content) > MAX_PAYLOAD:
        raise ValueError(f"longer than {MAX_PAYLOAD} bytes")
    try:
        fields = json.loads(content)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise ValueError("not JSON") from error
    if not isinstance(fields, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004
    return fields


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError("ver is not a whole number")
    return value


def _name(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("a name is missing")  # noqa: TRY004
    return check_segment(value)


def _moment(value: object) -> datetime | None:
    if value is None:
        return None
    moment = datetime.fromisoformat(str(value))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
