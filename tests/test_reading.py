"""Reading a whole job: what is no receipt gives none, what may be one and cannot be read is held with its reason."""

from datetime import datetime

from agent.raster.picture_paper import BEING_READ
from agent.reading import Understood, as_json, context_of, form_of, jobs_in_file, lane_for_file, understand
from agent.receipt import State
from agent.settings import Store
from agent.taps.lane import DialectName
from tests.raster.pictures import Look, Pictured, PixelTill
from tests.raster.reading import learnt
from tests.story.slips import CUT_AND_KICK, START, Shop

LANE = lane_for_file("x", DialectName.AUTO, "cp437", "generic")
STORE = Store(timezone="UTC")
OPENS = datetime(2026, 11, 14, 16, 30)  # noqa: DTZ001 - the till's own clock, as printed


def raster(rows: int) -> bytes:
    return b"\x1dv0\x00\x48\x00" + rows.to_bytes(2, "little") + bytes(0x48 * rows)


def read(data: bytes) -> list[Understood]:
    jobs = jobs_in_file(data, LANE)
    return [understand(job, LANE.dialect, form_of(LANE), context_of(STORE)) for job in jobs]


def states(data: bytes) -> list[tuple[State, str]]:
    return [(receipt.state, receipt.reason) for one in read(data) for receipt in one.receipts]


def test_a_sale_is_accepted_with_its_proof() -> None:
    slip = Shop("EXAMPLE PETS", "1", 3, 10, OPENS).sale("4155550101", 3)
    (one,) = [one for one in read(slip.data) if one.receipts]
    (receipt,) = one.receipts
    assert (receipt.state, receipt.total, receipt.award_base) == (State.ACCEPTED, slip.total, slip.subtotal)
    assert receipt.proof


def test_every_kind_the_shop_prints_is_told_apart() -> None:
    shop = Shop("EXAMPLE PETS", "1", 3, 10, OPENS)
    sale = shop.sale("4155550101", 3)
    slips = [sale, shop.buy("4155550101", 5350), shop.take_back(sale), shop.print_again(sale)]
    found = [receipt for slip in slips for one in read(slip.data) for receipt in one.receipts]
    assert [(receipt.kind.value, receipt.reprint) for receipt in found] == [(slip.kind, slip.reprint) for slip in slips]
    assert [receipt.total for receipt in found] == [slip.total for slip in slips]
    assert all(receipt.state is State.ACCEPTED for receipt in found)


def test_logo_kick_and_status_are_no_receipts() -> None:
    assert states(START + raster(200) + CUT_AND_KICK) == []
    assert states(b"\x10\x04\x01\x1bp\x00\x19\xfa") == []


def test_a_receipt_in_pixels_is_held_not_dropped() -> None:
    (found,) = states(START + raster(900) + CUT_AND_KICK)
    assert found[0] is State.HELD
    assert "picture" in found[1]


def test_bytes_that_were_swallowed_are_held_not_dropped() -> None:
    slip = Shop("EXAMPLE PETS", "1", 3, 10, OPENS).sale("4155550101", 3)
    found = states(b"\x1d8L\xff\xff\x00\x00" + slip.data)
    assert all(state is not State.ACCEPTED for state, _ in found)
    assert found


def test_json_has_every_promised_field() -> None:
    slip = Shop("EXAMPLE PETS", "1", 3, 10, OPENS).sale("4155550101", 3)
    (receipt,) = [receipt for one in read(slip.data) for receipt in one.receipts]
    names = (
        "state reason kind reprint number register cashier date currency exponent original subtotal discount tax fees "
        "tip total change award_base tenders items phone email card name"
    )
    assert list(as_json(receipt)) == names.split()


def drawn_letters(picture: Pictured) -> bytes:
    """The same dots as letters that the till draws itself: cells of 12 x 24 as ESC & glyphs, a line at a time."""
    size, out = picture.width // 8, bytearray(b"\x1b@\x1b3\x18\x1b%\x01")
    rows = [int.from_bytes(picture.rows[at : at + size], "big") for at in range(0, len(picture.rows), size)]
    for top in range(0, len(rows), 24):
        strip = [*rows[top : top + 24], *[0] * (24 - len(rows[top : top + 24]))]
        for cell in range(picture.width // 12):
            columns = b""
            for x in range(cell * 12, cell * 12 + 12):
                bits = sum((row >> (picture.width - 1 - x) & 1) << (23 - y) for y, row in enumerate(strip))
                columns += bits.to_bytes(3, "big")
            code = bytes((32 + cell,))
            out += b"\x1b&\x03" + code + code + b"\x0c" + columns
        out += bytes(range(32, 32 + picture.width // 12)) + b"\n"
    return bytes(out) + CUT_AND_KICK


def test_letters_that_the_till_has_drawn_itself_are_read_as_a_picture() -> None:
    look = Look("DejaVuSans.ttf", 22)
    signs = learnt(PixelTill(look, 5, goods=2), 7).dictionary
    picture = PixelTill(look, 6, goods=2).sale()
    (job,) = [job for job in jobs_in_file(drawn_letters(picture), LANE) if len(job.data) > 100]
    (receipt,) = understand(job, LANE.dialect, form_of(LANE), context_of(STORE), signs).receipts
    assert (receipt.state, receipt.total, receipt.phone) == (State.ACCEPTED, picture.total, picture.phone)
    (unknown,) = understand(job, LANE.dialect, form_of(LANE), context_of(STORE)).receipts
    assert unknown.reason == BEING_READ
