"""Signs on disk: one file a lane, seen by other processes, gone when forgotten, and no trouble when torn."""

from pathlib import Path

import pytest

from agent.pictures.glyphs import Glyphs, GlyphsUnreadable
from agent.raster import Dictionary, Notebook
from tests.raster.pictures import Look, PixelTill
from tests.raster.reading import learnt


def test_what_is_kept_is_seen_by_another_process_and_forgotten_by_all(tmp_path: Path) -> None:
    here, there = Glyphs(tmp_path / "glyphs"), Glyphs(tmp_path / "glyphs")
    assert there.notebook("till 1/a") == Notebook()
    notebook = learnt(PixelTill(Look("DejaVuSans.ttf", 20), 5), 3)
    here.keep("till 1/a", notebook)
    assert there.notebook("till 1/a") == notebook
    assert here.forget("till 1/a")
    assert there.dictionary("till 1/a") == Dictionary()
    assert not there.forget("till 1/a")


def test_a_torn_file_reads_nothing_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "till-1.json").write_text('{"shape": 1, "vers')
    glyphs = Glyphs(tmp_path)
    assert glyphs.dictionary("till-1") == Dictionary()
    with pytest.raises(GlyphsUnreadable):
        glyphs.notebook("till-1")
