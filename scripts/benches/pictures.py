"""pictures: receipts printed as pixels only: how many are read right, held or read wrong, and how long it takes.

Made-up receipts in several fonts and sizes go through what the box does, real OCR included: looked up; if a sign is not
known, taught and looked up again; at the end those still held once more. `at once` needed no OCR.
`--html FOLDER` reads screenshots instead, named FONT-NN.png, with FONT.json beside them: a list of
[file, number, phone, subtotal, tax, total], as a browser-based POS draws them.
"""

import argparse
import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median

from PIL import Image

from agent.formats import StoreContext, load_format, read_paper
from agent.paper import lay_out
from agent.pictures.learner import closes
from agent.pictures.lesson import teach
from agent.raster import Bitmap, Notebook, TextLine, joined, read_lines, text_lines
from agent.receipt import State
from tests.raster.pictures import Look, PixelTill, one_image
from tests.raster.reading import events_in

FORM, STORE, WIDTH, PAGES = load_format("generic"), StoreContext(), 576, 12
LOOKS = (
    Look("DejaVuSansMono.ttf", 16, columns=56),
    Look("DejaVuSansMono.ttf", 20, columns=42),
    Look("DejaVuSansMono-Bold.ttf", 20),
    Look("DejaVuSans.ttf", 16),
    Look("DejaVuSans.ttf", 20, logo=True),
    Look("DejaVuSerif-Bold.ttf", 18, dots=384),
    Look("DejaVuSerif.ttf", 22),
    Look("DejaVuSans-Bold.ttf", 18),
)
Truth = tuple[int, int, int, str, str]


@dataclass(frozen=True, slots=True)
class Sample:
    picture: Bitmap
    truth: Truth


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser("pictures", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--receipts", type=int, default=25)
    parser.add_argument("--html", type=Path, help="a folder of screenshots, see above")
    chosen = parser.parse_args(arguments)
    fonts = _screenshots(chosen.html) if chosen.html else _drawn(chosen.receipts)
    wrong = 0
    print(f"{'font':24} {'n':>4} {'at once':>8} {'by lesson':>9} {'later':>6}", end=" ")
    print(f"{'held':>5} {'wrong':>5} {'lesson s':>8} {'ms':>5}")
    for name, samples in fonts:
        wrong += asyncio.run(_measure(name, samples[: chosen.receipts]))
    return 1 if wrong else 0


async def _measure(name: str, samples: list[Sample]) -> int:
    notebook, pages, asked = Notebook(), dict[str, list[TextLine]](), partial(closes, FORM, STORE, WIDTH)
    when, waiting, lessons, looked = Counter[str](), list[Sample](), 0.0, list[float]()
    for number, sample in enumerate(samples):
        began = time.process_time()
        found = _outcome(sample, notebook)
        looked.append(time.process_time() - began)
        if found == "held":
            began, lines = time.perf_counter(), text_lines(sample.picture)
            notebook = await teach(notebook, str(number), sample.picture, lines, pages, asked, datetime.now(UTC))
            lessons += time.perf_counter() - began
            pages = {**dict(list(pages.items())[1 - PAGES :]), str(number): lines}
            found = _outcome(sample, notebook)
            when["by lesson"] += found == "right"
            waiting += [sample] if found == "held" else []
        else:
            when["at once"] += found == "right"
        when["wrong"] += found == "wrong"
    later = Counter(_outcome(sample, notebook) for sample in waiting)
    wrong, taught = when["wrong"] + later["wrong"], max(1, len(notebook.taught_by))
    print(f"{name:24} {len(samples):4} {when['at once']:8} {when['by lesson']:9} {later['right']:6}", end=" ")
    print(f"{later['held']:5} {wrong:5} {lessons / taught:8.1f} {median(looked) * 1000:5.0f}", flush=True)
    return wrong


def _outcome(sample: Sample, notebook: Notebook) -> str:
    text = read_lines(text_lines(sample.picture), notebook.dictionary)
    lines = [line.text for line in lay_out(text.events, WIDTH).lines]
    found = read_paper(lines, FORM, STORE) if text.is_read else []
    if not found or found[0].state is not State.ACCEPTED:
        return "held"
    one = found[0]
    said = (one.subtotal, one.tax, one.total, one.phone, one.number)
    return "right" if said == sample.truth else "wrong"


def _drawn(receipts: int) -> Iterable[tuple[str, list[Sample]]]:
    for look in LOOKS:
        till = PixelTill(look, 5)
        samples = []
        for _ in range(receipts):
            one = till.sale()
            picture = joined(events_in(one_image(one)), WIDTH)
            assert picture is not None
            samples.append(Sample(picture, (one.subtotal, one.tax, one.total, one.phone, one.number)))
        yield f"{look.face.removesuffix('.ttf')} {look.size}", samples


def _screenshots(folder: Path) -> Iterable[tuple[str, list[Sample]]]:
    for truths in sorted(folder.glob("*.json")):
        rows = json.loads(truths.read_text())
        samples = [
            Sample(_black_and_white(folder / Path(name).name), (subtotal, tax, total, phone, number))
            for name, number, phone, subtotal, tax, total in rows
        ]
        yield truths.stem, samples


def _black_and_white(file: Path) -> Bitmap:
    grey = Image.open(file).convert("L")
    grey = grey.crop((0, 0, grey.width // 8 * 8, grey.height))
    data = grey.point(lambda dot: 255 * (dot < 128)).convert("1", dither=Image.Dither.NONE).tobytes()
    size = grey.width // 8
    rows = [int.from_bytes(data[at : at + size], "big") for at in range(0, len(data), size)]
    return Bitmap(grey.width, tuple(rows))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
