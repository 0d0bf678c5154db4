"""The settings file: what is right is taken, what is wrong is named with its mend."""

from pathlib import Path

import pytest

from agent.errors import SettingsError
from agent.settings import described, load

GOOD = """
[device]
id = "TP-TEST"
[lanes.till-1]
tap = "raw_tcp"
[providers.main]
kind = "plain_http"
base_url = "http://127.0.0.1:1"
[programmes.points]
provider = "main"
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "tillpost.toml"
    file.write_text(text)
    return file


def test_a_whole_file_reads(tmp_path: Path) -> None:
    settings = load(written(tmp_path, GOOD), {})
    assert settings.device.id == "TP-TEST"
    assert settings.tap_lanes()[0].name == "till-1"
    assert settings.programmes["points"].base == "pre_tax_after_discount"


def test_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TILLPOST_STORE__NAME", "Corner shop")
    monkeypatch.setenv("TILLPOST_LANES__TILL-1__LISTEN", "127.0.0.1:7000")
    settings = load(written(tmp_path, GOOD))
    assert settings.store.name == "Corner shop"
    assert settings.lanes["till-1"].listen == "127.0.0.1:7000"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("[device]", "[devise]"), "devise: there is no such setting; did you mean 'device'?"),
        (("id =", "ident ="), "device.ident: there is no such setting; did you mean 'id'?"),
        (("base_url", "base_ulr"), "did you mean 'base_url'?"),
        (("base_url", "bath"), "providers.main.bath: there is no such setting; did you mean 'batch'?"),
        (('kind = "plain_http"', 'kind = "plain_htp"'), "there is no kind 'plain_htp'; did you mean 'plain_http'?"),
        (('kind = "plain_http"', ""), "providers.main.kind: this is needed"),
        (('base_url = "http://127.0.0.1:1"', 'base_url = "x"\nbatch = 0'), "providers.main.batch: Input should be"),
        (("tap =", "tab ="), "did you mean 'tap'?"),
        (('provider = "main"', 'provider = "mian"'), "did you mean 'main'?"),
        (('tap = "raw_tcp"', 'tap = "serial_port"'), "tap 'serial_port' needs 'path'"),
        (("[lanes.till-1]", "[lanes.till-1"), "tillpost.toml"),
    ],
)
def test_a_wrong_name_is_an_error_that_suggests_the_right_one(
    tmp_path: Path, change: tuple[str, str], message: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        load(written(tmp_path, GOOD.replace(*change)), {})
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (("id =", "ident ="), 3),
        (("[device]", "[devise]"), 2),
        (('tap = "raw_tcp"', 'tap = "raw_tpc"'), 5),
        (('tap = "raw_tcp"', 'tap = "serial_port"'), 4),
        (('base_url = "http://127.0.0.1:1"', 'base_url = "http://127.0.0.1:1"\nbatch = 0'), 9),
        (('provider = "main"', 'provider = "mian"'), 10),
        (('tap = "raw_tcp"', 'tap = "raw_tcp"\n[lanes.till-2]\ntap = "raw_tcp"'), 4),
        (('id = "TP-TEST"', 'id = "TP-TEST"\n[store]\ncurrency = "JPY"'), 5),
    ],
)
def test_a_fault_names_its_line(tmp_path: Path, change: tuple[str, str], line: int) -> None:
    with pytest.raises(SettingsError, match=rf"tillpost\.toml: line {line}: "):
        load(written(tmp_path, GOOD.replace(*change)), {})


def test_a_lanes_code_pages_are_names_that_are_known(tmp_path: Path) -> None:
    lane = GOOD.replace('tap = "raw_tcp"', 'tap = "raw_tcp"\ncode_page = "PC858"\ncode_pages = {"16" = "windows-1252"}')
    read = load(written(tmp_path, lane), {}).tap_lanes()[0]
    assert (read.code_page, read.code_pages) == ("cp858", {"16": "windows_1252"})
    for wrong in (
        'code_page = "cp8585"',
        'code_page = "utf-16"',
        'code_pages = {x = "cp850"}',
        'code_pages = {1 = "no"}',
    ):
        with pytest.raises(SettingsError, match=r"code page|page's number"):
            load(written(tmp_path, GOOD.replace('tap = "raw_tcp"', f'tap = "raw_tcp"\n{wrong}')), {})


def test_a_misspelt_variable_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="did you mean 'store'"):
        load(written(tmp_path, GOOD), {"TILLPOST_STOER__NAME": "x"})
    with pytest.raises(SettingsError, match="did you mean 'timezone'"):
        load(written(tmp_path, GOOD + '[store]\ntimezon = "Europe/Berlin"\n'), {})


def test_every_setting_is_listed_with_its_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TILLPOST_STORE__NAME", "Corner shop")
    file = written(tmp_path, GOOD)
    rows = {setting.name: (setting.value, setting.source) for setting in described(load(file), file)}
    defaults = {setting.name: setting.default for setting in described(load(file), file)}
    assert defaults["store.day_starts"] == "04:00"
    assert defaults["providers.main.base_url"] == "(needed)"
    assert rows["store.name"] == ("Corner shop", "environment")
    assert rows["device.id"] == ("TP-TEST", "file")
    assert rows["store.day_starts"] == ("04:00", "default")
    assert rows["providers.main.base_url"] == ("http://127.0.0.1:1", "file")
