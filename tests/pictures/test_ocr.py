"""The OCR program: read by it when it is well, and bounded in time and memory when it is not."""

import os
from pathlib import Path

import pytest

from agent.pictures.ocr import OcrFailed, words_on
from tests.raster.pictures import Look, PixelTill, one_image
from tests.raster.reading import bitmap_of

PICTURE = PixelTill(Look("DejaVuSans.ttf", 22), 2).sale()


def program(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another program under its name."""
    fake = folder / "tesseract"
    fake.write_text(f"#!/bin/sh\n{script}\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")


async def test_words_stand_where_they_were_printed() -> None:
    found = {word.text: word for word in await words_on(bitmap_of(one_image(PICTURE)), 16)}
    truth = {word.text: word for word in PICTURE.words}
    same = found.keys() & truth.keys()
    assert {"EXAMPLE", "Subtotal", "TOTAL"} <= same
    assert all(abs(found[text].left - truth[text].left) <= 4 for text in ("EXAMPLE", "Subtotal", "TOTAL"))


async def test_one_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, "exec sleep 600", monkeypatch)
    with pytest.raises(OcrFailed, match="more than"):
        await words_on(bitmap_of(one_image(PICTURE)), 16, timeout_s=1)


async def test_one_that_wants_all_memory_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, "exec python3 -c 'bytearray(3 << 30)'", monkeypatch)
    with pytest.raises(OcrFailed, match="ended with"):
        await words_on(bitmap_of(one_image(PICTURE)), 16)


async def test_none_at_all_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(OcrFailed, match="not installed"):
        await words_on(bitmap_of(one_image(PICTURE)), 16)
