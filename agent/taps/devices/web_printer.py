"""web_printer: takes what a till sends to a printer's web server where there is none, answers as a healthy one would.

Epson's ePOS-Print answers with a SOAP envelope, Star's WebPRNT with a document inside a document; both allow pages of
any origin, because tills that run in a browser ask so. What a till asks besides is answered that it is not there.
"""

import re
from collections.abc import Callable

from agent.taps.devices.device import Device
from agent.wrapping.http import Event, Head, HttpReader, Request

EPOS_PATH = "/cgi-bin/epos/service.cgi"
WEBPRNT_PATH = "/starwebprnt/sendmessage"
READY = 0x0F000016
"""Status of an idle TM printer: printed, drawer closed, online, paper in (ePOS-Print XML manual, status bits)."""
STAR_READY = "23860000000000000000"
_ALLOW = (
    "Access-Control-Allow-Origin: *\r\nAccess-Control-Allow-Methods: GET, POST, OPTIONS\r\n"
    "Access-Control-Allow-Headers: Content-Type, If-Modified-Since, SOAPAction\r\n"
)
_PARAMETER_RE = re.compile(rb"<(devid|printjobid)>([^<]{0,64})</\1>")
_EPOS = "http://www.epson-pos.com/schemas/2011/03/epos-print"


class WebPrinter(Device):
    def __init__(self) -> None:
        super().__init__()
        self._reader = HttpReader()

    def hear(self, data: bytes) -> bytes:
        answers = b"".join(self._answer(event) for event in self._reader.feed(data))
        if self._reader.is_lost and not self._over:
            self.hang_up()
            answers += b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        return answers

    def _answer(self, event: Event) -> bytes:
        if isinstance(event, Head):
            waits = event.fields.get("expect", "").lower() == "100-continue"
            return b"HTTP/1.1 100 Continue\r\n\r\n" if waits else b""
        if not event.head.keeps_open:
            self.hang_up()
        return _response(event)


def _response(request: Request) -> bytes:
    head = request.head
    if head.method == "OPTIONS":
        return _written("204 No Content", "", head)
    answer = _ANSWERS.get(head.path) if head.method == "POST" else None
    return _written("404 Not Found", "", head) if answer is None else _written("200 OK", answer(request.body), head)


def _written(status: str, body: str, head: Head) -> bytes:
    content = body.encode()
    kind = "Content-Type: text/xml; charset=utf-8\r\n" if body else ""
    stays = "keep-alive" if head.keeps_open else "close"
    fields = f"{_ALLOW}{kind}Content-Length: {len(content)}\r\nConnection: {stays}\r\n"
    return f"HTTP/1.1 {status}\r\n{fields}\r\n".encode() + (b"" if head.method == "HEAD" else content)


def _epos(body: bytes) -> str:
    """The header of the request comes back, so that a till finds its job again."""
    said = "".join(f"<{name.decode()}>{value.decode('latin-1')}</{name.decode()}>" for name, value in _asked(body))
    header = f'<soapenv:Header><parameter xmlns="{_EPOS}">{said}</parameter></soapenv:Header>' if said else ""
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        f'<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/">{header}<soapenv:Body>'
        f'<response success="true" code="" status="{READY}" battery="0" xmlns="{_EPOS}"/>'
        "</soapenv:Body></soapenv:Envelope>"
    )


def _asked(body: bytes) -> list[tuple[bytes, bytes]]:
    return [(found[1], found[2]) for found in _PARAMETER_RE.finditer(body)]


def _webprnt(_: bytes) -> str:
    inner = f"<root><success>true</success><code>0</code><status>{STAR_READY}</status></root>"
    return (
        '<?xml version="1.0"?>'
        '<StarWebPrint xmlns="http://www.star-m.jp" xmlns:i="http://www.w3.org/2001/XMLSchema-instance">'
        f"<Response>{inner.replace('<', '&lt;').replace('>', '&gt;')}</Response></StarWebPrint>"
    )


_ANSWERS: dict[str, Callable[[bytes], str]] = {EPOS_PATH: _epos, WEBPRNT_PATH: _webprnt}
