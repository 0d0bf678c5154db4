"""pins: takes a typed PIN and the staff's hashes, gives whose it is; counts no attempts (see lockout).

A PIN of some digits is guessed in a moment by whoever has the hash: scrypt only makes it dear. What protects it is the
settings file's mode and the lockout. All hashes of one box share their salt, so that one look costs one scrypt.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping

from agent.settings import Staff

COST, BLOCK, PARALLEL = 1 << 14, 8, 1
"""16 MiB and about 50 ms on the reference machine (RFC 7914's interactive use); a Pi takes about 200 ms."""
MEMORY_BYTES = 64 << 20
SALT_BYTES, HASH_BYTES = 12, 24
FEWEST_DIGITS, MOST_DIGITS = 4, 12


def hashed(pin: str, salt: str = "") -> str:
    """'scrypt:N:r:p:salt:hash' for the settings file. `salt` as in another hash of this box; raises ValueError."""
    if not (pin.isascii() and pin.isdigit() and FEWEST_DIGITS <= len(pin) <= MOST_DIGITS):
        raise ValueError(f"a PIN is {FEWEST_DIGITS} to {MOST_DIGITS} digits")
    if len(set(pin)) == 1 or pin in "01234567890123456789" or pin in "98765432109876543210":
        raise ValueError("a PIN of one repeated digit, or digits in a row, is the first that is guessed")
    salt = salt or _text(secrets.token_bytes(SALT_BYTES))
    prefix = f"scrypt:{COST}:{BLOCK}:{PARALLEL}:{salt}"
    return f"{prefix}:{_digest(pin, prefix)}"


def salt_of(staff: Mapping[str, Staff]) -> str:
    """The salt that a further hash should share; '' for the first."""
    return next((one.pin.split(":")[4] for one in staff.values()), "")


def whose(pin: str, staff: Mapping[str, Staff]) -> str:
    """The name; '' for nobody's. Takes as long for a wrong PIN as for a right one."""
    if len(pin) > MOST_DIGITS:
        return ""
    digests = {prefix: _digest(pin, prefix) for prefix in {one.pin.rpartition(":")[0] for one in staff.values()}}
    found = ""
    for name, one in staff.items():
        prefix, _, kept = one.pin.rpartition(":")
        if hmac.compare_digest(digests[prefix], kept):
            found = name
    return found


def _digest(pin: str, prefix: str) -> str:
    _, cost, block, parallel, salt = prefix.split(":")
    digest = hashlib.scrypt(
        pin.encode(),
        salt=salt.encode(),
        n=int(cost),
        r=int(block),
        p=int(parallel),
        maxmem=MEMORY_BYTES,
        dklen=HASH_BYTES,
    )
    return _text(digest)


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
