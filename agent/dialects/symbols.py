"""symbols: takes barcode commands, gives what they say; draws nothing."""

from agent.dialects.tokenizer import Token
from agent.print_events import Barcode

_BARCODES = ("upc_a", "upc_e", "ean13", "ean8", "code39", "itf", "codabar", "code93", "code128", "gs1_128")
_LATER_BARCODES = ("databar_omni", "databar_truncated", "databar_limited", "databar_expanded", "code128_auto")
_STAR_BARCODES = (
    *("upc_e", "upc_a", "ean8", "ean13", "code39", "itf", "code128", "code93", "codabar", "gs1_128"),
    *_LATER_BARCODES[:4],
)
_TWO_DIMENSIONAL = {
    48: "pdf417",
    49: "qr",
    50: "maxicode",
    51: "gs1_databar",
    52: "composite",
    53: "aztec",
    54: "datamatrix",
}
_BEMATECH_QR, _NUL_ENDED_QR = 81, 11
STORE, PRINT = 80, 81
"""GS ( k functions."""


def barcode(token: Token) -> Barcode:
    """GS k in its two length schemes and a clone's third."""
    kind = token.head[2]
    if kind < 65:
        return Barcode(token.start, _barcode_name(kind), _characters(token.head[3:-1]))
    data = _code128(token.data) if kind == 73 else token.data
    return Barcode(token.start, _barcode_name(kind - 65 if kind != _BEMATECH_QR else kind), _characters(data))


def _barcode_name(kind: int) -> str:
    if kind in (_NUL_ENDED_QR, _BEMATECH_QR):
        return "qr"
    names = _BARCODES + _LATER_BARCODES
    return names[kind] if kind < len(names) else f"barcode {kind}"


def symbol_name(kind: int) -> str:
    return _TWO_DIMENSIONAL.get(kind, f"symbol {kind}")


def symbol(at: int, kind: int, data: bytes) -> Barcode:
    return Barcode(at, symbol_name(kind), _characters(data))


def daruma_qr(token: Token) -> Barcode:
    """ESC 81h: two settings, then the data."""
    return Barcode(token.start, "qr", _characters(token.data[2:]))


def _characters(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _code128(data: bytes) -> bytes:
    """Takes out the code set choices {A {B {C; in set C a byte stands for two digits."""
    out, at, pairs = bytearray(), 0, False
    while at < len(data):
        if data[at] == ord("{") and data[at + 1 : at + 2] in (b"A", b"B", b"C", b"{", b"S", b"1", b"2", b"3", b"4"):
            choice = data[at + 1 : at + 2]
            pairs = choice == b"C" if choice in b"ABC" else pairs
            out += b"{" if choice == b"{" else b""
            at += 2
            continue
        out += b"%02d" % data[at] if pairs and data[at] < 100 else data[at : at + 1]
        at += 1
    return bytes(out)


def star_barcode(token: Token) -> Barcode:
    """ESC b n1 n2 n3 n4 data RS: n1 as a number or a digit."""
    kind = token.head[2] - 48 if token.head[2] >= 48 else token.head[2]
    name = _STAR_BARCODES[kind] if kind < len(_STAR_BARCODES) else f"barcode {kind}"
    return Barcode(token.start, name, _characters(token.head[6:-1]))


def star_symbol(at: int, name: str, data: bytes) -> Barcode:
    return Barcode(at, name, _characters(data))
