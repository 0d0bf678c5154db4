"""ocr: takes a picture of dots, asks Debian's tesseract what stands where; one run at a time, bounded, in a process
of its own; believes nothing."""

import asyncio
import csv
import io
import os
import shutil
from collections.abc import Iterator

from PIL import Image

from agent.errors import TillpostError
from agent.raster.bitmap import Bitmap
from agent.raster.words import Word

PROGRAM, LIMITER = "tesseract", "prlimit"
TIMEOUT_S = 120.0
"""A receipt takes half a second on a PC, several on a small box."""
MEMORY = 400 << 20
"""Address space, bytes; tesseract maps 150 MB and uses 70 of them for a long receipt."""
BORDER = 24
SMALL_CAPS = 24
"""Capitals lower than this, in dots, are read better when they are enlarged."""
SCALES = ((2, 1), (3, 2), (2, 1))
"""How much at each look, small capitals and others: what is read wrong at one size is often read right at another."""
LOOKS = len(SCALES)
DIGITS = "0123456789.,-$%"
_SETTINGS = ("--psm", "6", "-c", "tessedit_create_tsv=1", "-c", "load_system_dawg=0", "-c", "load_freq_dawg=0")


class OcrFailed(TillpostError):
    """The program is not there, took too long or too much memory, or died of this picture."""

    default_hint = "Install it: apt install tesseract-ocr. A picture it cannot read stays held; other receipts go on."


def is_installed() -> bool:
    return bool(shutil.which(PROGRAM) and shutil.which(LIMITER))


async def words_on(picture: Bitmap, cap: int, look: int = 0, timeout_s: float = TIMEOUT_S) -> list[Word]:
    """What stands on the picture, whose capitals are `cap` dots high. Raises OcrFailed.

    `look` 0 … 2: the same picture at another size, and at last for its digits only.
    """
    if not is_installed():
        raise OcrFailed("tesseract is not installed")
    scale = SCALES[look][cap >= SMALL_CAPS]
    image = await asyncio.to_thread(_enlarged, picture, scale)
    only = ("-c", f"tessedit_char_whitelist={DIGITS}") if look == LOOKS - 1 else ()
    process = await asyncio.create_subprocess_exec(
        *(LIMITER, f"--as={MEMORY}", f"--cpu={round(timeout_s)}"),
        *("choom", "-n", "1000", "--", "nice", "-n", "19"),  # short of memory, the kernel ends this one first
        *(PROGRAM, "stdin", "stdout", *_SETTINGS, *only),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "OMP_THREAD_LIMIT": "1"},
    )
    try:
        async with asyncio.timeout(timeout_s):
            output, _ = await process.communicate(image)
    except TimeoutError as error:
        raise OcrFailed(f"tesseract took more than {timeout_s:g} s") from error
    finally:
        if process.returncode is None:  # timed out or cancelled: nobody waits for it any more
            process.kill()
            await process.wait()
    if process.returncode:
        raise OcrFailed(f"tesseract ended with {process.returncode}")
    return list(_words(output.decode("utf-8", "replace"), scale))


def _enlarged(picture: Bitmap, scale: int) -> bytes:
    dots = Image.frombytes("1", (picture.width, picture.height), picture.to_bytes())
    sheet = Image.new("L", (picture.width + 2 * BORDER, picture.height + 2 * BORDER), 255)
    sheet.paste(0, (BORDER, BORDER), dots)
    if scale > 1:
        sheet = sheet.resize((sheet.width * scale, sheet.height * scale), Image.Resampling.BICUBIC)
    out = io.BytesIO()
    sheet.save(out, "PNG", compress_level=1)
    return out.getvalue()


def _words(table: str, scale: int) -> Iterator[Word]:
    """The rows of tesseract's TSV that are words (level 5)."""
    for row in csv.DictReader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE):
        text = (row.get("text") or "").strip()
        if row.get("level") != "5" or not text:
            continue
        left, top, width, height = (int(row[name]) for name in ("left", "top", "width", "height"))
        start, end = (left, top), (left + width, top + height)
        (left, top), (right, bottom) = ((round(x / scale) - BORDER, round(y / scale) - BORDER) for x, y in (start, end))
        yield Word(text, left, top, right, bottom, float(row["conf"]))
