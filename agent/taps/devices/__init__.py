"""devices: the printers we play where none is there, one file each; takes a lane, gives the one that fits it."""

from collections.abc import Callable

from agent.taps.devices.device import Device
from agent.taps.devices.escpos_printer import EscposPrinter
from agent.taps.devices.print_server import PrintServer
from agent.taps.devices.star_printer import StarPrinter
from agent.taps.devices.web_printer import WebPrinter
from agent.taps.lane import DialectName, Lane, TapKind

__all__ = ["Device", "device_for"]

_DEVICES: dict[TapKind, Callable[[], Device]] = {
    TapKind.LPD: PrintServer,
    TapKind.EPOS_HTTP: WebPrinter,
    TapKind.STAR_WEBPRNT: WebPrinter,
}


def device_for(lane: Lane) -> Device:
    """A till that prints to a bare port expects an Epson, unless the lane says it speaks Star's language."""
    if lane.tap in _DEVICES:
        return _DEVICES[lane.tap]()
    return StarPrinter() if lane.dialect is DialectName.STAR else EscposPrinter()
