"""conformance: what every adapter must do with its sandbox, whatever the cloud speaks; knows no adapter.

A check takes an open pair and a way to make facts. `deliver` follows the idempotency classes as the product does, so
that the checks can ask for an exact ledger after any misbehaviour.
"""

from collections.abc import Awaitable, Callable

from tests.providers.conformance import people, sending
from tests.providers.pairs import Pair

Check = Callable[[Pair], Awaitable[None]]

CHECKS: tuple[Check, ...] = (
    sending.awards_once,
    sending.a_repeat_counts_once,
    sending.takes_back,
    sending.answers_a_batch_in_order,
    sending.a_full_batch_arrives_whole,
    sending.sends_nothing_for_nothing,
    sending.nobody_has_this_phone,
    sending.two_have_this_phone,
    sending.finds_members,
    sending.a_refusal_has_a_reason,
    sending.bad_credentials_stop_the_provider,
    sending.too_many_calls_wait_as_long_as_told,
    sending.away_is_later,
    sending.a_lost_answer_is_unknown,
    sending.a_slow_answer_is_unknown,
    sending.a_lost_answer_for_a_batch_is_unknown_for_each,
    sending.the_ledger_is_exact_after_each_fault,
    sending.the_ledger_is_exact_under_constant_misbehaviour,
    sending.reads_back,
    sending.a_failed_look_is_not_a_miss,
    people.the_person_at_the_tablet,
    people.signs_up_once,
    people.reserves_and_redeems,
    people.gives_a_reservation_back,
    people.voids_a_whole_award,
    people.estimates_without_booking,
    people.tells_its_products,
    people.what_it_lacks_it_says,
    sending.a_blind_resend_would_show,
)
NEED_LITTLE_PATIENCE: frozenset[Check] = frozenset({sending.a_slow_answer_is_unknown})
"""They really let the adapter's time-out pass."""
