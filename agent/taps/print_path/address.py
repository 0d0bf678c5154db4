"""address: reads 'host:port' as the settings write it; resolves nothing."""

from typing import NamedTuple

RAW_PORT = 9100


class Address(NamedTuple):
    host: str
    port: int


def parse_address(text: str, default_port: int = RAW_PORT) -> Address:
    """'10.0.0.5:9100', 'printer.local', '[::1]:9100', ':9100' (all of this machine's addresses)."""
    host, colon, port = text.rpartition(":")
    if not colon or "]" in port:
        host, port = text, ""
    return Address(host.strip("[]") or "0.0.0.0", int(port or default_port))
