"""ledger: the only code that speaks SQL; one thread owns one SQLite connection, everybody else asks it."""

from agent.ledger.owner import Ledger

__all__ = ["Ledger"]
