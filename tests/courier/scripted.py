"""scripted: a cloud with a ledger of its own that answers as a test writes it down; speaks no HTTP."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agent.providers import (
    AlreadyDone,
    Answer,
    Call,
    Done,
    Idempotency,
    Later,
    Limits,
    NotFound,
    Traits,
    Unknown,
)
from agent.providers.lacking import Lacking
from tests.courier.shop import CountingClock
from tests.ledger.facts import CLOUD, fact


@dataclass
class ScriptedCloud(Lacking):
    """A cloud with a ledger of its own that answers as `script` says: per fact the next answers, then Done.

    `applied` counts what really happened there: Done applies, and so does Unknown when `applies_unknown`.
    """

    idempotency: Mapping[Call, Idempotency]
    script: dict[str, list[Answer]] = field(default_factory=dict)
    limits: Limits = field(default_factory=lambda: Limits(batch=1))
    applies_unknown: bool = True
    up: bool = True
    check_answer: Answer = field(default_factory=lambda: Done("ok"))
    applied: dict[str, int] = field(default_factory=dict)
    calls: list[tuple[float, str, tuple[str, ...]]] = field(default_factory=list)
    clock: CountingClock | None = None
    name: str = CLOUD
    traits: Traits = field(default_factory=Traits)

    async def check(self) -> Answer:
        self._call("check", ())
        return self.check_answer if self.up else Later("the line is down")

    async def award(self, facts: Sequence[Mapping[str, Any]]) -> Sequence[Answer]:
        self._call("award", tuple(one["key"] for one in facts))
        return [self._answer(one["key"]) for one in facts]

    async def take_back(self, facts: Sequence[Mapping[str, Any]]) -> Sequence[Answer]:
        return await self.award(facts)

    async def read_back(self, fact: Mapping[str, Any]) -> Answer:
        self._call("read_back", (fact["key"],))
        if not self.up:
            return Later("the line is down")
        scripted = self.script.get("look:" + fact["key"])
        if scripted:
            return scripted.pop(0)
        return AlreadyDone("r-" + fact["key"]) if self.applied.get(fact["key"]) else NotFound()

    def _call(self, verb: str, keys: tuple[str, ...]) -> None:
        self.calls.append((self.clock.monotonic() if self.clock else 0.0, verb, keys))

    def _answer(self, key: str) -> Answer:
        if not self.up:
            return Later("the line is down")
        scripted = self.script.get(key)
        answer = scripted.pop(0) if scripted else Done("r-" + key)
        if isinstance(answer, Done) or (isinstance(answer, Unknown) and self.applies_unknown):
            already = self.applied.get(key, 0)
            if already and self.idempotency[Call.AWARD] is Idempotency.KEY:
                return AlreadyDone("r-" + key)
            self.applied[key] = already + 1
        return answer

    def verbs(self) -> list[str]:
        return [verb for _, verb, _ in self.calls]


def scripted(idempotency: Idempotency, *, reads_back: bool = False, **more: Any) -> ScriptedCloud:
    able = {Call.CHECK: Idempotency.KEY, Call.AWARD: idempotency, Call.TAKE_BACK: idempotency}
    return ScriptedCloud(able | ({Call.READ_BACK: Idempotency.KEY} if reads_back else {}), **more)


def key(number: int = 1) -> str:
    return str(fact(number)["key"])
