"""dialect-fuzz: millions of bytes no till would send through every dialect: no exception, bounded memory, linear time.

Each language runs in a process of its own. Memory: how much the process grew. Time: a stream eight times as long must
take the same time a byte. A fault is shown with the seed that makes it again.
"""

import argparse
import multiprocessing
import resource
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from agent.dialects import READERS, DialectState, Language
from tests.dialects.fuzz import fuzzed, read_fuzzed, without_large_counts

MEGABYTE = 10**6
MOST_GROWTH = 96
"""MB: two pictures of the largest size that is kept, joined and turned, and what Python does not give back."""
SUPERLINEAR = 2.0


@dataclass(frozen=True)
class Outcome:
    language: Language
    size: int
    events: int
    seconds: float
    growth: float
    """MB."""
    bend: float
    """Time a byte of a long stream, by that of a short one."""
    fault: str

    @property
    def held(self) -> bool:
        return not self.fault and self.growth <= MOST_GROWTH and self.bend <= SUPERLINEAR


def run(language: Language, size: int, seed: int) -> Outcome:
    events, read, begun, fault = 0, 0, time.process_time(), ""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    step = seed
    while read < size and not fault:
        jobs = list(fuzzed(language, min(MEGABYTE, size - read), step))
        read += sum(map(len, jobs))
        try:
            events += sum(map(len, read_fuzzed(language, iter(jobs), step)))
        except Exception:  # noqa: BLE001 - whatever it is, it is what was looked for
            fault = f"seed {step}: {traceback.format_exc()}"
        step += 1
    taken = time.process_time() - begun
    growth = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    return Outcome(language, read, events, taken, growth, 0.0 if fault else bend(language, seed), fault)


def bend(language: Language, seed: int) -> float:
    """The best of three, because others use this machine, too."""
    data = without_large_counts(language, MEGABYTE // 4, seed)
    return min(seconds_a_byte(language, data * 8) / seconds_a_byte(language, data) for _ in range(3))


def seconds_a_byte(language: Language, data: bytes) -> float:
    reader, begun = READERS[language](DialectState()), time.process_time()
    for at in range(0, len(data), 1460):
        reader.feed(data[at : at + 1460])
    reader.give_up()
    return (time.process_time() - begun) / len(data)


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench dialect-fuzz", description=__doc__)
    parser.add_argument("--megabytes", type=float, default=10, help="for each language (default 10)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=[language.value for language in READERS])
    options = parser.parse_args(arguments)
    chosen = [language for language in READERS if options.only in (None, language.value)]
    size = round(options.megabytes * MEGABYTE)
    with multiprocessing.get_context("fork").Pool(1, maxtasksperchild=1) as pool, Progress(transient=True) as progress:
        languages = progress.track(chosen, description="fuzzing")
        outcomes = [pool.apply(run, (language, size, options.seed)) for language in languages]
    return report(outcomes)


def report(outcomes: Sequence[Outcome]) -> int:
    table = Table(title="fuzzed")
    for heading in ("language", "bytes", "events", "MB/s", "grew by MB", "long / short", ""):
        table.add_column(heading, justify="left" if heading in ("language", "") else "right")
    for outcome in outcomes:
        speed = outcome.size / outcome.seconds / MEGABYTE
        figures = f"{outcome.size:,} {outcome.events:,} {speed:.1f} {outcome.growth:.0f} {outcome.bend:.2f}".split()
        table.add_row(outcome.language.value, *figures, "" if outcome.held else "FAILED")
    Console(width=110).print(table)
    for outcome in outcomes:
        if outcome.fault:
            print(f"{outcome.language.value}, {outcome.fault}")
    return 0 if all(outcome.held for outcome in outcomes) else 1
