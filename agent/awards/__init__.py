"""awards: takes a receipt and a programme's rules, gives the award or why there is none; sends and stores nothing."""

from agent.awards.decision import (
    NO_CUSTOMER,
    Award,
    Cause,
    GivenAward,
    NoAward,
    already_counted,
    decide,
    fact_body,
    fact_key,
)

__all__ = [
    "NO_CUSTOMER",
    "Award",
    "Cause",
    "GivenAward",
    "NoAward",
    "already_counted",
    "decide",
    "fact_body",
    "fact_key",
]
