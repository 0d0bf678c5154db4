"""claiming: takes a claim code and who claims it, gives them the receipt behind it, once; makes no codes."""

from collections.abc import Mapping

from sqlite_utils import Database

from agent.booking.claim_codes import claim_url
from agent.booking.desk import Rules
from agent.booking.people import Given, attach
from agent.errors import TillpostError
from agent.ledger import claims
from agent.ledger.moment import Moment


def claim(  # noqa: PLR0917 - the order of a sentence
    db: Database, rules: Rules, code: str, customer: Mapping[str, str], who: str, now: Moment
) -> Given:
    """The receipt behind `code` (alone, or as the QR code says it) is this customer's, once.

    Raises TillpostError for no such code, one that was used or is too old; else as `attach`.
    """
    found = claims.find(db, code.strip().removeprefix(claim_url(rules)))
    if found is None:
        raise TillpostError("no receipt of this box has that code", hint="Scan it again, or find the receipt itself.")
    if found.claimed:
        raise TillpostError("this code was used before", hint="Each receipt can be claimed once.")
    if now.trusted and now.wall > found.until:
        raise TillpostError(
            f"this code could be used until {found.until:%Y-%m-%d}", hint="A manager can attach the receipt itself."
        )
    given = attach(db, rules, found.receipt_id, customer, who, now, how="claim")
    claims.claimed(db, found.code, now.wall)
    return given
