"""test_units: systemd itself finds nothing wrong with the units, as scripts/install lays them out."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
SERVICES = ("tillpost-tap.service", "tillpost-agent.service")
UNITS = (*SERVICES, "tillpost-tap.socket", "tillpost-lane@till-2.socket")
TARGETS = Path("/lib/systemd/system")

pytestmark = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=CHECKOUT)


def install(root: Path) -> str:
    done = run(str(CHECKOUT / "scripts" / "install"), "--root", str(root))
    assert done.returncode == 0, done.stderr
    return done.stderr


def files(root: Path) -> dict[str, tuple[bytes, int]]:
    return {str(file): (file.read_bytes(), file.stat().st_mtime_ns) for file in root.rglob("*") if file.is_file()}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("box")
    install(made)
    return made


def test_installing_twice_changes_nothing(tmp_path: Path) -> None:
    install(tmp_path)
    once = files(tmp_path)
    assert install(tmp_path) == "", "it says what it puts, and there is nothing to put"
    assert files(tmp_path) == once


def test_the_settings_file_is_never_overwritten(tmp_path: Path) -> None:
    install(tmp_path)
    settings = tmp_path / "etc/tillpost/tillpost.toml"
    settings.write_text("# the store's own\n")
    install(tmp_path)
    assert settings.read_text() == "# the store's own\n"
    assert settings.stat().st_mode & 0o777 == 0o640


def test_units_are_enabled_for_every_boot(root: Path) -> None:
    system = root / "etc/systemd/system"
    assert (system / "sockets.target.wants/tillpost-tap.socket").is_symlink()
    for service in SERVICES:
        assert (system / "multi-user.target.wants" / service).is_symlink()


def test_systemd_verifies_the_units(root: Path) -> None:
    """As on a box: with the program in its place, systemd's own targets, and a second till added as documented."""
    programs = root / "opt/tillpost/current/bin"
    programs.mkdir(parents=True)
    for program in ("tillpost", "python"):
        shutil.copy("/bin/true", programs / program)
    shutil.copytree(TARGETS, root / "usr/lib/systemd/system", symlinks=True, ignore_dangling_symlinks=True)
    lane = root / "etc/systemd/system/tillpost-lane@till-2.socket.d/port.conf"
    lane.parent.mkdir(parents=True)
    lane.write_text("[Socket]\nListenStream=9101\n")
    verified = run("systemd-analyze", "verify", f"--root={root}", "--man=no", *UNITS)
    said = [line for line in (verified.stdout + verified.stderr).splitlines() if "tillpost" in line]
    assert not said
    assert verified.returncode == 0, verified.stderr


@pytest.mark.parametrize("unit", SERVICES)
def test_exposure_is_at_most_two(unit: str) -> None:
    analysed = run("systemd-analyze", "security", "--offline=yes", "--threshold=20", str(CHECKOUT / "systemd" / unit))
    assert analysed.returncode == 0, analysed.stdout.splitlines()[-1]


def test_box_lock_is_the_runtime_part_of_the_lock() -> None:
    made = run(sys.executable, str(CHECKOUT / "scripts/box-lock"))
    assert made.stdout == (CHECKOUT / "requirements-box.lock").read_text(), (
        "run scripts/box-lock > requirements-box.lock"
    )


def test_the_shipped_settings_are_accepted(root: Path) -> None:
    file = root / "etc/tillpost/tillpost.toml"
    shown = run(sys.executable, "-m", "agent", "--settings", str(file), "settings")
    assert shown.returncode == 0, shown.stderr
    assert "lanes.till-1" in shown.stdout
