"""container: a minimal Debian 12 with tillpost installed by scripts/install, booted with its own systemd by nspawn.

The bare system is made once by debootstrap and cached (TILLPOST_CACHE, else the user's cache folder); each boot gets a
copy. The packages are built on this machine from the locked versions, so that only debootstrap asks the network.
"""

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
SUITE = "bookworm"
PACKAGES = "systemd,systemd-sysv,dbus,udev,python3,python3-venv"
TOOLS = ("debootstrap", "systemd-nspawn", "nsenter")
SOURCES = (
    "agent",
    "firmware_bridge",
    "systemd",
    "scripts",
    "docs",
    "pyproject.toml",
    "requirements-box.lock",
    "README.md",
    "LICENSE",
)
INSTALL = ("/src/scripts/install", "--wheels", "/wheels")
BOOT_S = 120
"""Real seconds until we stop waiting for a boot or a shutdown."""


def why_not() -> str:
    """Empty when a container can be booted here."""
    if os.environ.get("TILLPOST_CONTAINER") != "1":
        return "boots a real systemd and takes minutes: scripts/box-check, or TILLPOST_CONTAINER=1"
    if os.geteuid() != 0:
        return "needs root to boot a container"
    if sys.version_info[:2] != (3, 11):
        return "the packages are built here for the container's Python, which is 3.11"
    missing = [tool for tool in TOOLS if shutil.which(tool, path=f"{os.environ['PATH']}:/usr/sbin:/sbin") is None]
    return f"not installed: {', '.join(missing)} (scripts/setup installs them)" if missing else ""


class Container:
    """A booted system; `run` runs a command in it, `root` is its root folder as seen from here."""

    def __init__(self, root: Path, process: subprocess.Popen[bytes], log: Path) -> None:
        self.root, self._process, self._log = root, process, log
        self._leader = 0

    def run(self, *command: str, check: bool = True) -> str:
        done = subprocess.run(
            ["nsenter", "-t", str(self._leader), "-m", "-u", "-i", "-n", "-p", "--", *command],
            capture_output=True,
            text=True,
            check=False,
            env={"PATH": "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"},
        )
        if check and done.returncode:
            raise AssertionError(f"{' '.join(command)}: {done.returncode}\n{done.stdout}{done.stderr}\n{self.story()}")
        return done.stdout.strip()

    def here(self, *arguments: str) -> subprocess.Popen[str]:
        """Our own Python, in the container's network only."""
        command = ["nsenter", "-t", str(self._leader), "-n", "--", sys.executable, *arguments]
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=CHECKOUT)

    def story(self) -> str:
        """What the units said."""
        return self.run("journalctl", "--no-pager", "-n", "80", "-u", "tillpost-*", check=False)

    def wait_for_boot(self) -> None:
        give_up = time.monotonic() + BOOT_S
        while self.run("systemctl", "is-system-running", check=False) not in ("running", "degraded"):
            assert self._process.poll() is None, self._log.read_text(errors="replace")
            assert time.monotonic() < give_up, self._log.read_text(errors="replace")
            time.sleep(0.2)
            self._leader = self._leader or _child_of(self._process.pid)

    def power_off(self) -> None:
        self._process.terminate()  # nspawn asks the container's systemd to power off
        try:
            self._process.wait(BOOT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


@contextlib.contextmanager
def booted(folder: Path) -> Iterator[Container]:
    """A fresh copy of the system with tillpost on it, running."""
    reason = why_not()
    if reason:
        pytest.skip(reason)
    root = folder / "root"
    subprocess.run(["cp", "-a", "--reflink=auto", str(_bare_system()), str(root)], check=True)
    try:
        _install(root)
        with _boot(root, folder / "console.log") as container:
            yield container
    finally:
        shutil.rmtree(root)


@contextlib.contextmanager
def _boot(root: Path, log: Path) -> Iterator[Container]:
    command = ["systemd-nspawn", "-q", "-b", "-D", str(root), "--private-network", "--register=no", "--keep-unit"]
    command.append("--system-call-filter=adjtimex clock_adjtime")  # nspawn forbids even asking
    with log.open("wb") as console:
        process = subprocess.Popen(
            [*command, "--console=pipe"], stdin=subprocess.DEVNULL, stdout=console, stderr=console
        )
    container = Container(root, process, log)
    try:
        container.wait_for_boot()
        yield container
    finally:
        container.power_off()


def _install(root: Path) -> None:
    """Runs scripts/install inside, as a technician would, but with packages that were built out here."""
    with _copy_of_sources() as copy:
        shutil.copytree(copy, root / "src")
    shutil.copytree(_wheels(), root / "wheels")
    for _ in range(2):  # the second time must change nothing and succeed
        command = ["systemd-nspawn", "-q", "-D", str(root), "--register=no", "--keep-unit"]
        subprocess.run([*command, *INSTALL, "--no-start"], check=True)


def _bare_system() -> Path:
    root = _cache() / f"debian-{SUITE}-{hashlib.sha256(PACKAGES.encode()).hexdigest()[:10]}"
    if not root.exists():
        making = root.with_suffix(".making")
        shutil.rmtree(making, ignore_errors=True)
        command = ["debootstrap", "--variant=minbase", f"--include={PACKAGES}", SUITE, str(making)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        making.rename(root)
    return root


def _wheels() -> Path:
    """The locked packages and our own, built for this machine's Python, which is the container's too (3.11)."""
    lock = CHECKOUT / "requirements-box.lock"
    wheels = _cache() / f"wheels-{hashlib.sha256(lock.read_bytes()).hexdigest()[:10]}"
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "wheel", "--no-deps"]
    if not wheels.exists():
        making = wheels.with_suffix(".making")
        shutil.rmtree(making, ignore_errors=True)
        subprocess.run([*pip, "--require-hashes", "-r", str(lock), "-w", str(making)], check=True)
        making.rename(wheels)
    for old in wheels.glob("tillpost-*.whl"):
        old.unlink()
    with _copy_of_sources() as copy:
        subprocess.run([*pip, "--no-build-isolation", "-w", str(wheels), str(copy)], check=True)
    return wheels


@contextlib.contextmanager
def _copy_of_sources() -> Iterator[Path]:
    """Building writes beside the sources."""
    copy = _cache() / "sources"
    shutil.rmtree(copy, ignore_errors=True)
    copy.mkdir(parents=True)
    for name in SOURCES:
        source = CHECKOUT / name
        if source.is_dir():
            shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.exists():
            shutil.copy(source, copy / name)
    yield copy
    shutil.rmtree(copy)


def _cache() -> Path:
    user = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    folder = Path(os.environ.get("TILLPOST_CACHE", user / "tillpost"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _child_of(parent: int) -> int:
    """0 while there is none."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            if int(fields[1]) == parent:
                return int(stat.parent.name)
    return 0
