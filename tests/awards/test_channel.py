"""Channels: by lane, register, or a word on a line."""

import pytest

from agent.awards.channel import channel_of
from agent.receipt import Item, Kind, Receipt, State
from agent.settings import Store

STORE = Store(channels={"drive": ("lane:till-2",), "bar": ("register:4",), "delivery": ("DELIVERY FEE", "COURIER")})


@pytest.mark.parametrize(
    ("lane", "register", "item", "channel"),
    [
        ("till-2", "1", "Beer", "drive"),
        ("till-1", "4", "Beer", "bar"),
        ("till-1", "1", "Delivery fee", "delivery"),
        ("till-1", "1", "Beer", ""),
        ("till-1", None, "Beer", ""),
    ],
)
def test_which(lane: str, register: str | None, item: str, channel: str) -> None:
    paper = Receipt(kind=Kind.SALE, state=State.ACCEPTED, register=register, items=(Item(item, 1, 500),))
    assert channel_of(paper, lane, STORE) == channel
