"""personal: takes phones, e-mails and names, gives them masked for showing and hashed for keeping; stores nothing."""

import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

FIELDS = ("phone", "email", "name")
"""What is personal: in receipts and in the customer part of outbox bodies. Loyalty card and member id are not."""
HASHED = "hmac:"
KEY_BYTES = 32
LONG_NUMBER = re.compile(r"\+?\d(?:[ ().-]{0,2}\d){6,}")
ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")


def masked(text: str | None) -> str | None:
    """'+14155550123' → '***0123'; 'ann@example.com' → 'a***@example.com'; a hashed value keeps its last four."""
    if not text:
        return text
    if text.startswith(HASHED):
        return "***" + text.rpartition(":")[2]
    if "@" in text:
        local, _, domain = text.partition("@")
        return f"{local[:1]}***@{domain}"
    return "***" + _last_four(text)


def masked_name(text: str | None) -> str | None:
    """Only the first letter."""
    return masked(text) if not text or text.startswith(HASHED) else f"{text[:1]}***"


def hashed(text: str | None, key: bytes) -> str | None:
    """'hmac:<32 hex digits>:<last four>': the same person stays the same within this box, and is nobody outside."""
    if not text or text.startswith(HASHED):
        return text
    digest = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:32]
    return f"{HASHED}{digest}:{_last_four(text) if '@' not in text else ''}"


def hashed_customer(customer: Mapping[str, Any], key: bytes) -> dict[str, Any]:
    return {name: hashed(value, key) if name in FIELDS else value for name, value in customer.items()}


def masked_customer(customer: Mapping[str, Any]) -> dict[str, Any]:
    shown = {"name": masked_name, "phone": masked, "email": masked}
    return {name: shown[name](value) if name in shown else value for name, value in customer.items()}


def device_key(path: Path) -> bytes:
    """This box's key for hashing, made once (mode 0600, synced before its first use)."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        key, draft = secrets.token_bytes(KEY_BYTES), path.with_name(path.name + ".new")
        draft.unlink(missing_ok=True)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.write(descriptor, key)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        draft.rename(path)
        return key


def scrubbed(text: str, limit: int = 300) -> str:
    """A cloud's own words without phones and e-mails in them, cut to `limit`: fit for tasks, events and logs."""
    text = ADDRESS.sub(lambda found: masked(found[0]) or "", text)
    return LONG_NUMBER.sub(lambda found: masked(found[0]) or "", text)[:limit]


def starred(line: str, *, name: str = "") -> str:
    """A line of paper with its phones, e-mails and this name starred, as wide as before: columns stay columns."""
    line = ADDRESS.sub(lambda found: found[0][:1] + "*" * (len(found[0]) - 1), line)
    line = LONG_NUMBER.sub(lambda found: _starred_digits(found[0]), line)
    hidden = name[:1] + "*" * (len(name) - 1)
    return re.sub(re.escape(name), hidden, line, flags=re.IGNORECASE) if name else line


def _starred_digits(number: str) -> str:
    """All but the last four."""
    left = sum(character.isdigit() for character in number) - 4
    shown = ""
    for character in number:
        hide = character.isdigit() and left > 0
        left -= character.isdigit()
        shown += "*" if hide else character
    return shown


def _last_four(text: str) -> str:
    digits = "".join(character for character in text if character.isdigit())
    return digits[-4:]
