"""test_countries: the words of many countries for the total, the payments, the change and the tax inside it."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import zip_longest

import pytest

from agent.formats import StoreContext, read_paper
from agent.receipt import State
from tests.formats.printed import GENERIC

PRICES = (849, 1250, 395)


@dataclass(frozen=True, slots=True)
class Country:
    code: str
    currency: str
    decimal: str
    rate: int
    totals: str
    cash: str
    change: str
    cards: str
    taxes: str


COUNTRIES = (
    Country(
        "ES",
        "EUR",
        ",",
        21,
        "TOTAL|TOTAL A PAGAR|Importe total",
        "EFECTIVO",
        "CAMBIO|Su cambio",
        "TARJETA",
        "IVA {}%|IVA incluido {}%",
    ),
    Country(
        "FR",
        "EUR",
        ",",
        20,
        "TOTAL TTC|NET A PAYER",
        "ESPECES|Espèces",
        "RENDU|A rendre",
        "CARTE BANCAIRE|CB",
        "TVA {}%|dont TVA {}%",
    ),
    Country(
        "IT",
        "EUR",
        ",",
        22,
        "TOTALE|TOTALE COMPLESSIVO",
        "CONTANTI|Contante",
        "RESTO",
        "BANCOMAT",
        "IVA {}%|di cui IVA {}%",
    ),
    Country(
        "PT", "EUR", ",", 23, "TOTAL|Total a pagar|Valor total", "Dinheiro", "Troco", "Multibanco|Cartão", "IVA {}%"
    ),
    Country("NL", "EUR", ",", 21, "TOTAAL|Te betalen", "CONTANT", "WISSELGELD|Terug", "PIN", "BTW {}%|{}% BTW"),
    Country("PL", "PLN", ",", 23, "SUMA PLN|RAZEM|DO ZAPŁATY", "GOTÓWKA", "RESZTA", "KARTA", "PTU {}%"),
    Country("TR", "TRY", ",", 20, "TOPLAM|GENEL TOPLAM", "NAKİT", "PARA ÜSTÜ", "KREDİ KARTI", "KDV {}%|TOPKDV {}%"),
    Country(
        "SE", "SEK", ",", 25, "TOTALT|Att betala|SUMMA", "KONTANT", "VÄXEL|Växel tillbaka", "KORT|Kontokort", "Moms {}%"
    ),
    Country(
        "DK", "DKK", ",", 25, "I ALT|At betale", "KONTANT", "BYTTEPENGE|Tilbage", "DANKORT", "Moms {}%|heraf moms {}%"
    ),
    Country("NO", "NOK", ",", 25, "SUM|Å betale", "KONTANT", "VEKSEL|Tilbake", "BANKAXEPT", "MVA {}%"),
    Country("FI", "EUR", ",", 24, "YHTEENSÄ", "KÄTEINEN", "TAKAISIN", "KORTTI|Korttimaksu", "ALV {}%"),
    Country("CZ", "CZK", ",", 21, "CELKEM|Celkem Kč", "HOTOVOST|Hotově", "Vráceno", "KARTA", "DPH {}%"),
    Country("HU", "HUF", ",", 27, "ÖSSZESEN|Fizetendő", "KÉSZPÉNZ", "VISSZAJÁRÓ", "BANKKÁRTYA", "ÁFA {}%"),
    Country(
        "GB",
        "GBP",
        ".",
        20,
        "TOTAL|Total to pay|AMOUNT DUE",
        "CASH",
        "CHANGE|CHANGE DUE",
        "VISA DEBIT",
        "VAT {}%|includes VAT {}%",
    ),
    Country("AU", "AUD", ".", 10, "TOTAL|Total inc GST", "CASH", "CHANGE", "EFTPOS", "GST {}% included"),
    Country("MX", "MXN", ".", 16, "TOTAL", "EFECTIVO", "SU CAMBIO", "TARJETA", "IVA {}%"),
    Country(
        "ID", "IDR", ".", 11, "Total Bayar|Total Belanja", "TUNAI", "KEMBALI|Kembalian", "QRIS", "PPN {}%|Pajak {}%"
    ),
)


def cases() -> list[tuple[Country, tuple[str, ...]]]:
    """Every word at least once; what a country has fewer of repeats its first."""
    found: list[tuple[Country, tuple[str, ...]]] = []
    for country in COUNTRIES:
        kinds = [
            words.split("|") for words in (country.totals, country.cash, country.change, country.cards, country.taxes)
        ]
        firsts = [words[0] for words in kinds]
        rows = zip_longest(*kinds)
        found += [(country, tuple(word or first for word, first in zip(row, firsts, strict=True))) for row in rows]
    return found


def amount(value: int, country: Country) -> str:
    return f"{value / 100:.2f}".replace(".", country.decimal)


@pytest.mark.parametrize("in_cash", [True, False])
@pytest.mark.parametrize(("country", "words"), cases(), ids=lambda value: getattr(value, "code", ""))
def test_words_of_a_country(country: Country, words: tuple[str, ...], in_cash: bool) -> None:
    total_word, cash, change, card, tax_word = words
    total = sum(PRICES)
    tax = int((Decimal(total) * country.rate / (100 + country.rate)).to_integral_value(ROUND_HALF_UP))
    rows = [*zip(("Alpha", "Beta", "Gamma"), PRICES, strict=True), (total_word, total)]
    rows += [(cash, 5000), (change, 5000 - total)] if in_cash else [(card, total)]
    rows += [(tax_word.format(country.rate), tax)]
    lines = [f"{label:28}{amount(value, country):>10}" for label, value in rows]
    (receipt,) = read_paper(lines, GENERIC, StoreContext(country=country.code, currency=country.currency))
    assert (receipt.state, receipt.reason) == (State.ACCEPTED, "")
    assert (receipt.award_base, receipt.tax, receipt.total) == (total - tax, tax, total)
    assert receipt.change == (5000 - total if in_cash else None)
