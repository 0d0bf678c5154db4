"""contradictions: takes the lanes and the store as set, names what cannot be true together; loads nothing."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from agent.settings.lanes import LaneSettings
from agent.settings.store import Store

DECIMALS = {
    **dict.fromkeys(("JPY", "KRW", "VND", "CLP", "ISK", "PYG", "UGX", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("KWD", "BHD", "OMR", "JOD", "TND", "IQD", "LYD"), 3),
    **dict.fromkeys(("USD", "EUR", "GBP", "CAD", "AUD", "CHF", "MXN", "BRL", "SEK", "NOK", "DKK", "PLN", "MYR"), 2),
}
"""ISO 4217; only where shops print what the standard says."""
ANY = "0.0.0.0"


def contradictions(lanes: Mapping[str, LaneSettings], store: Store) -> Iterator[str]:
    """Each as a sentence naming both settings and the way out."""
    yield from _addresses_taken_twice(lanes)
    for name, lane in lanes.items():
        yield from _lane(name, lane)
    decimals = DECIMALS.get(store.currency)
    if decimals is not None and decimals != store.exponent:
        yield f"store.currency {store.currency} has {decimals} decimals: set store.exponent = {decimals}"


def _lane(name: str, lane: LaneSettings) -> Iterator[str]:
    if lane.path and lane.tap.port:
        yield f"lanes.{name}: 'path' means nothing for tap = {lane.tap.value!r}; take it out, or choose serial_port"
    if lane.printer and lane.printer == lane.listen:
        yield f"lanes.{name}: 'printer' is the address the box itself listens on; it must be the printer's own"


def _addresses_taken_twice(lanes: Mapping[str, LaneSettings]) -> Iterator[str]:
    """Two tills may not share a port or a cable; 0.0.0.0 takes a port of every address."""
    takers: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for name, lane in lanes.items():
        if lane.tap.port:
            host, _, port = lane.listen.rpartition(":")
            takers[f"port {port}"].append((name, host))
        elif lane.tap.serial:
            takers[lane.path].append((name, ANY))
    for what, who in takers.items():
        for number, (name, host) in enumerate(who):
            for other, its_host in who[:number]:
                if what != "port 0" and (host == its_host or ANY in (host, its_host)):
                    yield f"lanes.{other} and lanes.{name} both listen on {what}; give each its own"
