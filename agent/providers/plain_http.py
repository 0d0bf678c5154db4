"""plain_http: takes outbox facts, posts them as our own open contract says, gives answers; keeps and retries nothing.

Everything here is documented, in docs/plain-http.md; nothing is guessed. A repeat with the same key is harmless (class
K) unless the settings say that this cloud does not keep that promise.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

import httpx

from agent.clock import Clock
from agent.providers import (
    AlreadyDone,
    Ambiguous,
    Answer,
    Call,
    Done,
    Idempotency,
    Later,
    Limits,
    NoMember,
    NotFound,
    Refused,
    Unknown,
)
from agent.providers.http_line import LONGEST_PAUSE_S, HttpLine, Reply
from agent.settings import ProviderSettings

SERVICE, VERSION = "plain-http", 1
NOT_HERE = 404

Fact = Mapping[str, Any]
Envelope = Mapping[str, Any]


class PlainHttp:
    """One cloud that speaks the contract."""

    def __init__(
        self, name: str, settings: ProviderSettings, clock: Clock, client: httpx.AsyncClient | None = None
    ) -> None:
        self.name = name
        self.limits = Limits(settings.calls_per_second, settings.batch, settings.timeout_s)
        sending = Idempotency(settings.idempotency)
        reading = {} if sending is Idempotency.NONE else {Call.READ_BACK: Idempotency.KEY}
        self.idempotency: Mapping[Call, Idempotency] = {
            Call.CHECK: Idempotency.KEY,
            Call.FIND_MEMBER: Idempotency.KEY,
            Call.AWARD: sending,
            Call.TAKE_BACK: sending,
            **reading,
        }
        self._line = HttpLine(name, settings, clock, client)

    async def check(self) -> Answer:
        """Done when address, credentials and version fit; changes nothing there."""
        reply = await self._line.call("GET", "/v1/check")
        return _read_check(reply) if isinstance(reply, Reply) else reply

    async def award(self, facts: Sequence[Fact]) -> Sequence[Answer]:
        """Awards and take-backs alike: the fact says which it is."""
        if len(facts) <= 1:
            return [await self._send(fact) for fact in facts]
        reply = await self._line.call("POST", "/v1/facts/batch", body={"facts": list(facts)})
        if not isinstance(reply, Reply):
            return [reply] * len(facts)
        if reply.refused:  # as a whole: one bad fact must not hold up those beside it
            return [await self._send(fact) for fact in facts]
        return _read_batch(reply, facts)

    async def take_back(self, facts: Sequence[Fact]) -> Sequence[Answer]:
        return await self.award(facts)

    async def read_back(self, fact: Fact) -> Answer:
        reply = await self._line.call("GET", "/v1/facts", query={"key": fact["key"]})
        return _read_read_back(reply, fact["key"]) if isinstance(reply, Reply) else reply

    async def find_member(self, identifiers: Mapping[str, str]) -> Answer:
        """By POST, so that no phone number stands in an access log."""
        reply = await self._line.call("POST", "/v1/members/find", body=dict(identifiers))
        return _read_member(reply, identifiers) if isinstance(reply, Reply) else reply

    async def close(self) -> None:
        await self._line.close()

    async def _send(self, fact: Fact) -> Answer:
        header = {"Idempotency-Key": quote(fact["key"], safe="/:")}  # a lane may be named in any language
        reply = await self._line.call("POST", "/v1/facts", body=fact, headers=header)
        return _read_fact(reply, fact["key"]) if isinstance(reply, Reply) else reply


def _done(envelope: Envelope) -> Answer:
    remote_id = _id(envelope)
    detail = {name: envelope[name] for name in ("member", "points", "balance") if name in envelope}
    return Done(remote_id, detail) if remote_id else Unknown("it says done, but names no id")


def _already_done(envelope: Envelope) -> Answer:
    remote_id = _id(envelope)
    return AlreadyDone(remote_id) if remote_id else Unknown("it says already done, but names no id")


def _refused(envelope: Envelope) -> Answer:
    return Refused(str(envelope.get("why") or "refused without a reason"), str(envelope.get("code") or ""))


def _no_member(envelope: Envelope) -> Answer:
    del envelope
    return NoMember()


def _ambiguous(envelope: Envelope) -> Answer:
    candidates = envelope.get("candidates")
    return Ambiguous(tuple(map(str, candidates)) if isinstance(candidates, list) else ())


def _later(envelope: Envelope) -> Answer:
    after, why = envelope.get("retry_after"), str(envelope.get("why") or "the cloud says later")
    if not isinstance(after, int | float) or not after >= 0:  # 'not a number' compares with nothing
        return Later(why)
    return Later(why, float(min(after, LONGEST_PAUSE_S)))


STATUSES: Mapping[str, Callable[[Envelope], Answer]] = {
    "done": _done,
    "already_done": _already_done,
    "refused": _refused,
    "no_member": _no_member,
    "ambiguous": _ambiguous,
    "later": _later,
}
"""What the envelope's `status` means, for a single fact as for one of a batch."""
CONFLICT = 409


def _read_fact(reply: Reply, key: str) -> Answer:
    """The envelope decides, once it names our key; a bare HTTP status is believed only when it refuses."""
    envelope = reply.body or {}
    answer = _read_envelope(envelope, key)
    if isinstance(answer, Done | AlreadyDone) and reply.refused and reply.status != CONFLICT:
        return Unknown(f"HTTP {reply.status}, yet it says {envelope['status']}")
    if not isinstance(answer, Unknown) or not reply.refused:
        return answer
    if "key" in envelope or reply.status == CONFLICT:
        return answer
    return _bare_refusal(reply)


def _read_envelope(envelope: Envelope, key: str) -> Answer:
    if envelope.get("key") != key:
        return Unknown("the answer does not name our key")
    meaning = STATUSES.get(str(envelope.get("status")))
    return meaning(envelope) if meaning else Unknown(f"the answer has no status we know: {envelope.get('status')!r}")


def _bare_refusal(reply: Reply) -> Answer:
    if reply.status == NOT_HERE:
        return Refused("nothing answers at this address (HTTP 404); is base_url right?", "404", stops_provider=True)
    why = (reply.body or {}).get("why")
    return Refused(str(why or f"HTTP {reply.status}"), str((reply.body or {}).get("code") or reply.status))


def _read_batch(reply: Reply, facts: Sequence[Fact]) -> list[Answer]:
    """By key, not by place: an answer that is missing, doubled or another's leaves its fact unknown."""
    answers = (reply.body or {}).get("answers")
    found: dict[str, list[Envelope]] = {}
    for envelope in answers if isinstance(answers, list) else ():
        if isinstance(envelope, dict):
            found.setdefault(str(envelope.get("key")), []).append(envelope)
    return [_read_one_of(found.get(fact["key"], []), fact["key"]) for fact in facts]


def _read_one_of(envelopes: Sequence[Envelope], key: str) -> Answer:
    if len(envelopes) != 1:
        return Unknown(f"the batch was answered, with {len(envelopes)} answers for this key")
    return _read_envelope(envelopes[0], key)


def _read_read_back(reply: Reply, key: str) -> Answer:
    """NotFound only in the cloud's own words: an address that does not exist says 404, too."""
    envelope = reply.body or {}
    if envelope.get("key") != key:
        return Unknown(f"read back: HTTP {reply.status}, and the answer does not name our key")
    if envelope.get("status") == "not_found" and reply.status == NOT_HERE:
        return NotFound()
    if envelope.get("status") == "done" and not reply.refused:
        return _already_done(envelope)
    return Unknown(f"read back: HTTP {reply.status} with status {envelope.get('status')!r}")


def _read_check(reply: Reply) -> Answer:
    body = reply.body or {}
    if body.get("service") == SERVICE and body.get("version") == VERSION and not reply.refused:
        return Done(f"{SERVICE} {VERSION}")
    said = f"HTTP {reply.status}, service {body.get('service')!r}, version {body.get('version')!r}"
    return Refused(f"this address does not speak {SERVICE} {VERSION}: {said}", str(reply.status), stops_provider=True)


def _read_member(reply: Reply, identifiers: Mapping[str, str]) -> Answer:
    """A member counts only when the cloud says which of our identifiers it matched."""
    envelope, status = reply.body or {}, (reply.body or {}).get("status")
    if status == "found" and not reply.refused:
        matched = envelope.get("matched")
        if isinstance(matched, dict) and matched and matched.items() <= identifiers.items() and _id(envelope):
            return Done(_id(envelope))
        return Unknown("it found a member, but not by what we asked for")
    if status in ("no_member", "ambiguous", "refused"):
        return STATUSES[status](envelope)
    return _bare_refusal(reply) if reply.refused else Unknown(f"HTTP {reply.status} with status {status!r}")


def _id(envelope: Envelope) -> str:
    remote_id = envelope.get("id")
    return str(remote_id) if isinstance(remote_id, str | int) else ""
