"""cashier: a person at the till page in a real browser, who taps, types and reads; counts the taps."""

from dataclasses import dataclass

from playwright.async_api import Locator, Page, expect

from tests.story.slips import Slip
from tests.till.browser import PATIENCE_MS


@dataclass
class Cashier:
    page: Page
    taps: int = 0

    async def tap(self, what: str | Locator) -> None:
        """A selector, or the words on a button."""
        place = self.page.locator(what) if isinstance(what, str) else what
        await place.click()
        self.taps += 1

    async def button(self, words: str, within: str = "#opened") -> None:
        await self.tap(self.page.locator(within).get_by_role("button", name=words, exact=True))

    async def open(self, slip: Slip) -> None:
        """Its card, as soon as it is there; the latest one of that number."""
        await self.tap(self.card(slip).locator("a.body"))
        await expect(self.page.locator("#opened-title")).to_contain_text(slip.number)

    def card(self, slip: Slip) -> Locator:
        return self.page.locator("li.card", has=self.page.get_by_text(slip.number, exact=False)).first

    async def sees(self, words: str, within: str = "body") -> None:
        await expect(self.page.locator(within)).to_contain_text(words, timeout=PATIENCE_MS)

    async def sees_on_card(self, slip: Slip, words: str) -> None:
        await expect(self.card(slip)).to_contain_text(words, timeout=PATIENCE_MS)

    async def types(self, text: str, field: str = "#who") -> None:
        await self.page.fill(field, text)

    async def home(self) -> None:
        await self.page.goto("/")
        await self.page.wait_for_selector("html[data-live]")
        self.taps = 0
