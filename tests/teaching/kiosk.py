"""kiosk: receipts of a made-up till whose words no format knows, as paper and as bytes."""

from agent.teaching import Sample

GOODS = (("Brot", 200), ("Milch 1L", 150), ("Apfelmus", 325), ("Kaffee gemahlen", 899), ("Seife", 119))
WORDS = {"net": "Warenwert", "tax": "Staatsanteil 7%", "total": "Zum Mitnehmen", "cash": "Bar", "change": "Zurück"}


def kiosk(number: int, *goods: int, words: dict[str, str] = WORDS, phone: str = "") -> Sample:
    """Prices include 7 % tax; the receipt's own number stands behind 'Zettelchen'."""
    chosen = [GOODS[good] for good in goods]
    total = sum(price for _, price in chosen)
    tax = (total * 7 + 53) // 107
    given = -(-total // 500) * 500
    lines = ["        Kiosk Beispiel", f"Zettelchen {number}      {13 + number % 10}.11.2026 10:0{number % 10}"]
    lines += [f"Stammgast {phone}"] if phone else []
    lines += [_row(text, price) for text, price in chosen]
    lines += ["-" * 32, _row(words["net"], total - tax), _row(words["tax"], tax), _row(words["total"], total)]
    lines += [_row(words["cash"], given), _row(words["change"], given - total), "Bis bald"]
    return Sample(f"{number}.bin", tuple(lines))


def as_bytes(sample: Sample) -> bytes:
    text = "\n".join(sample.lines) + "\n\n\n"
    return b"\x1b@" + text.encode("cp437") + b"\x1dVA\x03"


def _row(text: str, amount: int) -> str:
    return f"{text:<22}{f'{amount / 100:.2f}'.replace('.', ','):>10}"
