"""style: takes a dialect state, gives what a run of text needs from it at once, and the style behind each command.

A till goes back and forth between a handful of styles. Each is worked out once and remembers where its commands lead.
"""

from agent.dialects.code_pages import decode, reads_ascii
from agent.dialects.state import DialectState, follow
from agent.dialects.tokenizer import Token

MOST_STYLES, MOST_STEPS = 64, 1024
"""Remembered, and commands of each. A till uses ten styles and every position on a line; noise is forgotten again."""
LONGEST_STEP = 5
"""Bytes of a command that is remembered: all that set something and carry no data are as short."""


class Style:
    """What prints how. Made by `style_of`; never changes."""

    __slots__ = ("_codec", "_steps", "cell", "drawn", "emphasis", "is_display", "reads_ascii", "state", "tall")

    def __init__(self, state: DialectState) -> None:
        self.state = state
        self.cell, self.tall, self.emphasis = state.cell, state.tall, state.emphasis
        self.is_display = state.display
        self.drawn = state.drawn_codes
        """Codes that print a shape of the till's own."""
        self._codec = state.codec
        self.reads_ascii = reads_ascii(self._codec, state.international)
        self._steps: dict[bytes, Style] = {}

    def decode(self, data: bytes) -> str:
        return decode(data, self._codec, self.state.international)

    def behind(self, token: Token) -> "Style":
        """The style in force behind this command."""
        head = token.head
        known = self._steps.get(head)
        if known is None:
            known = style_of(follow(self.state, token.key, head, token.data))
            if len(head) <= LONGEST_STEP and not token.data:
                if len(self._steps) >= MOST_STEPS:
                    self._steps.clear()
                self._steps[head] = known
        return known


_KNOWN: dict[DialectState, Style] = {}


def style_of(state: DialectState) -> Style:
    known = _KNOWN.get(state)
    if known is None:
        if len(_KNOWN) >= MOST_STYLES:
            _KNOWN.clear()
        known = _KNOWN[state] = Style(state)
    return known
