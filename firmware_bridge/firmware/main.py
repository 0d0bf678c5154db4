"""main: the Pico's /main.py: starts the firmware in one of two slots; goes back to the old one if a new one fails.

/slot.json: {"good": "a", "try": "b", "left": 3}. A slot on trial is started at most so often; when it has reported to
the box, the box says so and the firmware makes it the good one. Files are replaced by renaming, which littlefs does
whole or not at all, so that a power cut at any moment leaves something that starts.
"""

import json
import os
import sys

STATE, STAY = "slot.json", "stay"
TRIALS = 3
NO_SLOT = ""


def read_state(root):
    try:
        with open(root + STATE) as file:
            state = json.load(file)
        return state if isinstance(state, dict) else {}
    except (OSError, ValueError):
        return {}


def write_state(root, state):
    with open(root + STATE + ".new", "w") as file:
        json.dump(state, file)
    os.rename(root + STATE + ".new", root + STATE)


def choose(state):
    """The slot to start now, and the state to be written before it starts."""
    good, trial, left = state.get("good", NO_SLOT), state.get("try", NO_SLOT), state.get("left", 0)
    if trial and left > 0:
        return trial, {"good": good, "try": trial, "left": left - 1}
    return good, {"good": good}


def told_to_stay(root):
    """Once: the next start is an ordinary one."""
    try:
        os.remove(root + STAY)
    except OSError:
        return False
    return True


def start(root="/"):
    """Runs a slot's firmware; comes back when there is none, or when the box wants MicroPython's prompt."""
    if told_to_stay(root):
        return "asked to stay at the prompt"
    state = read_state(root)
    slot, after = choose(state)
    if after != state:
        write_state(root, after)
    if not slot:
        return "no slot holds a firmware"
    sys.path.insert(0, root + "slots/" + slot)
    from firmware_bridge.firmware import pico

    pico.run(slot)
    return "the firmware ended"


def main():
    import machine
    import time

    try:
        print("wire tap:", start())
    except Exception as error:
        sys.print_exception(error)
        with open("/error.txt", "w") as file:
            sys.print_exception(error, file)
        time.sleep(3)  # Ctrl-C reaches the prompt here
        machine.reset()
    # At the prompt nobody listens to the till: not longer than an update takes.
    machine.Timer(-1, mode=machine.Timer.ONE_SHOT, period=600000, callback=lambda _: machine.reset())


if __name__ == "__main__":
    main()
