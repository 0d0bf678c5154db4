"""catalogue: keeps what printed texts are, learns as receipts are booked, forgets what nobody mapped; sends nothing."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlite_utils import Database

from agent.catalogue import Known, Product, Source, learn, line_key, lines_of, skus_for, suggestions
from agent.errors import TillpostError
from agent.ledger import audit, events
from agent.receipt import Item, Receipt, State
from agent.settings import Catalogue

LOG = logging.getLogger(__name__)

MOST = 500
KEPT_AFTER_LAST_SEEN = timedelta(days=400)
"""A text nobody mapped and nobody printed for so long is forgotten altogether."""


def note_lines(db: Database, receipt: Receipt, day: date) -> None:
    """Counts the article lines of a proven receipt; a text never seen before becomes an exception."""
    if receipt.state is not State.ACCEPTED:
        return
    for line in lines_of(receipt):
        db.execute(
            "INSERT INTO catalogue_lines (key, text, state, seen, price, first_seen, last_seen)"
            " VALUES (?, ?, 'unknown', 1, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET seen = seen + 1, price = excluded.price,"
            " last_seen = max(last_seen, excluded.last_seen)",
            [line.key, line.text, line.each, day.isoformat(), day.isoformat()],
        )


def learn_codes(db: Database, receipt: Receipt, at: datetime) -> None:
    """What the paper itself calls its lines: each sighting makes it surer, another code less sure."""
    if receipt.state is State.ACCEPTED and len(receipt.codes) == len(receipt.items):
        for item, code in zip(receipt.items, receipt.codes, strict=True):
            if code and line_key(item.text):
                say(db, item.text, code, Source.PAPER, who=Source.PAPER.value, at=at)


def known_of(db: Database, texts: Iterable[str]) -> dict[str, Known]:
    """What is known, by key; texts nobody has a code for are left out."""
    keys = {line_key(text) for text in texts} - {""}
    marks = ", ".join("?" * len(keys))
    rows = db.query(f"SELECT * FROM catalogue_lines WHERE state = 'known' AND key IN ({marks})", list(keys))
    return {row["key"]: _known(row) for row in rows}


def skus_of(db: Database, items: Sequence[Item], sure_from: float) -> tuple[str | None, ...]:
    return skus_for(items, known_of(db, (item.text for item in items)), sure_from)


def note_without_code(
    db: Database, receipt_id: int, items: Sequence[Item], skus: Sequence[str | None], day: date
) -> None:
    """Remembers the lines that went out without a code, so that the night can say what they were; once per receipt."""
    for number, (item, sku) in enumerate(zip(items, skus, strict=True)):
        if sku is None and item.amount:
            db.execute(
                "INSERT INTO sent_without_code (receipt_id, line, key, text, quantity, amount, business_day)"
                " SELECT ?, ?, key, ?, ?, ?, ? FROM catalogue_lines WHERE key = ? AND state IN ('unknown', 'known')"
                " ON CONFLICT DO NOTHING",
                [receipt_id, number, item.text, item.quantity, item.amount, day.isoformat(), line_key(item.text)],
            )


def say(
    db: Database, text: str, sku: str, source: Source, *, who: str, at: datetime, doubt: float = 1.0
) -> dict[str, Any]:
    """`source` says that `text` is `sku`; gives the line as it stands now. A person's word is noted in the audit."""
    key, sku = line_key(text), sku.strip()
    if not key or not sku:
        raise TillpostError(
            "a line's text and its product code are both needed", hint="tillpost catalogue map TEXT SKU"
        )
    row = _row(db, key)
    now = learn(_known(row) if row and row["state"] == "known" else None, sku, source, doubt)
    day = at.date().isoformat()
    db.execute(
        "INSERT INTO catalogue_lines"
        " (key, text, state, sku, source, said_by, agree, contradict, doubt, first_seen, last_seen)"
        " VALUES (?, ?, 'known', ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET state = 'known', sku = excluded.sku,"
        " source = excluded.source, said_by = excluded.said_by, agree = excluded.agree,"
        " contradict = excluded.contradict, doubt = excluded.doubt",
        [key, text, now.sku, now.source.value, who, now.agree, now.contradict, now.doubt, day, day],
    )
    if source is Source.PERSON:
        audit.note(db, who, "mapped a line", f"catalogue/{key}", sku, at)
    return _shown(_row(db, key) or {})


def ignore(db: Database, text: str, *, who: str, at: datetime) -> bool:
    """This line is no product and needs no code; False when it was never printed."""
    done = db.execute("UPDATE catalogue_lines SET state = 'ignored' WHERE key = ?", [line_key(text)])
    audit.note(db, who, "ignored a line", f"catalogue/{line_key(text)}", "", at)
    return done.rowcount == 1


def take_product(db: Database, product: Product) -> None:
    """One article of the store's own list; the newest name counts."""
    db.execute(
        "INSERT INTO products VALUES (?, ?, ?)"
        " ON CONFLICT DO UPDATE SET name = excluded.name, upc = coalesce(nullif(excluded.upc, ''), upc)",
        [product.sku, product.name, product.upc],
    )


def let_go(db: Database, day: date, forget_days: int) -> int:
    """Exceptions that nobody mapped within so many days leave the list; how many. They can still be mapped."""
    limit = (day - timedelta(days=forget_days)).isoformat()
    gone = db.execute(
        "UPDATE catalogue_lines SET state = 'gone', gone_on = ? WHERE state = 'unknown' AND first_seen < ?",
        [day.isoformat(), limit],
    )
    db.execute(
        "DELETE FROM sent_without_code WHERE sku = '' AND business_day < ?"
        " AND key IN (SELECT key FROM catalogue_lines WHERE state IN ('gone', 'ignored'))",
        [limit],
    )
    db.execute(
        "DELETE FROM catalogue_lines WHERE state = 'gone' AND last_seen < ?",
        [(day - KEPT_AFTER_LAST_SEEN).isoformat()],
    )
    return gone.rowcount


def remap(db: Database, day: date, sure_from: float) -> int:
    """Lines that went out without a code and have one by now: noted with the day they were found; how many."""
    keys = [key for (key,) in db.execute("SELECT DISTINCT key FROM sent_without_code WHERE sku = ''").fetchall()]
    found = 0
    for key, known in known_of(db, keys).items():
        if known.confidence >= sure_from:
            found += db.execute(
                "UPDATE sent_without_code SET sku = ?, found_on = ? WHERE key = ? AND sku = ''",
                [known.sku, day.isoformat(), key],
            ).rowcount
    return found


def night(db: Database, day: date, at: datetime, settings: Catalogue) -> None:
    """After business day `day`: codes found for lines that went out without one, exceptions nobody wanted let go."""
    found = remap(db, day, settings.sure_from)
    gone = let_go(db, day, settings.forget_days)
    if found or gone:
        LOG.info("night: %d lines have a product code now, %d exceptions left the list", found, gone)
        events.record(db, "catalogue_night", {"found": found, "gone": gone}, at)


# ---- questions ----------------------------------------------------------------------------------


def catalogue_page(db: Database, state: str = "", limit: int | str = 100, after: str = "") -> list[dict[str, Any]]:
    """The lines by key, each with its code and confidence; `state`: unknown, known, ignored or gone."""
    rows = db.query(
        "SELECT l.*, p.name, p.upc FROM catalogue_lines l LEFT JOIN products p ON p.sku = l.sku"
        " WHERE (? = '' OR l.state = ?) AND l.key > ? ORDER BY l.key LIMIT ?",
        [state, state, after, min(int(limit), MOST)],
    )
    return [_shown(row) for row in rows]


def exceptions(db: Database, limit: int | str = 50) -> list[dict[str, Any]]:
    """Lines without a code, most printed first, each with the products its text looks like: one tap maps it."""
    products = [Product(*row) for row in db.execute("SELECT sku, name, upc FROM products").fetchall()]
    rows = db.query(
        "SELECT * FROM catalogue_lines WHERE state = 'unknown' ORDER BY seen DESC, key LIMIT ?",
        [min(int(limit), MOST)],
    )
    return [{**_shown(row), "suggestions": _suggested(row["text"], products)} for row in rows]


def sent_without_code(db: Database, day: str = "", limit: int | str = MOST) -> list[dict[str, Any]]:
    """Lines that went out under the clouds' default product, each with the code found since ('' when none is)."""
    rows = db.query(
        "SELECT w.*, r.number, r.register, r.exponent FROM sent_without_code w JOIN receipts r ON r.id = w.receipt_id"
        " WHERE (? = '' OR w.business_day = ?) ORDER BY w.receipt_id DESC, w.line LIMIT ?",
        [day, day, min(int(limit), MOST)],
    )
    return list(rows)


def confirmed(db: Database) -> list[dict[str, Any]]:
    """Lines whose code a person or the store's own list has confirmed, one per code, the most printed text of each."""
    return list(
        db.query(
            "SELECT l.sku, coalesce(p.name, '') AS name, l.text, l.price, max(l.seen) FROM catalogue_lines l"
            " LEFT JOIN products p ON p.sku = l.sku WHERE l.state = 'known' AND l.source IN ('person', 'import')"
            " AND l.seen > 0 GROUP BY l.sku ORDER BY l.sku"
        )
    )


def products_page(db: Database, limit: int | str = MOST, after: str = "") -> list[dict[str, Any]]:
    """The product list, by SKU."""
    return list(db.query("SELECT * FROM products WHERE sku > ? ORDER BY sku LIMIT ?", [after, min(int(limit), MOST)]))


def of_day(db: Database, day: str) -> dict[str, int]:
    """For the day's account: lines sent without a code, how many of them have one by now, exceptions that left."""
    sent, found = db.execute(
        "SELECT count(*), coalesce(sum(sku <> ''), 0) FROM sent_without_code WHERE business_day = ?", [day]
    ).fetchone()
    later = db.execute("SELECT count(*) FROM sent_without_code WHERE found_on = ?", [day]).fetchone()[0]
    gone = db.execute("SELECT count(*) FROM catalogue_lines WHERE gone_on = ?", [day]).fetchone()[0]
    return {"sent_without_code": sent, "found_since": found, "found_that_night": later, "gone": gone}


def _suggested(text: str, products: Sequence[Product]) -> list[dict[str, Any]]:
    return [
        {"sku": product.sku, "name": product.name, "likeness": score} for product, score in suggestions(text, products)
    ]


def _row(db: Database, key: str) -> dict[str, Any] | None:
    return next(iter(db.query("SELECT * FROM catalogue_lines WHERE key = ?", [key])), None)


def _known(row: Mapping[str, Any]) -> Known:
    return Known(row["sku"], Source(row["source"]), row["agree"], row["contradict"], row["doubt"])


SHOWN = ("key", "text", "state", "sku", "source", "said_by", "seen", "price", "first_seen", "last_seen")


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    confidence = _known(row).confidence if row["state"] == "known" else 0.0
    extra = {name: row[name] or "" for name in ("name", "upc") if name in row}
    return {**{name: row[name] for name in SHOWN}, **extra, "confidence": confidence, "contradict": row["contradict"]}
