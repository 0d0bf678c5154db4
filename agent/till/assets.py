"""assets: the pages' few static files, by name, read once; nothing else on the disk can be asked for."""

from functools import cache
from importlib.resources import files

ASSETS = {
    "till.css": "text/css; charset=utf-8",
    "till.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}


@cache
def read(name: str) -> tuple[bytes, str]:
    return (files("agent") / "till" / "static" / name).read_bytes(), ASSETS[name]
