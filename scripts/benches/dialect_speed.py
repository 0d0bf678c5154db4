"""dialect-speed: MB/s from printer bytes to print events, per dialect on one core, beside a bare bytes.find pass.

"reading": a fresh reader for each receipt, as the agent does it; "auto": the language told from the bytes first;
"skipping": commands only, as the tap looks for cuts. CPU time, the best of several passes; --profile: where it goes.
"""

import argparse
import cProfile
import os
import pstats
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from xml.sax.saxutils import escape

from rich.console import Console
from rich.table import Table

from agent.dialects import READERS, DialectName, DialectState, Language, read_job
from agent.dialects.escpos_lengths import CutScanner
from tests.dialects.streams import noise
from tests.shared_data import BESIDE
from tests.story.slips import Shop

MEGABYTE = 1 << 20
NEEDLE = b"\x00 not in any receipt \x00"
AIM, LEAST, SKIPPED = 12.5, 5.0, 100.0
"""MB/s: 100 Mbit/s on the wire; what text must reach at least; pictures that are only skipped."""
WIRE_BYTES = 1460
"""What the tap gets at a time."""
STAR_WORDS = (
    (b"\x1bE\x01", b"\x1bE"),
    (b"\x1bE\x00", b"\x1bF"),
    (b"\x1ba\x01", b"\x1b\x1da\x01"),
    (b"\x1ba\x00", b"\x1b\x1da\x00"),
    (b"\x1dVA\x03", b"\x1bd\x03"),
    (b"\x1bp\x00\x19\xfa", b"\x07"),
)
ESCPOS_ONLY = (*(word for word, _ in STAR_WORDS), b"\x1b@")


@dataclass(frozen=True)
class Load:
    """Jobs of one kind, and which dialect they are in."""

    name: str
    language: Language
    jobs: list[bytes]
    is_text: bool = True

    @property
    def size(self) -> int:
        return sum(map(len, self.jobs))


def slips(count: int) -> list[bytes]:
    shop = Shop("HAPPY TAILS", "1", 7, 1000, datetime(2026, 3, 2, 9, tzinfo=UTC))
    return [slip.data for slip in shop.day(count, ("(415) 555-0111", "(415) 555-0122"))]


def without(data: bytes) -> bytes:
    for word in ESCPOS_ONLY:
        data = data.replace(word, b"")
    return data


def in_star(data: bytes) -> bytes:
    for word, star in STAR_WORDS:
        data = data.replace(word, star)
    return data


def in_epos(data: bytes) -> bytes:
    """Every line an element, as the makers' libraries write them."""
    texts = (f"<text>{escape(line)}&#10;</text>" for line in without(data).decode("cp437").split("\n"))
    start = (
        '<?xml version="1.0" encoding="utf-8"?><epos-print xmlns="http://www.epson-pos.com/schemas/2011/03/epos-print">'
    )
    return (start + "".join(texts) + '<cut type="feed"/></epos-print>').encode()


def in_webprnt(data: bytes) -> bytes:
    texts = (f"<text>{escape(line)}&#10;</text>" for line in without(data).decode("cp437").split("\n"))
    return (
        f"<StarWebPrint><Request><root>{''.join(texts)}<cutpaper feed='true'/></root></Request></StarWebPrint>".encode()
    )


def columns_at(data: bytes, place: bytes) -> bytes:
    """The same slip as libraries print it: amounts placed by position instead of spaces."""
    lines = [line.rsplit(b"  ", 1) for line in data.split(b"\n")]
    return b"\n".join(
        line[0].rstrip() + place + line[1].strip() if len(line) == 2 and line[1].strip() else b"  ".join(line)
        for line in lines
    )


def loads(count: int) -> Iterator[Load]:
    printed = slips(count)
    yield Load("escpos, slips", Language.ESCPOS, printed)
    yield Load("escpos, by position", Language.ESCPOS, [columns_at(slip, b"\x1b$\x90\x01") for slip in printed])
    yield Load("star, slips", Language.STAR, [in_star(slip) for slip in printed])
    stars = [in_star(columns_at(slip, b"\x1b\x1dA\x90\x01")) for slip in printed]
    yield Load("star, by position", Language.STAR, stars)
    yield Load("plain text, slips", Language.PLAIN_TEXT, [without(slip) for slip in printed])
    yield Load("epos xml, slips", Language.EPOS_XML, [in_epos(slip) for slip in printed])
    yield Load("star webprnt, slips", Language.STAR_WEBPRNT, [in_webprnt(slip) for slip in printed])
    yield from captured()
    yield from drawn()
    yield Load("escpos, noise", Language.ESCPOS, [noise(4000, seed) for seed in range(50)], is_text=False)
    yield Load("star, noise", Language.STAR, [noise(4000, seed) for seed in range(50)], is_text=False)


def captured() -> Iterator[Load]:
    """What libraries print, when it lies beside the project."""
    folder = Path(os.environ.get("TILLPOST_TEST_DATA", BESIDE)) / "encoders"
    files = sorted(path for path in folder.rglob("*.bin") if "raster" not in path.name and "graphic" not in path.name)
    for language in (Language.ESCPOS, Language.STAR):
        jobs = [path.read_bytes() for path in files if ("star" in path.name) == (language is Language.STAR)]
        if jobs:
            yield Load(f"{language.value}, libraries", language, jobs)


def drawn() -> Iterator[Load]:
    """Receipts as pictures, 72 bytes wide."""
    rng, wide, high = random.Random(5), 72, 2000
    rows = rng.randbytes(wide * high)
    size = bytes((wide, 0, high & 255, high >> 8))
    long = b"0p0\x01\x011" + bytes((wide * 8 & 255, wide * 8 >> 8, high & 255, high >> 8)) + rows
    bands = b"".join(b"\x1b*\x21\x40\x02" + rows[at : at + 1728] + b"\n" for at in range(0, len(rows) - 1728, 1728))
    stars = b"\x1b*rA" + b"".join(b"b\x48\x00" + rows[at : at + wide] for at in range(0, len(rows), wide)) + b"\x1b*rB"
    for name, language, picture in (
        ("escpos, GS v 0", Language.ESCPOS, b"\x1dv0\x00" + size + rows),
        ("escpos, GS 8 L", Language.ESCPOS, b"\x1d8L" + len(long).to_bytes(4, "little") + long + b"\x1d(L\x02\x0002"),
        ("escpos, ESC * bands", Language.ESCPOS, bands),
        ("star, rows", Language.STAR, stars),
        ("star, ESC X bands", Language.STAR, bands.replace(b"\x1b*\x21\x40\x02", b"\x1bX\x40\x02")),
    ):
        yield Load(name, language, [b"\x1b@" + picture + b"\n"] * 20, is_text=False)


def read(load: Load) -> None:
    make, state = READERS[load.language], DialectState()
    for job in load.jobs:
        reader = make(state)
        reader.feed(job)
        reader.give_up()


def read_auto(load: Load) -> None:
    state = DialectState()
    for job in load.jobs:
        _, state = read_job(job, state, DialectName.AUTO)


def skip(load: Load) -> None:
    scanner = CutScanner(DialectName.STAR if load.language is Language.STAR else DialectName.ESCPOS)
    for job in load.jobs:
        for at in range(0, len(job), WIRE_BYTES):
            scanner.feed(job[at : at + WIRE_BYTES])


def find(load: Load) -> None:
    for job in load.jobs:
        job.find(NEEDLE)


def speed(work: Callable[[Load], None], load: Load, passes: int) -> float:
    """MB/s of CPU time, the best pass; each pass is long enough to be measured."""
    best = 0.0
    for _ in range(passes):
        turns, begun = 0, time.process_time()
        while (taken := time.process_time() - begun) < 0.05:
            work(load)
            turns += 1
        best = max(best, turns * load.size / taken / MEGABYTE)
    return best


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench dialect-speed", description=__doc__)
    parser.add_argument("--receipts", type=int, default=400, help="different receipts of each kind (default 400)")
    parser.add_argument("--passes", type=int, default=5)
    parser.add_argument("--only", default="", help="loads whose name has this in it")
    parser.add_argument("--profile", action="store_true", help="where the time goes, function by function")
    options = parser.parse_args(arguments)
    chosen = [load for load in loads(options.receipts) if options.only in load.name]
    if options.profile:
        return profile(chosen)
    return report(chosen, options.passes)


def profile(chosen: Sequence[Load]) -> int:
    for load in chosen:
        with cProfile.Profile() as watched:
            read(load)
        stats = pstats.Stats(watched).get_stats_profile()
        told = sorted(stats.func_profiles.items(), key=lambda item: -item[1].tottime)[:14]
        table = Table(title=f"{load.name}: {load.size:,} bytes (watched, so several times slower)")
        for heading in ("share", "calls", "function"):
            table.add_column(heading, justify="left" if heading == "function" else "right")
        for name, numbers in told:
            place = f"{Path(numbers.file_name).name}:{numbers.line_number} {name}" if numbers.line_number else name
            table.add_row(f"{numbers.tottime / stats.total_tt:.0%}", str(numbers.ncalls), place)
        Console(width=110).print(table)
    return 0


def report(chosen: Sequence[Load], passes: int) -> int:
    table = Table(title="MB/s on one core")
    for heading in ("", "reading", "auto", "skipping", "bytes.find", "reading / find"):
        table.add_column(heading, justify="right" if heading else "left")
    text: list[float] = []
    skipped: list[float] = []
    for load in chosen:
        figures = [speed(work, load, passes) for work in (read, read_auto, skip, find)]
        table.add_row(load.name, *(f"{figure:,.1f}" for figure in figures), f"1 / {figures[3] / figures[0]:,.0f}")
        if load.is_text:
            text.append(figures[0])
        elif "noise" not in load.name:
            skipped.append(figures[2])
    Console(width=110).print(table)
    if text:
        print(f"text: {min(text):.1f} MB/s at the slowest (aim {AIM}, at least {LEAST})")
    if skipped:
        print(f"pictures skipped: {min(skipped):.0f} MB/s at the slowest (at least {SKIPPED:.0f})")
    kept = min(text, default=LEAST) >= LEAST and min(skipped, default=SKIPPED) >= SKIPPED
    print("the promise is kept" if kept else "the promise is NOT kept")
    return 0 if kept else 1
