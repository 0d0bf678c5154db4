"""people: takes the lines of a receipt, gives the customer it names; the shop's own phone and mail are not his."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from agent.formats.form import CustomerWords
from agent.formats.words import plain

BELONGING = 3
"""Lines below a customer label that may still be his: name, phone, mail."""
PHONE_DIGITS = range(7, 16)
MASKED_PHONE_DIGITS = range(2, 8)
_PHONE_re = re.compile(r"\+?\(?[\d*xX•](?:[\s().-]{0,2}[\d*xX•]){6,16}(?![\w])")
_EMAIL_re = re.compile(r"[\w.+*-]+@[\w*-]+(?:\.[\w*-]+)+")
_CARD_re = re.compile(r"(?<![\d*])(?:[\d*xX•][ -]?){4,24}(?![\w])")
_LABEL_re = re.compile(r"[^\W\d_][^:#\d*•]*?(?=\s*[:#*•]|\s{2,}|\s*\d|\s*\(|$)")
_FOURS_re = re.compile(r"\d{4}(?:[ -]\d{4}){2,}")
"""How numbers of cards are written; no country writes its phones so."""
_NAME_re = re.compile(r"[^\W\d_][^\d:@#]*")


@dataclass(frozen=True, slots=True)
class Customer:
    """As printed; phone reduced to its digits and mask signs."""

    name: str | None = None
    phone: str | None = None
    email: str | None = None
    card: str | None = None
    nobody: bool = False
    """It names one of the store's words for no customer."""


def find_customer(lines: Sequence[str], words: CustomerWords, nobody: Iterable[str]) -> Customer:
    """Whom the receipt names, only beside or right under a label for customers or members."""
    blocks = list(_blocks(lines, words))
    name = next(filter(None, (_name(block[0], words) for block in blocks)), None)
    phone = next(filter(None, (_phone(block, words) for block in blocks)), None)
    email = next((m.group() for block in blocks for line in block for m in [_EMAIL_re.search(line)] if m), None)
    card = next(filter(None, (_card(block[0], words) for block in blocks)), None)
    placeholders = {plain(name_of_nobody) for name_of_nobody in nobody}
    is_nobody = bool(name) and plain(name or "") in placeholders
    if is_nobody:
        name = None
    return Customer(name, phone, email, None if card and phone and card in phone else card, is_nobody)


def _blocks(lines: Sequence[str], words: CustomerWords) -> Iterator[list[str]]:
    """Each customer label with what stands behind it, and the lines below that belong to it."""
    for number, line in enumerate(lines):
        start = _label_end(line, words)
        if start is None:
            continue
        block = [line[start:]]
        for below in lines[number + 1 : number + 1 + BELONGING]:
            if not _belongs(below, block, words):
                break
            block.append(below)
        yield block


def _label_end(line: str, words: CustomerWords) -> int | None:
    """Where the value behind a customer label begins; None where the line has none."""
    if not words.labels.search(plain(line)):
        return None
    for match in _LABEL_re.finditer(line):
        said = plain(match.group())
        found = words.labels.match(said)
        if not found or words.not_people.search(said):
            continue
        marked = line[match.end() :].lstrip().startswith((":", "#"))
        if found.end() == len(said) and (marked or line[match.end() :].strip()):
            return match.end()
    return None


def _belongs(below: str, block: Sequence[str], words: CustomerWords) -> bool:
    """A line under the label: the rest of a wrapped number, or one that says it is a phone, a mail or a card."""
    if re.fullmatch(r"\s*[\d() .+*-]{3,20}\s*", below):
        return len(block) == 1 and not _complete_phone(block[0])
    label = plain(re.split(r"[:#\d+(]", below, maxsplit=1)[0])
    return any(pattern.match(label) for pattern in (words.phone, words.email, words.card)) or bool(
        _EMAIL_re.fullmatch(below.strip())
    )


def _complete_phone(text: str) -> bool:
    return any(sum(c.isdigit() for c in match.group()) in PHONE_DIGITS for match in _PHONE_re.finditer(text))


def _phone(block: Sequence[str], words: CustomerWords) -> str | None:
    text = block[0] + (" " + block[1].strip() if len(block) > 1 and not _complete_phone(block[0]) else "")
    for part in (text, *block[1:]):
        for match in _PHONE_re.finditer(part):
            found = _as_phone(match.group(), labelled=bool(words.phone.search(plain(part))))
            if found:
                return found
    return None


def _as_phone(printed: str, *, labelled: bool) -> str | None:
    """Digits and mask signs. A bare run of digits without a phone label is a member number unless it is written like
    a phone."""
    if _FOURS_re.fullmatch(printed.strip()) and not labelled:
        return None
    signs = "".join("*" if sign in "*xX•" else sign for sign in printed if sign in "0123456789*xX•")
    digits = sum(sign.isdigit() for sign in signs)
    if "*" in signs:
        return signs if digits in MASKED_PHONE_DIGITS and len(signs) in PHONE_DIGITS else None
    written_like_one = labelled or any(sign in "+()- ." for sign in printed.strip()) or len(signs) == 10
    plus = "+" if printed.strip().startswith("+") else ""
    return plus + signs if digits in PHONE_DIGITS and written_like_one else None


def _name(text: str, words: CustomerWords) -> str | None:
    value = re.sub(r"^\s*[:#\s]+", "", text)
    match = _NAME_re.match(value)
    if not match:
        return None
    name = re.split(r"\s{2,}|\(|\s[-–]\s", match.group())[0].strip(" ,.-*")
    said = plain(name)
    labels = (words.phone, words.email, words.card, words.labels)
    if len(name) < 2 or not said or any(pattern.fullmatch(said) for pattern in labels):
        return None
    return None if words.not_people.search(said) else name


def _card(text: str, words: CustomerWords) -> str | None:
    del words
    value = re.sub(r"^\s*[:#\s]+", "", text)
    match = _CARD_re.match(value)
    if not match:
        return None
    signs = re.sub(r"[ -]", "", match.group())
    return signs if sum(sign.isdigit() for sign in signs) >= 4 else None
