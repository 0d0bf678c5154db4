"""misbehaviour: what a sandbox cloud is told to do wrong, and to which of its next calls; does none of it."""

import random
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Fault(StrEnum):
    SLOW = "slow"
    """Applies at once, answers after `seconds`."""
    REFUSE = "refuse"
    """Refuses every fact of the call, applies none."""
    ERROR_BEFORE = "error_before"
    """500, nothing applied."""
    ERROR_AFTER = "error_after"
    """Applies, then 500."""
    DROP_BEFORE = "drop_before"
    """Closes the connection, nothing applied."""
    DROP_AFTER = "drop_after"
    """Applies, then closes the connection without a word."""
    RATE_LIMIT = "rate_limit"
    """429 with Retry-After, nothing applied."""
    FORGET_KEY = "forget_key"
    """Applies even what it has applied before, so that a blind resend shows in the ledger."""
    GARBAGE = "garbage"
    """Applies, then 200 with a page of HTML."""
    WRONG_KEY = "wrong_key"
    """Applies, then 200 naming another fact's key."""
    PENDING = "pending"
    """Applies, then says that it is still at work on this very request."""
    BAD_STATUS = "bad_status"
    """200 with the envelope's own status saying that something is wrong; nothing applied."""
    IGNORE_FILTER = "ignore_filter"
    """A search gives the whole table with 200, whatever was asked."""
    EXPIRED_TOKEN = "expired_token"
    """Every token given out so far has run out, in the middle of the work."""
    UNAUTHORISED = "unauthorised"
    """401, nothing applied."""


class Call(StrEnum):
    """Which of the cloud's doors a fault stands at."""

    FACTS = "facts"
    READ_BACK = "read_back"
    MEMBERS = "members"
    CHECK = "check"
    ESTIMATE = "estimate"
    LINK = "link"
    RESERVE = "reserve"
    PRODUCTS = "products"


@dataclass(slots=True)
class Order:
    """One thing to do wrong: to the `left` next calls of `call`, or (left None) to a `share` of all of them."""

    fault: Fault
    call: Call = Call.FACTS
    left: int | None = 1
    share: float = 1.0
    seconds: float = 30.0
    retry_after: str = "2"


@dataclass(slots=True)
class Misbehaviour:
    """Draws the fault of each call, the oldest order first; the seed makes shares repeatable."""

    seed: int = 0
    orders: list[Order] = field(default_factory=list)
    done: dict[str, int] = field(default_factory=dict)
    _random: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def order(self, fault: Fault, **how: Any) -> None:
        """The next call of FACTS, or as the fields of `Order` say."""
        self.orders.append(Order(fault, **how))

    def draw(self, call: Call) -> Order | None:
        for order in self.orders:
            if order.call is call and (order.left is not None or self._random.random() < order.share):
                self._spend(order)
                return order
        return None

    def _spend(self, order: Order) -> None:
        self.done[order.fault] = self.done.get(order.fault, 0) + 1
        if order.left is not None:
            order.left -= 1
            self.orders = [kept for kept in self.orders if kept.left != 0]
