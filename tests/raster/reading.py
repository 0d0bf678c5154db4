"""reading: what the tests ask of a picture: its lines, its receipt, a till's font learnt from so many receipts."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from agent.dialects import DialectName, DialectState, read_job
from agent.formats import StoreContext, load_format, read_paper
from agent.paper import lay_out
from agent.pictures.learner import closes
from agent.print_events import PrintEvent
from agent.raster import Bitmap, Dictionary, Notebook, TextLine, Word, joined, read_lines, text_lines
from agent.receipt import Receipt, State
from tests.raster.pictures import Pictured, PixelTill, one_image

FORM, HOME = load_format("generic"), StoreContext()
AT = datetime(2026, 11, 14, tzinfo=UTC)
WIDTH = 576
Reader = Callable[[Pictured], Sequence[Word]]


def perfect(picture: Pictured) -> Sequence[Word]:
    return picture.words


def events_in(data: bytes) -> list[PrintEvent]:
    return read_job(data, DialectState(), DialectName.AUTO)[0]


def bitmap_of(data: bytes) -> Bitmap:
    picture = joined(events_in(data), WIDTH)
    assert picture is not None
    return picture


def page_of(picture: Pictured) -> list[TextLine]:
    return text_lines(bitmap_of(one_image(picture)))


def words_in(page: Sequence[TextLine], dictionary: Dictionary) -> list[str]:
    return [line.text for line in lay_out(read_lines(page, dictionary).events, WIDTH).lines]


def read(page: Sequence[TextLine], dictionary: Dictionary) -> tuple[bool, Receipt | None]:
    """Whether every sign was known, and the receipt."""
    found = read_paper(words_in(page, dictionary), FORM, HOME)
    return read_lines(page, dictionary).is_read, found[0] if found else None


def learnt(till: PixelTill, receipts: int, ocr: Reader = perfect) -> Notebook:
    notebook, pages = Notebook(), dict[str, list[TextLine]]()
    for number in range(receipts):
        picture = till.sale()
        page = page_of(picture)
        asked = lambda page, dictionary: closes(FORM, HOME, WIDTH, page, dictionary)  # noqa: E731
        notebook = notebook.taught(str(number), page, ocr(picture), pages, asked, AT)
        pages = {**dict(list(pages.items())[-8:]), str(number): page}
    return notebook


def outcome(picture: Pictured, dictionary: Dictionary) -> str:
    """right, held or wrong."""
    is_read, receipt = read(page_of(picture), dictionary)
    if not is_read or receipt is None or receipt.state is not State.ACCEPTED:
        return "held"
    found = (receipt.subtotal, receipt.tax, receipt.total, receipt.phone, receipt.number)
    truth = (picture.subtotal, picture.tax, picture.total, picture.phone, picture.number)
    return "right" if found == truth else "wrong"
