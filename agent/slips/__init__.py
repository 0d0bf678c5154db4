"""slips: what the box itself prints on the store's printer: their words, their bytes, and the way there."""

from agent.slips.closing import closing_lines
from agent.slips.paper import OUR_MARK, is_ours, slip_bytes
from agent.slips.printing import can_print, print_slip

__all__ = ["OUR_MARK", "can_print", "closing_lines", "is_ours", "print_slip", "slip_bytes"]
