"""print-path: how much later the printer gets its bytes through the tap than through socat, before a cut and at one.

One thread is till and printer at once: it writes, then waits until exactly these bytes have arrived. Jobs go directly,
through socat and through the tap in turn, so that all three meet the same machine. A sync of the same disk is measured
between the jobs, because a cut is let through when its receipt is on disk.
"""

import argparse
import json
import os
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

LINES = 20
CUT = b"\n\x1dVA\x03"
HEAD = b"\x1b@\x1ba\x00\x1d!\x00\x1bt\x00"
JOB_BYTES, YARDSTICK_BYTES = 1024, 8 << 20
WARM_UP = 5
SETTLE_SECONDS = 0.005
"""Between jobs; a store prints one receipt in 20 s."""
NO_SLOWER, SYNC_EXTRA_MS = 2.0, 2.0
"""What is promised: before a cut at most so many times socat; a cut at most one sync and so many milliseconds."""


@dataclass
class Way:
    """From till to printer: two connected sockets with whatever lies between."""

    name: str
    till: socket.socket
    printer: socket.socket
    before: list[float] = field(default_factory=list)
    """Milliseconds from each write to its arrival."""
    cut: list[float] = field(default_factory=list)

    def time_write(self, data: bytes) -> float:
        begun = time.perf_counter_ns()
        self.till.sendall(data)
        missing = len(data)
        while missing:
            missing -= len(self.printer.recv(missing))
        return (time.perf_counter_ns() - begun) / 1e6

    def forget(self) -> None:
        self.before.clear()
        self.cut.clear()

    def print_job(self, rng: random.Random, pause: float) -> None:
        self.before.append(self.time_write(HEAD))
        for _ in range(LINES):
            line = b"%-30s%9.2f\n" % (rng.choice((b"COFFEE", b"RECORD", b"BOOK OF SONGS")), rng.random() * 90)
            time.sleep(pause)
            self.before.append(self.time_write(line))
        self.cut.append(self.time_write(CUT))


class Disk:
    """The yardstick of a cut: as much written and synced as a job is long, in place, as the journal does."""

    def __init__(self, path: Path) -> None:
        self.file = os.open(path, os.O_RDWR | os.O_CREAT)
        self.syncs: list[float] = []
        self._at = 0
        os.write(self.file, bytes(YARDSTICK_BYTES))
        os.fsync(self.file)

    def forget(self) -> None:
        self.syncs.clear()

    def print_job(self, rng: random.Random, pause: float) -> None:
        time.sleep(pause * LINES)
        written = rng.randbytes(JOB_BYTES)
        begun = time.perf_counter_ns()
        os.pwrite(self.file, written, self._at)
        os.fdatasync(self.file)
        self.syncs.append((time.perf_counter_ns() - begun) / 1e6)
        self._at = (self._at + JOB_BYTES) % (YARDSTICK_BYTES - JOB_BYTES)


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench print-path", description=__doc__)
    parser.add_argument("--jobs", type=int, default=200, help="receipts through each way (default 200)")
    parser.add_argument("--pause-ms", type=float, default=0, help="between two writes of a job (default none)")
    parser.add_argument(
        "--folder", type=Path, default=Path("/var/tmp"), help="where the journal is; its disk is measured"
    )
    parser.add_argument("--ordinary", action="store_true", help="share the processor with whatever else runs here")
    options = parser.parse_args(arguments)
    if not options.ordinary:
        go_first()
    with tempfile.TemporaryDirectory(dir=options.folder, prefix="tillpost-bench-") as folder, ExitStack() as open_ways:
        ways = [open_ways.enter_context(way) for way in (direct(), through_socat(), through_tap(Path(folder)))]
        syncs = measure(ways, Path(folder), options.jobs, options.pause_ms / 1000)
    return report(ways, syncs)


def go_first() -> None:
    """All of the bench before other work on this machine, which is not what is measured; so does the tap's unit."""
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    except PermissionError:
        print("not allowed to go first: other work on this machine is measured, too")


def measure(ways: Sequence[Way], folder: Path, jobs: int, pause: float) -> list[float]:
    """Gives the milliseconds each sync took. It takes its turn as the ways do: a disk that was just synced is quick."""
    rng, disk = random.Random(1), Disk(folder / "yardstick")
    everyone: list[Way | Disk] = [*ways, disk]
    for number in range(jobs + WARM_UP):
        if number == WARM_UP:
            for measured in everyone:
                measured.forget()
        for turn in rng.sample(everyone, len(everyone)):
            turn.print_job(rng, pause)
            time.sleep(SETTLE_SECONDS)
    os.close(disk.file)
    return disk.syncs


@contextmanager
def printer_side() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


def connected(name: str, address: tuple[str, int], listener: socket.socket) -> Way:
    deadline = time.monotonic() + 10
    while True:
        try:
            till = socket.create_connection(address)
            break
        except ConnectionRefusedError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
    till.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return Way(name, till, listener.accept()[0])


@contextmanager
def direct() -> Iterator[Way]:
    with printer_side() as listener:
        way = connected("direct", listener.getsockname(), listener)
        with way.till, way.printer:
            yield way


@contextmanager
def through_socat() -> Iterator[Way]:
    if shutil.which("socat") is None:
        raise SystemExit("socat is not installed: scripts/setup installs it")
    port = free_port()
    with printer_side() as listener:
        command = [
            "socat",
            f"TCP-LISTEN:{port},bind=127.0.0.1,reuseaddr,fork,nodelay",
            f"TCP:{address_of(listener)},nodelay",
        ]
        with process(command, {}):
            way = connected("socat", ("127.0.0.1", port), listener)
            with way.till, way.printer:
                yield way


@contextmanager
def through_tap(folder: Path) -> Iterator[Way]:
    port = free_port()
    with printer_side() as listener:
        lane = {
            "name": "till1",
            "tap": "raw_tcp",
            "listen": f"127.0.0.1:{port}",
            "printer": address_of(listener),
            "dialect": "auto",
        }
        paths = {name: str(folder / name) for name in ("journal", "wake", "status")}
        with process([sys.executable, "-m", "agent.tap"], {"TILLPOST_TAP": json.dumps({"lanes": [lane], **paths})}):
            way = connected("tap", ("127.0.0.1", port), listener)
            with way.till, way.printer:
                yield way


@contextmanager
def process(command: Sequence[str], environ: dict[str, str]) -> Iterator[None]:
    running = subprocess.Popen(command, env={**os.environ, **environ})
    try:
        yield
    finally:
        running.terminate()
        running.wait(10)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def address_of(listener: socket.socket) -> str:
    return "{}:{}".format(*listener.getsockname())


def percentile(values: Sequence[float], percent: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


def report(ways: Sequence[Way], syncs: Sequence[float]) -> int:
    socat, tap = ways[1], ways[2]
    table = Table(title=f"{len(tap.cut)} jobs each way, interleaved; milliseconds from write to arrival")
    for heading in ("", *(way.name for way in ways), "tap / socat", "one sync"):
        table.add_column(heading, justify="right")
    for label in ("before a cut", "a cut"):
        for percent in (50, 99):
            times = [percentile(way.cut if label == "a cut" else way.before, percent) for way in ways]
            sync = f"{percentile(syncs, percent):.3f}" if label == "a cut" else ""
            table.add_row(
                f"{label}, p{percent}", *(f"{value:.3f}" for value in times), f"{times[2] / times[1]:.2f}", sync
            )
    Console().print(table)
    ratio = percentile(tap.before, 99) / percentile(socat.before, 99)
    excess = percentile(tap.cut, 99) - percentile(syncs, 99)
    kept = ratio <= NO_SLOWER and excess <= SYNC_EXTRA_MS
    print(f"before a cut, p99: {ratio:.2f} x socat (promised: at most {NO_SLOWER:.0f})")
    print(f"a cut, p99: one sync and {excess:.2f} ms (promised: at most {SYNC_EXTRA_MS:.0f} ms)")
    print("the promise is kept" if kept else "the promise is NOT kept")
    return 0 if kept else 1
