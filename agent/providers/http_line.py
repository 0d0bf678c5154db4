"""http_line: takes one HTTP request for a cloud, gives its reply, or what a failing line means; retries nothing."""

import asyncio
import base64
import json
import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import httpx

from agent import __version__
from agent.clock import Clock
from agent.errors import ProviderMisconfigured
from agent.providers.answers import Answer, Later, Refused, Unknown
from agent.settings import ProviderSettings

LONGEST_CONNECT_S = 5.0
"""Of the whole time-out; a line that does not connect by then is down, and nothing has been sent."""
LARGEST_REPLY = 4 << 20
"""Bytes; a thousand facts answered at length are well below."""
LONGEST_PAUSE_S = 3600.0
"""A longer Retry-After is asked about again after this: a wrong date there must not stop the queue for a year."""
BAD_CREDENTIALS = frozenset({401, 403})
NOT_TAKEN_UP = frozenset({408, 425})
"""The request did not arrive whole, or came too early."""
TOO_MANY = 429
NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
"""No connection, so not a byte of the request has left."""
CLOCK_FAULTS = {9: "is not valid yet", 10: "has expired"}
"""X509_V_ERR_CERT_NOT_YET_VALID and …_HAS_EXPIRED: after a power cut more likely our clock than their certificate."""


@dataclass(frozen=True, slots=True)
class Reply:
    """2xx, 3xx or 4xx, and the JSON object it carried; None when it carried none."""

    status: int
    body: Mapping[str, Any] | None

    @property
    def refused(self) -> bool:
        return 400 <= self.status < 500


Auth = Callable[[], Mapping[str, str]]
"""The headers that let us in, made anew for each call; may raise OSError or ValueError."""


class HttpLine:
    """The way to one cloud. A secret's file is read for each call, so that a new one needs no restart."""

    def __init__(
        self,
        name: str,
        settings: ProviderSettings,
        clock: Clock,
        auth: Auth = dict,
        client: httpx.AsyncClient | None = None,
    ) -> None:
        self._settings, self._clock, self._auth = settings, clock, auth
        self._base = settings.base_url.rstrip("/")
        try:
            httpx.URL(self._base)
        except httpx.InvalidURL as error:
            raise ProviderMisconfigured(f"providers.{name}.base_url {settings.base_url!r}: {error}") from error
        self._client = client or httpx.AsyncClient(trust_env=False)  # the settings file alone says where we connect

    async def call(
        self,
        method: str,
        path: str,
        *,
        body: Mapping[str, Any] | None = None,
        form: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        for_page: bool = False,
    ) -> Reply | Answer:
        """Never raises for what the network or the cloud does. `for_page`: somebody stands there and waits."""
        whole_s = self._settings.page_timeout_s if for_page else self._settings.timeout_s
        try:
            own = {"User-Agent": f"tillpost/{__version__}", "Accept": "application/json", **self._auth()}
            request = self._client.build_request(
                method,
                self._base + path,
                json=body,
                data=form,
                params=query,
                headers={**own, **(headers or {})},
                timeout=httpx.Timeout(whole_s, connect=min(LONGEST_CONNECT_S, whole_s / 2)),
            )
        except (OSError, ValueError) as error:
            return Refused(f"our credentials cannot be used: {error}", "token", stops_provider=True)
        try:
            async with asyncio.timeout(whole_s):
                return await self._exchange(request)
        except NOT_SENT as error:
            return Later(_in_words(error))
        except (TimeoutError, httpx.TimeoutException):
            return Unknown(f"no answer within {whole_s:g} s")
        except httpx.RequestError as error:
            return Unknown(f"the line broke before the answer was here ({error or type(error).__name__})")

    async def close(self) -> None:
        await self._client.aclose()

    async def _exchange(self, request: httpx.Request) -> Reply | Answer:
        response = await self._client.send(request, stream=True)
        try:
            content = bytearray()
            async for piece in response.aiter_bytes():
                content += piece
                if len(content) > LARGEST_REPLY:
                    return Unknown(f"HTTP {response.status_code} with more than {LARGEST_REPLY >> 20} MiB")
        finally:
            await response.aclose()
        return self._sorted(response, bytes(content))

    def _sorted(self, response: httpx.Response, content: bytes) -> Reply | Answer:
        """What a status says whatever the cloud; all else is for the adapter, which knows the body."""
        status, body = response.status_code, _json_object(content)
        if status >= 500 or status < 200:
            return Unknown(f"HTTP {status}{_said(body)}")
        if status in BAD_CREDENTIALS:
            return Refused(f"our credentials are not accepted: HTTP {status}{_said(body)}", str(status), True)
        if status == TOO_MANY:
            return Later("too many calls", self._retry_after(response.headers))
        if status in NOT_TAKEN_UP:
            return Later(f"HTTP {status}", self._retry_after(response.headers))
        return Reply(status, body)

    def _retry_after(self, headers: httpx.Headers) -> float | None:
        """Seconds, or a date read against the cloud's own clock where it tells that; None when it says nothing."""
        text = headers.get("retry-after", "").strip()
        if text.isascii() and text.isdigit():
            return min(float(text), LONGEST_PAUSE_S)
        until, now = _http_date(text), _http_date(headers.get("date", ""))
        if until is None:
            return None
        seconds = until - (self._clock.wall().timestamp() if now is None else now)
        return min(max(0.0, seconds), LONGEST_PAUSE_S)


def read_secret(value: str, file: Path | None) -> str:
    """The secret, from its file where one is named. Raises OSError, or ValueError when a header cannot carry it."""
    text = value if file is None else file.read_text(encoding="ascii").strip()
    if not (text.isascii() and text.isprintable()):
        raise ValueError("it holds characters that a header cannot carry")
    return text


def bearer(value: str, file: Path | None) -> Auth:
    """Authorization: Bearer; nothing when there is no token."""

    def headers() -> Mapping[str, str]:
        token = read_secret(value, file)
        return {"Authorization": f"Bearer {token}"} if token else {}

    return headers


def basic(user: str, password: str, file: Path | None) -> Auth:
    """Authorization: Basic."""

    def headers() -> Mapping[str, str]:
        pair = f"{user}:{read_secret(password, file)}"
        return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}

    return headers


def key_in(header: str, prefix: str, value: str, file: Path | None) -> Auth:
    """A key in a header of the vendor's own, e.g. 'api_key: …' or 'Authorization: ApiKey …'."""

    def headers() -> Mapping[str, str]:
        return {header: prefix + read_secret(value, file)}

    return headers


def _http_date(text: str) -> float | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _json_object(content: bytes) -> Mapping[str, Any] | None:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _said(body: Mapping[str, Any] | None) -> str:
    """The cloud's own words, short, for a person."""
    texts = ((body or {}).get(name) for name in ("why", "message", "error", "description"))
    return next((f", {text[:200]}" for text in texts if isinstance(text, str) and text), "")


def _in_words(error: Exception) -> str:
    """Why there is no connection; certificate faults in the terms of what to do."""
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            fault = CLOCK_FAULTS.get(cause.verify_code)
            hint = "is this box's clock right?" if fault else "is something between us and the cloud?"
            return f"the cloud's certificate {fault or f'does not fit: {cause.verify_message}'}; {hint}"
    return f"no connection ({error or type(error).__name__})"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
