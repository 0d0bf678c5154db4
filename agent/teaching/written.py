"""written: takes a lesson, gives it as the text of a format file; saves nothing."""

import json
from collections import defaultdict

from agent.teaching.lesson import IDENTIFIERS, Lesson

HEAD = """# {name}: written by 'tillpost teach' from {count} receipts of this till. To change it: docs/formats.md.

name = {quoted}
extends = {extends}
drawn_from = {drawn_from}
seen_in_service = true
"""


def as_toml(lesson: Lesson, name: str, extends: str, count: int) -> str:
    """The whole file. What it says nothing of is as in the format it extends."""
    parts = [
        HEAD.format(
            name=name,
            count=count,
            quoted=_text(name),
            extends=_text(extends),
            drawn_from=_text(f"{count} receipts of this store's own till"),
        )
    ]
    money = [
        f"{key} = {_text(value)}"
        for key, value in (("decimal", lesson.decimal), ("currency", lesson.currency))
        if value
    ]
    parts += [_table("[money]", money)] if money else []
    parts += [_table("[dates]", [f"order = {_text(lesson.order)}"])] if lesson.order else []
    by_role: dict[str, list[str]] = defaultdict(list)
    for role, phrase in lesson.labels:
        by_role[role.value].append(phrase)
    parts += [
        _table("[[labels]]", [f"role = {_text(role)}", f"phrases = {_list(phrases)}"])
        for role, phrases in by_role.items()
    ]
    named = {field: [phrase for one, phrase in lesson.identifiers if one == field] for field in IDENTIFIERS}
    lines = [f"{field} = {_list(phrases)}" for field, phrases in named.items() if phrases]
    parts += [_table("[identifiers]", lines)] if lines else []
    parts += [_table("[customer]", [f"labels = {_list(lesson.customer)}"])] if lesson.customer else []
    return "\n".join(parts)


def _table(heading: str, lines: list[str]) -> str:
    return "\n".join((heading, *lines)) + "\n"


def _list(phrases: list[str] | tuple[str, ...]) -> str:
    return f"[{', '.join(_text(phrase) for phrase in phrases)}]"


def _text(text: str) -> str:
    """A JSON string is a TOML basic string."""
    return json.dumps(text, ensure_ascii=False)
