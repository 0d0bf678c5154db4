"""proof: many steps from a bill to the reading of it that its own sums prove, one file each."""

from agent.formats.proof.choice import Outcome, read_bill
from agent.formats.proof.evidence import quantity_of

__all__ = ["Outcome", "quantity_of", "read_bill"]
