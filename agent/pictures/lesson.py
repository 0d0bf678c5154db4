"""lesson: takes one receipt's picture, has OCR look at it until it can be read, gives what that taught."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from statistics import median

from agent.pictures.ocr import LOOKS, words_on
from agent.raster import Bitmap, Notebook, TextLine, read_lines
from agent.raster.learning import Closes, Page


async def teach(  # noqa: PLR0917 - one receipt, and what is asked about it
    notebook: Notebook,
    name: str,
    picture: Bitmap,
    lines: list[TextLine],
    earlier: Mapping[str, Page],
    closes: Closes,
    at: datetime,
) -> Notebook:
    """Looks again, otherwise, while the receipt has signs that are not known. Raises OcrFailed."""
    cap = round(median(line.cap for line in lines if not line.is_drawing))
    for look in range(LOOKS):
        words = await words_on(picture, cap, look)
        notebook = await asyncio.to_thread(notebook.taught, name, lines, words, earlier, closes, at, look)
        if read_lines(lines, notebook.dictionary).is_read:
            break
    return notebook
