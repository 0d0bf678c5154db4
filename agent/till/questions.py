"""questions: takes open tasks as the ledger gives them, says which of them this person may answer, and until when."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from agent.acts import Role
from agent.acts.answer import WHOSE
from agent.ledger.moment import iso, parse
from agent.ledger.tasks import Role as TaskRole


def as_asked(task: Mapping[str, Any], role: Role) -> dict[str, Any]:
    """`mine`: this person may answer; `until`: when the box decides by itself (by wall time)."""
    after = task["decide_after_ms"]
    until = iso(parse(task["opened_at"]) + timedelta(milliseconds=after)) if after is not None else ""
    return {**task, "mine": role in WHOSE.get(TaskRole(task["role"]), set()), "until": until}


def mine(card: Mapping[str, Any], role: Role) -> dict[str, Any]:
    """A receipt's card with its questions as this person sees them."""
    return {**card, "questions": [as_asked(question, role) for question in card["questions"]]}
