"""The supervisor with real processes: descriptors, restarts, the watchdog, the end."""

import asyncio
import os
import signal
import socket
import sys
from functools import partial
from pathlib import Path

from agent.supervisor import Keeping, Supervised, run
from tests.taps.rig import PATIENCE_SECONDS, until

COUNTS_LIVES = """
import os, pathlib, sys, time
file = pathlib.Path(sys.argv[1])
file.write_text(file.read_text() + "life\\n" if file.exists() else "life\\n")
{rest}
"""
ECHO = """
import os, socket, sys
from systemd.daemon import listen_fds_with_names, notify
handed = {name: fd for fd, name in listen_fds_with_names().items()}
listener = socket.socket(fileno=handed["shop"])
notify("READY=1")
if "guest" in handed:
    guest = socket.socket(fileno=handed["guest"])
else:
    guest, _ = listener.accept()
    notify("FDSTORE=1\\nFDNAME=guest\\nFDPOLL=0", fds=[guest.fileno()])
while data := guest.recv(100):
    guest.sendall(b"%d " % os.getpid() + data)
notify("FDSTOREREMOVE=1\\nFDNAME=guest")
guest.shutdown(socket.SHUT_RDWR)
signal = __import__("signal"); signal.pause()
"""


def python(code: str, *arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code, *arguments)


class Started:
    def __init__(self, child: Supervised) -> None:
        self._stopping = asyncio.Event()
        self.keeping = Keeping(child, self._stopping)
        self._task = asyncio.create_task(self.keeping.run())

    async def stop(self) -> None:
        self._stopping.set()
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self._task

    def another_than(self, pid: int) -> bool:
        return self.keeping.pid != pid


async def test_a_connection_survives_the_death_of_the_process_that_accepted_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    started = Started(Supervised("echo", python(ECHO), listen={"shop": f"127.0.0.1:{port}"}))
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"one")
    first = await reader.read(100)
    before = started.keeping.pid
    assert first == b"%d one" % before
    os.kill(before, signal.SIGKILL)
    await until(partial(started.another_than, before))  # the dying one may still take in what comes now
    writer.write(b"two")
    second = await reader.read(100)
    assert second == b"%d two" % started.keeping.pid
    assert started.another_than(before)
    writer.write_eof()
    assert await reader.read() == b""
    writer.close()
    await started.stop()


async def test_a_child_that_dies_is_started_again(tmp_path: Path) -> None:
    lives = tmp_path / "lives"
    started = Started(Supervised("short", python(COUNTS_LIVES.format(rest=""), str(lives)), restart_s=0.01))
    await until(lambda: lives.exists() and lives.read_text().count("life") >= 4)
    await started.stop()


async def test_a_child_that_dies_at_once_is_started_again_ever_more_slowly(tmp_path: Path) -> None:
    lives = tmp_path / "lives"
    child = Supervised("short", python(COUNTS_LIVES.format(rest=""), str(lives)), restart_s=0.05, grows=True)
    started = Started(child)
    await until(lambda: lives.exists() and lives.read_text().count("life") >= 3)
    await started.stop()
    assert started.keeping.delay >= 0.2


async def test_a_frozen_child_is_killed_and_a_moving_one_is_not(tmp_path: Path) -> None:
    moving = "from systemd.daemon import notify\nnotify('READY=1')\nwhile True: notify('WATCHDOG=1'); time.sleep(0.05)"
    code = COUNTS_LIVES.format(rest=moving)
    started = Started(Supervised("moving", python(code, str(tmp_path / "lives")), watchdog_s=0.5))
    lives = tmp_path / "lives"
    await until(lives.exists)
    before = started.keeping.pid
    await asyncio.sleep(1.2)
    assert not started.another_than(before)
    os.kill(before, signal.SIGSTOP)
    await until(partial(started.another_than, before))
    await started.stop()


async def test_its_own_end_takes_the_children_along(tmp_path: Path) -> None:
    asked = "lambda *_: (file.write_text('asked'), sys.exit())"
    polite = f"import signal\nsignal.signal(signal.SIGTERM, {asked})\nfile.write_text('ready')\nsignal.pause()"
    lives = tmp_path / "lives"
    children = [Supervised("polite", python(COUNTS_LIVES.format(rest=polite), str(lives)))]
    running = asyncio.create_task(run(children))
    await until(lambda: lives.exists() and lives.read_text() == "ready")
    os.kill(os.getpid(), signal.SIGTERM)
    async with asyncio.timeout(PATIENCE_SECONDS):
        await running
    assert lives.read_text() == "asked"


async def test_a_killed_supervisor_leaves_no_child_behind(tmp_path: Path) -> None:
    lives = tmp_path / "lives"
    child = COUNTS_LIVES.format(rest="file.write_text(str(os.getpid()))\ntime.sleep(60)")
    code = (
        "import asyncio, sys; from agent.supervisor import Supervised, run\n"
        f"asyncio.run(run([Supervised('long', (sys.executable, '-c', {child!r}, sys.argv[1]))]))"
    )
    supervisor = await asyncio.create_subprocess_exec(*python(code, str(lives)))
    await until(lambda: lives.exists() and lives.read_text().isdigit())
    supervisor.kill()
    await supervisor.wait()
    await until(lambda: not Path(f"/proc/{lives.read_text()}").exists())
