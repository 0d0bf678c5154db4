"""claim_codes: takes a receipt that names nobody, offers a code by which it can be claimed later; prints nothing."""

from datetime import timedelta

from sqlite_utils import Database

from agent.booking.desk import Case, Desk, Rules
from agent.ledger import claims
from agent.receipt import Kind, State


def offer(desk: Desk, case: Case) -> None:
    """A proven sale that names nobody gets a code, where the store offers any."""
    kind, store = case.receipt.kind, desk.rules.store
    if case.who or kind is not Kind.SALE or case.receipt.state is not State.ACCEPTED or not claim_url(desk.rules):
        return
    claims.offer(desk.db, code_of(desk.rules, case), case.id, case.captured.at + timedelta(hours=store.claim_hours))


def code_of(rules: Rules, case: Case) -> str:
    where = case.captured
    return claims.code_of(rules.person_key, f"{where.device}/{where.lane}/{where.origin}")


def claim_url(rules: Rules) -> str:
    """The store's own address for claims, else one a cloud brings along."""
    return rules.store.claim_url or next((traits.claim_url for traits in rules.traits.values() if traits.claim_url), "")


def claim_text(db: Database, rules: Rules, receipt_id: int) -> str:
    """What the QR code of this receipt says: the address and the code, nothing else. '' when there is none."""
    found, url = claims.of_receipt(db, receipt_id), claim_url(rules)
    return f"{url}{found.code}" if found and url and not found.claimed else ""
