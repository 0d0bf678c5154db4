"""awards: takes a receipt and a programme's rules, gives the award or why there is none; sends and stores nothing."""

from agent.awards.decision import NO_CUSTOMER, already_counted, decide
from agent.awards.fact import FACT_VERSION, fact_body, fact_key
from agent.awards.occasion import Award, Cause, GivenAward, NoAward, Punch, Unit

__all__ = [
    "FACT_VERSION",
    "NO_CUSTOMER",
    "Award",
    "Cause",
    "GivenAward",
    "NoAward",
    "Punch",
    "Unit",
    "already_counted",
    "decide",
    "fact_body",
    "fact_key",
]
