"""cloud_health: takes one cloud's answers, says how it stands and until when to leave it alone; calls nobody."""

from collections.abc import Sequence
from enum import StrEnum
from random import Random

from agent.backoff import LONGEST_RETRY_AFTER_S, full_jitter_s
from agent.providers import AlreadyDone, Answer, Done, Later, Refused, Unknown

AWAY_AT_FAULTS = 2
"""One fault may be the fact's own; the second in a row is the cloud's or the line's."""
PROBE_STOPPED_S = 300.0
"""How often, at most, a cloud that does not let us in is asked whether it does again."""


class Standing(StrEnum):
    OK = "ok"
    AWAY = "away"
    """Not to be reached, or in trouble of its own: comes back by itself."""
    STOPPED = "stopped"
    """It does not accept us: somebody has to mend that."""


class CloudHealth:
    """In RAM but for its standing: after a restart the first call tells the rest anew. `now` is monotonic seconds."""

    def __init__(self, random: Random) -> None:
        self.faults, self.quiet_until = 0, float("-inf")
        self._random = random
        self._checked = self._stopped = False

    def resume(self, before: str) -> None:
        """The standing when the last process ended: not in good health means to ask first."""
        self._stopped = before == Standing.STOPPED
        self.faults = AWAY_AT_FAULTS if before == Standing.AWAY else 0

    @property
    def must_be_asked(self) -> bool:
        """Before the next fact goes out, `check` has to go well."""
        return self._stopped or (self.faults > 0 and not self._checked)

    @property
    def on_trial(self) -> bool:
        """It answered after a fault, but no fact has arrived since: one at a time."""
        return self.faults > 0

    def answered(
        self, given: Sequence[Answer], faults_before: int, *, longest_s: float, now: float
    ) -> tuple[Standing, str]:
        """What one call's answers say: (standing, why). `faults_before` as they were when that call began, because of
        several calls out in one outage only one counts."""
        refusal = next((answer for answer in given if isinstance(answer, Refused) and answer.stops_provider), None)
        if refusal:
            return self._locked_out(refusal.why, now)
        if not all(isinstance(answer, Later | Unknown) for answer in given):
            self.faults, self._checked = 0, False
            return Standing.OK, ""
        first = given[0]
        if isinstance(first, Later) and first.after_s is not None:
            self.quiet_until = max(self.quiet_until, now + min(first.after_s, LONGEST_RETRY_AFTER_S))
        elif self.faults == faults_before:
            self._fault(longest_s, now)
        return self._standing(first)

    def checked(self, answer: Answer, *, longest_s: float, now: float) -> tuple[Standing, str]:
        """What the answer to `check` says."""
        if isinstance(answer, Done | AlreadyDone):
            self.faults, self._checked, self._stopped = max(1, self.faults), True, False
            return Standing.OK, ""
        if isinstance(answer, Refused):
            return self._locked_out(answer.why, now)
        self._fault(longest_s, now)
        # whoever locked us out and is only out of reach now has not let us in again
        return (Standing.STOPPED, "") if self._stopped else self._standing(answer)

    def _locked_out(self, why: str, now: float) -> tuple[Standing, str]:
        self._stopped, self.quiet_until = True, now + PROBE_STOPPED_S * self._random.uniform(0.5, 1.0)
        return Standing.STOPPED, why

    def _fault(self, longest_s: float, now: float) -> None:
        self.faults, self._checked = self.faults + 1, False
        self.quiet_until = now + full_jitter_s(self.faults, longest_s, self._random)

    def _standing(self, answer: Answer) -> tuple[Standing, str]:
        if self.faults < AWAY_AT_FAULTS:
            return Standing.OK, ""
        return Standing.AWAY, getattr(answer, "why", "") or type(answer).__name__
