"""masking: card numbers out, before anything is kept; takes and gives bytes of the same length."""

from agent.masking.card_mask import WITHHELD_BYTES, CardMask

__all__ = ["WITHHELD_BYTES", "CardMask"]
