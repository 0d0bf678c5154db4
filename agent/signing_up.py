"""signing_up: takes facts that found nobody at their cloud, signs up whom the store wants signed up; books nothing.

Without any consent: nobody can give that for the customer, and a receipt is no place to ask for it.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Sequence

from agent.ledger.outbox import OutboxRow
from agent.providers import Answer, Call, Member, NewMember, NoMember, Provider

LOG = logging.getLogger(__name__)
KNOWN_BY = ("phone", "email", "card")


class SignUps:
    """`programmes`: those with auto_create = "on"."""

    def __init__(self, provider: Provider, programmes: Collection[str]) -> None:
        self._provider = provider
        self._programmes = programmes if Call.CREATE_MEMBER in provider.idempotency else ()

    async def after(
        self, rows: Sequence[OutboxRow], given: Sequence[Answer], send: Callable[[OutboxRow], Awaitable[Answer]]
    ) -> Sequence[Answer]:
        """The answers; where it was 'nobody' and somebody has an account by now, what `send` said the second time."""
        return [await self._one(row, answer, send) for row, answer in zip(rows, given, strict=True)]

    async def _one(self, row: OutboxRow, answer: Answer, send: Callable[[OutboxRow], Awaitable[Answer]]) -> Answer:
        """Once a fact: what the cloud will not create waits for a sign-up like any other."""
        if not isinstance(answer, NoMember) or row.attempts or row.body.get("programme") not in self._programmes:
            return answer
        customer = row.body.get("customer", {})
        who = NewMember(**{name: customer[name] for name in KNOWN_BY if customer.get(name)})
        try:
            async with asyncio.timeout(self._provider.limits.timeout_s):
                made = await self._provider.create_member(who)
        except Exception:
            LOG.exception("%s could not sign somebody up; the award waits", self._provider.name)
            return answer
        return await send(row) if isinstance(made, Member) else answer
