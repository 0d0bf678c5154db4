"""How a cloud stands: one fault may be the fact's, two are the cloud's; locked out stays locked out until checked."""

from random import Random

from agent.cloud_health import PROBE_STOPPED_S, CloudHealth, Standing
from agent.providers import Answer, Done, Later, NoMember, Refused, Unknown

LINE_DOWN, LOCKED_OUT = Unknown("no answer"), Refused("HTTP 401", stops_provider=True)


def hear(health: CloudHealth, *given: Answer, before: int | None = None, now: float = 0.0) -> Standing:
    began_with = health.faults if before is None else before
    return health.answered(given, began_with, longest_s=900, now=now)[0]


def test_the_second_fault_in_a_row_means_away_and_any_answer_means_well() -> None:
    health = CloudHealth(Random(1))
    assert hear(health, LINE_DOWN) is Standing.OK
    assert health.must_be_asked
    assert hear(health, LINE_DOWN) is Standing.AWAY
    assert health.checked(Done("ok"), longest_s=900, now=0)[0] is Standing.OK
    assert not health.must_be_asked
    assert health.on_trial
    assert hear(health, LINE_DOWN, NoMember()) is Standing.OK
    assert not health.on_trial


def test_calls_out_together_count_as_one_fault() -> None:
    health = CloudHealth(Random(1))
    for _ in range(4):
        hear(health, LINE_DOWN, before=0)
    assert health.faults == 1


def test_retry_after_is_a_pause_and_not_a_fault() -> None:
    health = CloudHealth(Random(1))
    assert hear(health, Later("too many", 90.0), now=10) is Standing.OK
    assert (health.quiet_until, health.faults) == (100, 0)
    hear(health, Later("too many", 86_400.0), now=10)
    assert health.quiet_until == 3610


def test_locked_out_ends_only_when_check_says_so() -> None:
    health = CloudHealth(Random(1))
    assert hear(health, LOCKED_OUT, now=0) is Standing.STOPPED
    assert 0 < health.quiet_until <= PROBE_STOPPED_S
    assert health.checked(LINE_DOWN, longest_s=900, now=0)[0] is Standing.STOPPED
    assert health.checked(Refused("still not"), longest_s=900, now=0)[0] is Standing.STOPPED
    assert health.must_be_asked
    assert health.checked(Done("ok"), longest_s=900, now=0)[0] is Standing.OK
    assert not health.must_be_asked


def test_a_restart_remembers_how_it_stood() -> None:
    for before, asked in ((Standing.OK, False), (Standing.AWAY, True), (Standing.STOPPED, True)):
        health = CloudHealth(Random(1))
        health.resume(before)
        assert health.must_be_asked is asked
