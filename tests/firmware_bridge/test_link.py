"""The port of the wire tap, over real pseudo-terminals: one opener, nothing discarded, gone when it is gone."""

import os
import termios
from pathlib import Path

import pytest

from firmware_bridge.link import Link, LinkUnavailable, candidates
from firmware_bridge.simulator import Pty


def test_what_came_before_it_was_opened_is_read(tmp_path: Path) -> None:
    pty = Pty(tmp_path / "port")
    pty.write(b"said before")
    link = Link(str(pty.path))
    assert link.read() == b"said before"
    assert link.read() == b""
    link.write(b"answer")
    assert pty.read() == b"answer"
    link.close()
    pty.close()


def test_it_is_raw_hangs_up_at_the_end_and_is_never_set_to_1200(tmp_path: Path) -> None:
    pty = Pty(tmp_path / "port")
    link = Link(str(pty.path))
    iflag, oflag, cflag, lflag, ispeed, ospeed, _ = termios.tcgetattr(link.descriptor)
    assert (iflag, oflag, lflag) == (0, 0, 0)
    assert cflag & termios.HUPCL
    assert ispeed == ospeed == termios.B115200
    link.close()
    pty.close()


def test_a_second_opener_and_a_file_are_refused_in_words(tmp_path: Path) -> None:
    pty = Pty(tmp_path / "port")
    link = Link(str(pty.path))
    with pytest.raises(LinkUnavailable, match="in use"):
        Link(str(pty.path))
    link.close()
    Link(str(pty.path)).close()
    pty.close()
    with pytest.raises(LinkUnavailable, match="No such file"):
        Link(str(tmp_path / "nothing"))
    (tmp_path / "file").touch()
    with pytest.raises(LinkUnavailable, match="not a serial port"):
        Link(str(tmp_path / "file"))


def test_unplugged_it_says_so(tmp_path: Path) -> None:
    pty = Pty(tmp_path / "port")
    link = Link(str(pty.path))
    pty.close()
    with pytest.raises(OSError, match=r"unplugged|Input/output"):
        link.read()
    link.close()


def test_a_tap_that_does_not_read_makes_nothing_grow(tmp_path: Path) -> None:
    pty = Pty(tmp_path / "port")
    link = Link(str(pty.path))
    for _ in range(100):
        link.write(os.urandom(4096))
    assert len(link._unsent) <= 16 << 10
    link.close()
    pty.close()


def test_picos_are_found_by_their_name(tmp_path: Path) -> None:
    for name in ("usb-MicroPython_Board_in_FS_mode_e66-if00", "usb-FTDI_FT232R-if00-port0"):
        (tmp_path / name).touch()
    assert [path.name for path in candidates(tmp_path)] == ["usb-MicroPython_Board_in_FS_mode_e66-if00"]
    assert candidates(tmp_path / "nowhere") == []
