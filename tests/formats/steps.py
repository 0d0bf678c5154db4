"""steps: runs a call, gives how many bytecode instructions of ours it took; a clock would depend on the machine."""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any


def steps_of(call: Callable[[], object], *, most: int) -> int:
    """Stops counting (and tracing) beyond `most`, so that a test of something exponential ends."""
    counted = 0

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal counted
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        counted += event == "opcode"
        if counted > most:
            raise TooManySteps
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        call()
    except TooManySteps:
        return counted
    finally:
        sys.settrace(before)
    return counted


class TooManySteps(Exception):
    """The call was cut short."""
