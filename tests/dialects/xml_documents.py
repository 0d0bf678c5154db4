"""xml_documents: made-up receipts as tills write them for printers that take XML."""

import base64
import re

LINES = (
    "CORNER BOOKS",
    "Receipt 4711       Register 2",
    "11/28/2026 10:15",
    "Notebook                12.00",
    "Pen & ink                3.50",
    "Subtotal                15.50",
    "Tax 8%                   1.24",
    "TOTAL                   16.74",
    "CASH                    20.00",
    "CHANGE                   3.26",
    "Customer phone: 503-555-0142",
)
HEADER = (
    '<s:Header><parameter xmlns="http://www.epson-pos.com/schemas/2011/03/epos-print">'
    "<devid>local_printer</devid><timeout>10000</timeout><printjobid>J17</printjobid></parameter></s:Header>"
)


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def epos(*elements: str, header: str = "") -> bytes:
    inner = "".join(elements)
    return (
        f'<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">{header}'
        '<s:Body><epos-print xmlns="http://www.epson-pos.com/schemas/2011/03/epos-print">'
        f"{inner}</epos-print></s:Body></s:Envelope>"
    ).encode()


def epos_receipt(lines: tuple[str, ...] = LINES) -> bytes:
    texts = (f"<text>{escaped(line)}&#10;</text>" for line in lines)
    return epos('<text lang="en"/>', *texts, '<feed line="3"/>', '<cut type="feed"/>', header=HEADER)


def webprnt(*elements: str) -> bytes:
    """As the vendor's own script sends it: the document as text inside the request."""
    root = f"<root>{''.join(elements)}</root>"
    return (
        '<StarWebPrint xmlns="http://www.star-m.jp" xmlns:i="http://www.w3.org/2001/XMLSchema-instance">'
        f"<Request>{escaped(root)}</Request></StarWebPrint>"
    ).encode()


def star_text(text: str) -> str:
    """As the vendor's builder writes it: blanks, control characters and marks as codes."""
    return re.sub(r"[\\\x00-\x20&<>\x7f]", lambda one: "\\\\" if one[0] == "\\" else f"\\x{ord(one[0]):02x}", text)


def webprnt_receipt(lines: tuple[str, ...] = LINES) -> bytes:
    texts = (f"<text>{star_text(line)}\\x0a</text>" for line in lines)
    return webprnt("<initialization/>", *texts, '<cutpaper feed="true"/>')


def base64_of(data: bytes) -> str:
    return base64.b64encode(data).decode()
