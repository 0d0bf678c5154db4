"""schema: the ledger's tables, as migrations that run once each, one file a topic; holds no queries."""

from agent.ledger.schema import cards, catalogue, claims, first, people, reconciliation, register, training
from agent.ledger.schema.migrations import MIGRATIONS, OPEN, OPEN_STATES

__all__ = ["MIGRATIONS", "OPEN", "OPEN_STATES", "TOPICS"]

TOPICS = (
    first,
    people,
    catalogue,
    register,
    cards,
    claims,
    reconciliation,
    training,
)
"""In the order their migrations run."""
