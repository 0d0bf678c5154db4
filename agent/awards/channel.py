"""channel: takes a receipt and the store's ways of selling, says by which it was sold; '' where none is told apart."""

from agent.awards.goods import holds
from agent.receipt import Receipt
from agent.settings import Store

LANE, REGISTER = "lane:", "register:"


def channel_of(receipt: Receipt, lane: str, store: Store) -> str:
    """The first channel one of whose marks fits: 'lane:NAME', 'register:NUMBER', or a word on a line of the receipt."""
    lines = [*(item.text for item in receipt.items), *(label for label, _ in (*receipt.tenders, *receipt.discounts))]
    for name, marks in store.channels.items():
        if any(_fits(mark, receipt, lane, lines) for mark in marks):
            return name
    return ""


def _fits(mark: str, receipt: Receipt, lane: str, lines: list[str]) -> bool:
    if mark.startswith(LANE):
        return mark.removeprefix(LANE) == lane
    if mark.startswith(REGISTER):
        return mark.removeprefix(REGISTER) == receipt.register
    return any(holds((mark,), line) for line in lines)
