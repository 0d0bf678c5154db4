"""What was learnt is kept whole and read back the same; what is no notebook says so."""

import pytest

from agent.raster import Notebook
from tests.raster.pictures import Look, PixelTill
from tests.raster.reading import learnt


def test_it_comes_back_as_it_was() -> None:
    notebook = learnt(PixelTill(Look("DejaVuSans.ttf", 20), 5), 4)
    again = Notebook.from_json(notebook.to_json())
    assert again == notebook
    assert again.version == 4
    assert again.history[0].learnt


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"shape": 99}', '{"shape": 1, "signs": [{}]}'])
def test_what_is_none_says_so(text: str) -> None:
    with pytest.raises(ValueError, match=r"sign|Expecting"):
        Notebook.from_json(text)
