"""whom: takes what somebody typed, scanned or tapped, gives a customer as booking takes one; asks nobody."""

from agent.acts.parts import Body, Parts, words
from agent.booking.person import keyed
from agent.customer import phone_number
from agent.errors import TillpostError
from agent.settings import Settings

KINDS = ("phone", "email", "card")


def customer_in(parts: Parts, body: Body) -> dict[str, str]:
    """`member` with the `provider` that knows it, or `who`, a text, with `kind` (phone, email, card) when that is said.

    Raises ValueError for what nobody can be known by, TillpostError for a number that only one of several clouds knows.
    """
    member = words(body, "member", needed=False)
    if member:
        _known_everywhere(parts, words(body, "provider"))
        return {"member_id": member}
    text = words(body, "who", longest=120)
    kind = words(body, "kind", needed=False) or _kind_of(text, parts.settings.store.country)
    if kind not in KINDS:
        raise ValueError(f"a customer is known by {', '.join(KINDS)}")
    return dict(keyed({kind: text}, parts.settings.store.country).customer)


def _kind_of(text: str, country: str) -> str:
    if "@" in text:
        return "email"
    return "phone" if phone_number(text, country) or not any(letter.isalnum() for letter in text) else "card"


def only_cloud(settings: Settings) -> bool:
    """All programmes are at one cloud: its own number for a person is as good as a phone."""
    return len({programme.provider for programme in settings.programmes.values()}) < 2


def _known_everywhere(parts: Parts, provider: str) -> None:
    """One cloud's number for a person may be another person's at the next."""
    if not only_cloud(parts.settings):
        raise TillpostError(
            f"only {provider} knows this person by that number",
            hint="Type the customer's phone instead, so that every programme gets it.",
        )
