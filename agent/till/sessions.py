"""sessions: takes a cookie, gives who it speaks for; makes cookies after a PIN; keeps nothing.

A restart logs nobody out. A cookie is what it says and an HMAC over that and the person's PIN hash: a changed PIN, or a
person taken out of the settings, ends the sessions by itself. Logging out only takes the cookie from the browser.
"""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from agent.acts import Actor, Role
from agent.settings import Staff

TOKEN_CHARACTERS = 32


@dataclass(frozen=True, slots=True)
class Session:
    """`token` goes with every form; `pin_at` = when the PIN was typed last."""

    actor: Actor
    began: datetime
    pin_at: datetime
    nonce: str
    token: str = ""


class Sessions:
    """`key`: 32 bytes that only this box knows."""

    def __init__(self, key: bytes, staff: Mapping[str, Staff], lasts: timedelta) -> None:
        self._key, self._staff, self.lasts = key, staff, lasts

    def begin(self, name: str, now: datetime) -> Session:
        """After a right PIN."""
        nonce = secrets.token_urlsafe(12)
        return self._signed(Session(self.actor(name, nonce), now, now, nonce))

    def pin_again(self, session: Session, now: datetime) -> Session:
        """The same session, its PIN typed just now."""
        return self._signed(replace(session, pin_at=now))

    def actor(self, name: str, place: str = "") -> Actor:
        return Actor(Role(self._staff[name].role), name, place=place)

    def cookie(self, session: Session) -> str:
        said = {
            "name": session.actor.name,
            "began": int(session.began.timestamp()),
            "pin": int(session.pin_at.timestamp()),
            "nonce": session.nonce,
        }
        text = base64.urlsafe_b64encode(json.dumps(said).encode()).decode()
        return f"{text}.{self._mac(session.actor.name, text)}"

    def read(self, cookie: str, now: datetime) -> Session | None:
        """None: forged, over, or of somebody who has no PIN any more."""
        text, _, mac = cookie.partition(".")
        said = _opened(text)
        name = str(said.get("name", ""))
        if name not in self._staff or not hmac.compare_digest(mac.encode(), self._mac(name, text).encode()):
            return None
        began = datetime.fromtimestamp(said["began"], now.tzinfo)
        if now - began > self.lasts:
            return None
        pin_at = datetime.fromtimestamp(said["pin"], now.tzinfo)
        return self._signed(Session(self.actor(name, said["nonce"]), began, pin_at, said["nonce"]))

    def _signed(self, session: Session) -> Session:
        token = self._mac(session.actor.name, f"form {session.nonce}")[:TOKEN_CHARACTERS]
        return replace(session, token=token)

    def _mac(self, name: str, text: str) -> str:
        message = f"{name}\0{self._staff[name].pin}\0{text}".encode()
        return hmac.new(self._key, message, hashlib.sha256).hexdigest()


def _opened(text: str) -> dict[str, Any]:
    try:
        said = json.loads(base64.urlsafe_b64decode(text.encode()))
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
