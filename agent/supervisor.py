"""supervisor: runs our processes as systemd would, on a machine where systemd does not: starts, watches, restarts.

It speaks systemd's own protocols to them (sd_listen_fds(3), sd_notify(3) with the file-descriptor store, the watchdog),
so that a process cannot tell the difference; it knows nothing of what they do.
"""

import asyncio
import fcntl
import logging
import os
import shutil
import signal
import socket
import tempfile
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from agent.taps.print_path.address import parse_address

LOG = logging.getLogger(__name__)
FIRST_DESCRIPTOR = 3
"""SD_LISTEN_FDS_START."""
STORED_AT_MOST = 256
BACKLOG = 128
ABORT_SECONDS = 0.3
"""Between the watchdog's SIGABRT, which leaves a trace, and SIGKILL, which also ends what is frozen."""
STARTING_SECONDS = 60.0
STOPPING_SECONDS = 10.0
STEADY_SECONDS = 60.0
"""A child that lived so long starts again without the grown delay."""
LONGEST_DELAY_SECONDS = 10.0
SHELL = ("/bin/sh", "-c", 'LISTEN_PID=$$ WATCHDOG_PID=$$; export LISTEN_PID WATCHDOG_PID; exec "$@"', "sh")
"""LISTEN_PID must be the child's own number, which only the child knows before it becomes the program."""


@dataclass(frozen=True, slots=True)
class Supervised:
    """One child. `listen`: name → 'host:port', opened once and kept over restarts. `watchdog_s` 0: not watched."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    listen: Mapping[str, str] = field(default_factory=dict)
    watchdog_s: float = 0.0
    restart_s: float = 0.1
    grows: bool = False
    """The delay doubles with each quick death."""


async def run(children: Sequence[Supervised]) -> None:
    """Until SIGTERM or SIGINT: then all are asked to stop, and are waited for."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    try:
        async with asyncio.TaskGroup() as tasks:
            for child in children:
                tasks.create_task(Keeping(child, stopping).run(), name=child.name)
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


class Keeping:
    """One child over all its lives."""

    def __init__(self, child: Supervised, stopping: asyncio.Event) -> None:
        self._child, self._stopping = child, stopping
        self._loop = asyncio.get_running_loop()
        self._listeners = {name: _listener(address) for name, address in child.listen.items()}
        self._stored: dict[int, str] = {}
        """Descriptor → name, in the order in which they came."""
        self._folder = Path(tempfile.mkdtemp(prefix="tillpost-"))
        self._line = _notify_socket(self._folder / "notify")
        self.pid = 0
        self.delay = child.restart_s
        self._ready = False
        self._petted_at = 0.0

    async def run(self) -> None:
        self._loop.add_reader(self._line.fileno(), self._heard)
        try:
            await self._live_again_and_again()
        finally:
            self._close()

    async def _live_again_and_again(self) -> None:
        while not self._stopping.is_set():
            born = self._loop.time()
            status = await self._live()
            if self._stopping.is_set():
                return
            LOG.warning("%s ended (%s) and is started again", self._child.name, _in_words(status))
            if self._loop.time() - born > STEADY_SECONDS:
                self.delay = self._child.restart_s
            await _first_of(self._stopping.wait(), asyncio.sleep(self.delay))
            if self._child.grows:
                self.delay = min(self.delay * 2, LONGEST_DELAY_SECONDS)

    async def _live(self) -> int:
        """One life; gives its wait status."""
        self._ready, self._petted_at = False, self._loop.time()
        self.pid = self._spawn()
        ended = asyncio.Event()
        handle = os.pidfd_open(self.pid)
        self._loop.add_reader(handle, ended.set)
        try:
            watching = asyncio.create_task(self._watch(), name=f"{self._child.name}: watchdog")
            await _first_of(ended.wait(), self._stopping.wait())
            watching.cancel()
            if not ended.is_set():
                await self._stop(ended)
        finally:
            self._loop.remove_reader(handle)
            os.close(handle)
            if not ended.is_set():  # cancelled: nobody waits for it any more
                os.kill(self.pid, signal.SIGKILL)
            status = _reap(self.pid)
            self._heard()  # what it said last, descriptors to keep among it
        return status

    async def _stop(self, ended: asyncio.Event) -> None:
        os.kill(self.pid, signal.SIGTERM)
        await _first_of(ended.wait(), asyncio.sleep(STOPPING_SECONDS))
        if not ended.is_set():
            LOG.error("%s did not stop within %.0f s", self._child.name, STOPPING_SECONDS)
            os.kill(self.pid, signal.SIGKILL)
            await ended.wait()

    async def _watch(self) -> None:
        """Ends a child that has not said for too long that it lives. Until it is ready it has longer."""
        allowed = self._child.watchdog_s
        while allowed:
            left = self._petted_at + (allowed if self._ready else STARTING_SECONDS) - self._loop.time()
            if left > 0:
                await asyncio.sleep(min(left, allowed))
                continue
            LOG.error("%s has not moved for %.1f s and is ended", self._child.name, allowed)
            os.kill(self.pid, signal.SIGABRT)
            await asyncio.sleep(ABORT_SECONDS)
            os.kill(self.pid, signal.SIGKILL)
            return

    def _spawn(self) -> int:
        handed = [*((listener.fileno(), name) for name, listener in self._listeners.items()), *self._stored.items()]
        environ = {**os.environ, **self._child.env, "NOTIFY_SOCKET": str(self._folder / "notify")}
        for leftover in ("LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES", "WATCHDOG_USEC"):
            environ.pop(leftover, None)
        if handed:
            environ |= {"LISTEN_FDS": str(len(handed)), "LISTEN_FDNAMES": ":".join(name for _, name in handed)}
        if self._child.watchdog_s:
            environ["WATCHDOG_USEC"] = str(round(self._child.watchdog_s * 1e6))
        # Ends with us even if we are killed: nobody would restart it, and it would hold the ports.
        leash = ("setpriv", "--pdeathsig", "TERM") if shutil.which("setpriv") else ()
        argv = [*leash, *SHELL, *self._child.argv]
        moves = [
            (os.POSIX_SPAWN_DUP2, descriptor, FIRST_DESCRIPTOR + index) for index, (descriptor, _) in enumerate(handed)
        ]
        return os.posix_spawnp(argv[0], argv, environ, file_actions=moves, setpgroup=0)

    def _heard(self) -> None:
        while True:
            try:
                words, descriptors, _, _ = socket.recv_fds(self._line, 4096, 16)
            except BlockingIOError:
                return
            said = dict(line.partition("=")[::2] for line in words.decode().splitlines())
            if "FDSTORE" in said:
                self._store(descriptors, said.get("FDNAME", "stored"))
            else:
                for descriptor in descriptors:
                    os.close(descriptor)
            if "FDSTOREREMOVE" in said:
                self._forget(said.get("FDNAME", "stored"))
            self._ready = self._ready or said.get("READY") == "1"
            if "WATCHDOG" in said or "READY" in said:
                self._petted_at = self._loop.time()

    def _store(self, descriptors: Sequence[int], name: str) -> None:
        for descriptor in descriptors:
            if len(self._stored) < STORED_AT_MOST:
                self._stored[_moved_up(descriptor)] = name
            else:
                LOG.error("%s gave more than %d descriptors to keep", self._child.name, STORED_AT_MOST)
            os.close(descriptor)

    def _forget(self, name: str) -> None:
        for descriptor in [descriptor for descriptor, stored in self._stored.items() if stored == name]:
            del self._stored[descriptor]
            os.close(descriptor)

    def _close(self) -> None:
        self._loop.remove_reader(self._line.fileno())
        self._line.close()
        for listener in self._listeners.values():
            listener.close()
        for descriptor in self._stored:
            os.close(descriptor)
        shutil.rmtree(self._folder)


def _listener(text: str) -> socket.socket:
    """Its descriptor lies above all numbers a child will see, so that moving one there overwrites none of ours."""
    address = parse_address(text)
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    with socket.create_server(address, family=family, backlog=BACKLOG) as listener:
        return socket.socket(fileno=_moved_up(listener.fileno()))


def _moved_up(descriptor: int) -> int:
    return fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, FIRST_DESCRIPTOR + STORED_AT_MOST + BACKLOG)


def _notify_socket(path: Path) -> socket.socket:
    line = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    line.bind(str(path))
    line.setblocking(False)
    return line


async def _first_of(*waiting: Coroutine[object, object, object]) -> None:
    tasks = [asyncio.ensure_future(one) for one in waiting]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()


def _reap(pid: int) -> int:
    """Of a child that has ended: does not wait."""
    return os.waitpid(pid, 0)[1]


def _in_words(status: int) -> str:
    code = os.waitstatus_to_exitcode(status)
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
