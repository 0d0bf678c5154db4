"""page-latency: from a receipt's cut to its card on the till page in Chromium, beside a bare fetch of that page.

A whole box runs, with its till, printer and cloud. A slip is printed, the printer notes the moment of the cut, and an
observer in the page notes the moment at which the card with its number is on the screen; both read one machine's clock.
The yardstick, in the same run and in turn with it, is the same browser fetching the page whole: the least that anything
the page shows can take.
"""

import argparse
import asyncio
import shutil
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from playwright.async_api import Page
from rich.console import Console
from rich.progress import track
from rich.table import Table

from tests.story.printer import CUT
from tests.till.browser import chromium, tablet
from tests.till.shop import PageShop, opened

PROMISED_MS = 500
WATCH = """() => { window.seen = {};
  const look = () => { const now = Date.now();
    for (const one of document.querySelectorAll('li.card .what'))
      window.seen[one.textContent.trim()] ??= now; };
  new MutationObserver(look).observe(document.body, {childList: true, subtree: true, characterData: true}); look(); }"""
FETCH = """async () => { const begun = performance.now();
  await (await fetch('/')).text(); return performance.now() - begun; }"""


async def cut_seen(shop: PageShop, before: int) -> float:
    """When the printer had one cut more, in milliseconds since 1970."""
    while shop.printer.cuts <= before:  # noqa: ASYNC110 - the moment itself is what is measured
        await asyncio.sleep(0)
    return time.time() * 1000


async def one(shop: PageShop, page: Page) -> float:
    """Milliseconds from the cut to the card."""
    slip = shop.shop.sale("", 3)
    cut = asyncio.create_task(cut_seen(shop, shop.printer.printed.count(CUT)))
    await shop.till.print(slip)
    began = await cut
    seen: float = await (await page.wait_for_function(f"() => window.seen['Sale {slip.number}']")).json_value()
    return max(0.0, seen - began)


async def measure(receipts: int) -> tuple[list[float], list[float]]:
    shown, fetched = list[float](), list[float]()
    with tempfile.TemporaryDirectory(prefix="tillpost-bench-") as folder:
        async with opened(Path(folder)) as shop, chromium() as browser, tablet(browser, shop.url) as page:
            await page.evaluate(WATCH)
            for number in track(range(receipts + 3), description="receipts", transient=True):
                took, fetch = await one(shop, page), float(await page.evaluate(FETCH))
                if number >= 3:  # the first ones warm everything up
                    shown.append(took)
                    fetched.append(fetch)
                await asyncio.sleep(0.2)
    return shown, fetched


def at(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench page-latency", description=__doc__)
    parser.add_argument("--receipts", type=int, default=60)
    chosen = parser.parse_args(arguments)
    if shutil.which("chromium") is None:
        parser.error("needs a browser: apt-get install chromium")
    shown, fetched = asyncio.run(measure(chosen.receipts))
    table = Table("", "cut to card, ms", "page fetched whole, ms", "ratio", title=f"{len(shown)} receipts", box=None)
    for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99)):
        table.add_row(
            name,
            f"{at(shown, share):.0f}",
            f"{at(fetched, share):.0f}",
            f"{at(shown, share) / max(at(fetched, share), 0.1):.1f}",
        )
    Console().print(table)
    late = sum(took > PROMISED_MS for took in shown)
    Console().print(f"mean {statistics.mean(shown):.0f} ms; {late} of {len(shown)} later than {PROMISED_MS} ms")
    return 0
