"""person: whom a receipt belongs to, as clouds compare people; takes what was printed or keyed, asks no cloud."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from agent.customer import Identifiers, card_number, email_address, phone_number

MEMBER = "member_id"


@dataclass(frozen=True, slots=True)
class Person:
    """`customer` as in a fact: any of phone, email, card, member_id; empty: nobody. `key` keeps their order."""

    customer: Mapping[str, str] = field(default_factory=dict)
    key: str = ""

    def __bool__(self) -> bool:
        return bool(self.customer)


NOBODY = Person()


def printed(who: Identifiers) -> Person:
    return Person(who.as_fact(), who.key)


def member(member_id: str) -> Person:
    return Person({MEMBER: member_id}, f"member:{member_id}") if member_id else NOBODY


def keyed(given: Mapping[str, str], country: str) -> Person:
    """What a person typed, scanned or chose: any of phone (as dialled from `country`), email, card, member_id.

    Raises ValueError naming the one that cannot be right, so that nobody waits for a sign-up of a typing mistake.
    """
    unknown = sorted(given.keys() - READERS.keys())
    if unknown:
        raise ValueError(f"a customer has no {', '.join(unknown)}; there are: {', '.join(READERS)}")
    customer = {}
    for name, reads in READERS.items():
        text = given.get(name, "").strip()
        if text:
            customer[name] = reads(text, country)
            if not customer[name]:
                raise ValueError(f"this is {WORDS[name]} that cannot be used")
    if not customer:
        raise ValueError("name the customer by a phone, an e-mail, a loyalty card or a member")
    who = Identifiers(customer.get("phone", ""), customer.get("email", ""), customer.get("card", ""))
    return Person(customer, who.key or f"member:{customer[MEMBER]}")


READERS: Mapping[str, Callable[[str, str], str]] = {
    "phone": phone_number,
    "email": lambda text, _: email_address(text),
    "card": lambda text, _: card_number(text),
    MEMBER: lambda text, _: text,
}
WORDS = {"phone": "a phone number", "email": "an e-mail address", "card": "a loyalty card", MEMBER: "a member"}
