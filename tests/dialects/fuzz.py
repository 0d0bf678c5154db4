"""fuzz: makes bytes no till would send, of four kinds, for every language; runs them through its reader; judges none.

Random bytes; bytes that look like commands; slips with bytes changed, lost and doubled; commands with any parameters.
"""

import random
from collections.abc import Iterator
from datetime import UTC, datetime

from agent.dialects import READERS, DialectState, Language
from agent.dialects.escpos_table import ESCPOS
from agent.dialects.star_table import STAR
from agent.print_events import PrintEvent
from tests.dialects.streams import noise, randomly_sliced
from tests.story.slips import Shop

EPOS = (
    b'<?xml version="1.0"?><epos-print xmlns="http://www.epson-pos.com/schemas/2011/03/epos-print">'
    b"<text align='center'/><text>SHOP&#10;TOTAL 5.00&#10;</text><feed line='2'/><cut type='feed'/></epos-print>"
)
WEBPRNT = (
    b"<StarWebPrint><Request><root><text>TOTAL 5.00\n</text><cutpaper feed='true'/></root></Request></StarWebPrint>"
)
DOCUMENTS = {Language.EPOS_XML: EPOS, Language.STAR_WEBPRNT: WEBPRNT}
KEYS = {Language.ESCPOS: tuple(ESCPOS.table), Language.STAR: tuple(STAR.table)}
LENGTHS = (0, 0, 1, 2, 3, 4, 5, 9, 40, 300)


def fuzzed(language: Language, size: int, seed: int) -> Iterator[bytes]:
    """About `size` bytes in jobs; the same ones for a seed."""
    rng, made = random.Random(f"{language} {seed}"), 0
    kinds = (_random, _command_like, _changed, _soup)
    while made < size:
        job = rng.choice(kinds)(language, rng)
        made += len(job)
        yield job


def without_large_counts(language: Language, size: int, seed: int) -> bytes:
    """One stream in which hardly a command announces so much data that the rest is passed over."""
    rng, out = random.Random(f"{language} {seed}"), bytearray()
    while len(out) < size:
        out += rng.choice((_command_like, _changed))(language, rng)
    return bytes(out)


def _size(rng: random.Random) -> int:
    return rng.choice((200, 1000, 4000, 16_000))


def _random(_language: Language, rng: random.Random) -> bytes:
    return rng.randbytes(_size(rng))


def _command_like(_language: Language, rng: random.Random) -> bytes:
    return noise(_size(rng), rng.getrandbits(30))


def _changed(language: Language, rng: random.Random) -> bytes:
    """A slip printed again and again, or one document; a few bytes of it wrong each time."""
    if language in DOCUMENTS:
        return _damaged(DOCUMENTS[language], rng)
    shop = Shop("HAPPY TAILS", "1", rng.getrandbits(20), 1, datetime(2026, 3, 2, 9, tzinfo=UTC))
    size, out = _size(rng), bytearray()
    while len(out) < size:
        out += _damaged(shop.sale().data, rng)
    return bytes(out)


def _damaged(data: bytes, rng: random.Random) -> bytes:
    out = bytearray(data)
    for _ in range(rng.randrange(6)):
        at = rng.randrange(len(out))
        match rng.randrange(4):
            case 0:
                out[at] = rng.randrange(256)
            case 1:
                del out[at : at + rng.randrange(1, 9)]
            case 2:
                out[at:at] = out[max(0, at - rng.randrange(1, 40)) : at]
            case _:
                out[at:at] = rng.randbytes(rng.randrange(1, 5))
        out = out or bytearray(b"?")
    return bytes(out)


def _soup(language: Language, rng: random.Random) -> bytes:
    keys = KEYS.get(language) or (b"<", b"</", b"&", b'="', b"<text>", b"</text>", b"<image>", b"\xff", b"\x1b")
    size, out = _size(rng), bytearray(DOCUMENTS[language][:60] if language in DOCUMENTS else b"")
    while len(out) < size:
        out += rng.choice(keys) + rng.randbytes(rng.choice(LENGTHS))
    return bytes(out)


def read_fuzzed(language: Language, jobs: Iterator[bytes], seed: int) -> Iterator[list[PrintEvent]]:
    """The events, slice by slice; behind each job the line goes quiet, and another reader goes on."""
    state = DialectState()
    for number, job in enumerate(jobs):
        reader = READERS[language](state)
        for part in randomly_sliced(job, seed + number):
            yield reader.feed(part)
        yield reader.give_up()
        state = reader.state
