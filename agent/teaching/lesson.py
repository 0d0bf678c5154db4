"""lesson: what a till's receipts teach beyond the format they extend; gives that format with it, reads nothing."""

import re
from dataclasses import dataclass, replace

from agent.errors import TillpostError
from agent.formats.form import Format, Label
from agent.formats.format_file import ROLE_NAMES, meant
from agent.formats.roles import Role
from agent.formats.words import any_of, level, plain

IDENTIFIERS = ("number", "register", "cashier")
CUSTOMER = "customer"
FIELDS = (*ROLE_NAMES, *IDENTIFIERS, CUSTOMER)
"""What a phrase can be said to carry."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """`labels`: (role, phrase as a pattern over plain words). `identifiers`: (number, register or cashier; pattern).

    `order`, `decimal` and `currency` are '' where the receipts do not show them.
    """

    labels: tuple[tuple[Role, str], ...] = ()
    identifiers: tuple[tuple[str, str], ...] = ()
    customer: tuple[str, ...] = ()
    order: str = ""
    decimal: str = ""
    currency: str = ""

    @property
    def says_nothing(self) -> bool:
        return self == Lesson()

    def saying(self, field: str, phrase: str) -> "Lesson":
        """With one more phrase, as a person says it: 'total', 'To pay now:'. Raises TillpostError for no such field."""
        if field not in FIELDS:
            raise TillpostError(
                f"a receipt has no {field!r}{meant(field, FIELDS)}", hint="Write --label ROLE='words as printed'."
            )
        if not plain(phrase):
            raise TillpostError(
                f"{phrase!r} has no words", hint="Name the words that stand beside it, without its amount or number."
            )
        if field in IDENTIFIERS:
            return replace(self, identifiers=(*self.identifiers, (field, escaped(level(phrase).strip(" .:#")))))
        if field == CUSTOMER:
            return replace(self, customer=(*self.customer, escaped(plain(phrase))))
        return self.labelled(Role(field), escaped(plain(phrase)))

    def labelled(self, role: Role, phrase: str) -> "Lesson":
        """What was said of this phrase before gives way."""
        others = tuple(one for one in self.labels if one[1] != phrase)
        return replace(self, labels=(*others, (role, phrase)))

    def over(self, base: Format) -> Format:
        """`base` with this before its own words."""
        numbers = {name: tuple(p for field, p in self.identifiers if field == name) for name in IDENTIFIERS}
        identifiers = replace(
            base.identifiers, **{name: (*own, *getattr(base.identifiers, name)) for name, own in numbers.items()}
        )
        labels = tuple(Label(role, any_of([phrase])) for role, phrase in self.labels)
        own = any_of(self.customer).pattern
        customer = replace(base.customer, labels=re.compile(f"{own}|{base.customer.labels.pattern}"))
        return replace(
            base,
            labels=(*labels, *base.labels),
            identifiers=identifiers,
            customer=customer if self.customer else base.customer,
            dates=replace(base.dates, order=self.order or base.dates.order),
            money=replace(
                base.money,
                decimal=self.decimal or base.money.decimal,
                currency=self.currency or base.money.currency,
            ),
        )


def escaped(phrase: str) -> str:
    """The phrase as a pattern that means just it."""
    return re.sub(r"([.^$*+?{}\[\]\\|()])", r"\\\1", phrase)
