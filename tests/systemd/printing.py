"""printing: a till that never stops printing, one small receipt per connection, and counts what happens to it.

Run as a program it prints until a line comes on its input, then gives one line of JSON; 'ask' times a status query.
"""

import json
import selectors
import socket
import sys
import time
from dataclasses import asdict, dataclass, field

CUT = b"\x1dV\x00"
STATUS_QUERY = b"\x10\x04\x01"  # DLE EOT 1: a printer answers one byte at once
PATIENCE_S = 30.0


@dataclass
class Tally:
    """`done` = numbers of the receipts whose connection ended well, seen from the till."""

    refused: int = 0
    broken: list[str] = field(default_factory=list)
    done: list[int] = field(default_factory=list)
    slowest_s: float = 0.0


def receipt(number: int) -> bytes:
    return b"\x1b@TEST STORE\nSALE %06d\n\n" % number + CUT


def print_one(port: int, number: int, tally: Tally) -> None:
    began = time.monotonic()
    try:
        with socket.create_connection(("127.0.0.1", port), PATIENCE_S) as till:
            till.sendall(receipt(number) + STATUS_QUERY)
            till.shutdown(socket.SHUT_WR)
            while till.recv(4096):
                pass
    except ConnectionRefusedError:
        tally.refused += 1
    except OSError as error:
        tally.broken.append(f"{number}: {error!r}")
    else:
        tally.done.append(number)
    tally.slowest_s = max(tally.slowest_s, time.monotonic() - began)


def print_until_told(port: int, first: int) -> Tally:
    tally, number = Tally(), first
    with selectors.DefaultSelector() as told:
        told.register(sys.stdin, selectors.EVENT_READ)
        while not told.select(0):
            print_one(port, number, tally)
            number += 1
    return tally


def ask_status(port: int) -> float:
    """Seconds until the printer's side answered."""
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", port), PATIENCE_S) as till:
        till.sendall(STATUS_QUERY)
        assert till.recv(1), "the connection was closed without an answer"
    return time.monotonic() - began


if __name__ == "__main__":
    what, port, *rest = sys.argv[1:]
    if what == "ask":
        answer: object = ask_status(int(port))
    else:
        answer = asdict(print_until_told(int(port), int(rest[0])))
    sys.stdout.write(json.dumps(answer) + "\n")
