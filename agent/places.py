"""places: where the parts keep their files and meet each other, from the settings; creates nothing."""

from pathlib import Path

from agent.settings import Settings

TAP_ORDERS = "tap-orders.json"
"""The tap's last good orders: found even when the settings do not parse, and so cannot say where."""


class Places:
    """`state` survives a reboot, `run` does not."""

    def __init__(self, settings: Settings) -> None:
        state, run = settings.device.state, settings.device.run
        self.journal: Path = state / "journal"
        self.ledger: Path = state / "ledger.db"
        self.poison: Path = state / "reading.json"
        self.learning: Path = state / "learning.json"
        self.glyphs: Path = state / "glyphs"
        self.page_key: Path = state / "page.key"
        self.tap_orders: Path = state / TAP_ORDERS
        self.agent: Path = run / "agent.sock"
        self.wake: Path = run / "wake.sock"
        self.tap: Path = run / "tap.json"
