"""take_catalogue: products and printed texts from a list, the store's own or another box's; see `catalogue_file`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from agent.acts.parts import Actor, Body, Parts
from agent.catalogue import Product, Source
from agent.ledger import audit, catalogue


async def take_catalogue(parts: Parts, by: Actor, body: Body) -> int:
    """`rows`: [{sku, name, upc, text, doubt}, …]; `chain`: they were learned by another box → how many were taken."""
    source = Source.CHAIN if body.get("chain") else Source.IMPORT
    return await parts.ledger.do(_take, body["rows"], source, by.who, parts.clock.wall())


def _take(db: Database, rows: Sequence[Mapping[str, Any]], source: Source, who: str, at: datetime) -> int:
    """Products into the list, texts into the catalogue; a product's whole name is a text of its own."""
    for row in rows:
        name, text = str(row.get("name", "")), str(row.get("text", ""))
        if name or not text:
            catalogue.take_product(db, Product(str(row["sku"]), name or str(row["sku"]), str(row.get("upc", ""))))
        if text or name:
            catalogue.say(
                db, text or name, str(row["sku"]), source, who=source.value, at=at, doubt=float(row.get("doubt", 1))
            )
    audit.note(db, who, f"took a product list ({source.value})", "catalogue", f"{len(rows)} rows", at)
    return len(rows)
