"""print_day: prints a business day's closing slip on the store's printer now."""

from datetime import date

from agent.acts.parts import Actor, Body, Parts, words
from agent.closing_slips import print_day as print_closing_slip
from agent.errors import TillpostError
from agent.ledger import audit


async def print_day(parts: Parts, by: Actor, body: Body) -> str:
    """`day`; `lane`: where, else the one of the settings → the lane's name."""
    store = parts.settings.store
    name = words(body, "lane", needed=False) or store.closing_slip
    lane = next((lane for lane in parts.settings.tap_lanes() if lane.name == name), None)
    if lane is None:
        raise TillpostError("no lane is named to print on", hint="Set store.closing_slip to the name of a lane.")
    day, now = date.fromisoformat(words(body, "day")), parts.clock.wall()
    await print_closing_slip(parts.ledger, store, lane, day, now)
    await parts.ledger.do(audit.note, by.who, "printed the day", f"day/{day}", lane.name, now)
    return lane.name
