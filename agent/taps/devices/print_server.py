"""print_server: takes what a till sends to a print server (LPD) where there is none, answers as RFC 1179 says."""

from agent.taps.devices.device import Device
from agent.wrapping.lpd import Event, File, LpdReader

YES = b"\0"
STATE = b"ready, no entries\n"
_SHORT_STATE, _LONG_STATE, _REMOVE = 0x03, 0x04, 0x05


class PrintServer(Device):
    """Every queue name is taken: a till may be set to any."""

    def __init__(self) -> None:
        super().__init__()
        self._reader = LpdReader()

    def hear(self, data: bytes) -> bytes:
        answers = b"".join(self._answer(event) for event in self._reader.feed(data))
        if self._reader.is_lost:
            self.hang_up()
        return answers

    def _answer(self, event: Event) -> bytes:
        if isinstance(event, File) or event.announces or event.code < _SHORT_STATE:
            return YES
        if event.code in (_SHORT_STATE, _LONG_STATE):
            self.hang_up()
            return STATE
        return YES if event.code == _REMOVE else b""
