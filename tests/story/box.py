"""box: a whole running box in a folder of its own: settings, `tillpost run`, and what the stories ask of it."""

import asyncio
import json
import os
import re
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 60.0
"""The longest a story waits for something to come true before it fails with words."""


async def until(what: str, true: Callable[[], Awaitable[bool] | bool], patience_s: float = PATIENCE_S) -> None:
    """Waits for a fact of the world, looking often; fails naming it."""
    try:
        async with asyncio.timeout(patience_s):
            while True:
                answer = true()
                if answer if isinstance(answer, bool) else await answer:
                    return
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(f"did not come true within {patience_s:.0f} s: {what}") from None


def clean_environment() -> dict[str, str]:
    """The environment without a setting that the person running the story may have."""
    return {name: value for name, value in os.environ.items() if not name.startswith("TILLPOST_")}


class Box:
    """`settings` is TOML text without [device]; the box lives in `folder` and is stopped at the end."""

    def __init__(self, folder: Path, settings: str) -> None:
        self.folder, self.file = folder, folder / "tillpost.toml"
        self._log = (folder / "box.log").open("ab")
        self._process: asyncio.subprocess.Process | None = None
        state, run = folder / "state", folder / "run"
        device = f'[device]\nid = "TP-DEMO"\nstate = "{state}"\nrun = "{run}"\nballast_mb = 1\n'
        self.file.write_text(device + settings)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()
        self._log.close()

    async def start(self) -> None:
        self._process = await self.spawn("run")
        try:
            await until("the agent answers", self.answers)
        except BaseException as silent:
            await self.stop()  # nobody would: a story that fails to begin has no end either
            silent.add_note((self.folder / "box.log").read_text()[-3000:])
            raise

    async def stop(self) -> None:
        if self._process and self._process.returncode is None:
            self._process.send_signal(signal.SIGTERM)
            await self._process.wait()

    def kill(self, part: str) -> int:
        """kill -9 of the 'agent' or the 'tap'; the supervisor brings it back."""
        pid = self.pid(part)
        os.kill(pid, signal.SIGKILL)
        return pid

    def pid(self, part: str) -> int:
        """The process of that part, found among the box's own children."""
        if self._process is None:
            raise RuntimeError("the box is not running")
        wanted = re.compile(rb"agent\.tap\0" if part == "tap" else rb"\0agent\0(?!run)|\0agent\0.*\0agent\0")
        for child in _children(self._process.pid):
            if wanted.search(_command_line(child)):
                return child
        raise ProcessLookupError(part)

    async def answers(self) -> bool:
        try:
            await self.ask("tasks")
        except (httpx.TransportError, httpx.HTTPStatusError):
            return False
        return True

    async def ask(self, question: str, **params: str | int) -> Any:
        """One of the ledger's questions, over the agent's own socket."""
        transport = httpx.AsyncHTTPTransport(uds=str(self.folder / "run" / "agent.sock"))
        async with httpx.AsyncClient(transport=transport, base_url="http://agent", timeout=10) as client:
            answer = await client.get(f"/ask/{question}", params=params)
            answer.raise_for_status()
            return answer.json()

    async def spawn(self, *words: str, env: Mapping[str, str] | None = None) -> asyncio.subprocess.Process:
        """A command of the product's own that goes on by itself; it writes into the box's log."""
        return await asyncio.create_subprocess_exec(
            *self._command(*words),
            stdout=self._log,
            stderr=self._log,
            cwd=ROOT,
            env={**clean_environment(), **(env or {})},
        )

    async def command(self, *words: str) -> str:
        """A command of the product's own command line; its output."""
        process = await asyncio.create_subprocess_exec(
            *self._command(*words),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            cwd=ROOT,
            env=clean_environment(),
        )
        output, _ = await process.communicate()
        return output.decode()

    def journal_bytes(self) -> int:
        return sum(file.stat().st_size for file in (self.folder / "state" / "journal").glob("*"))

    def tap_status(self) -> dict[str, Any]:
        status: dict[str, Any] = json.loads((self.folder / "run" / "tap.json").read_text())
        return status

    def _command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "agent", "--settings", str(self.file), *words]


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
