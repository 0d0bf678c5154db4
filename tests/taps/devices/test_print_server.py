"""The print server that is not there."""

from agent.taps.devices.print_server import STATE, PrintServer
from tests.wrapping.test_lpd import SESSION


def test_each_step_is_acknowledged() -> None:
    server = PrintServer()
    for at in range(len(SESSION)):
        server.send(memoryview(SESSION[at : at + 1]))
    assert server.look(0, 100) == b"\0" * 9, "the queue, and of four files each the announcement and the end"


def test_the_state_of_a_queue_is_told_and_the_connection_ends() -> None:
    server = PrintServer()
    server.send(memoryview(b"\x03lp\n"))
    assert server.look(0, 100) == STATE
    server.consume(len(STATE))
    assert server.look(0, 100) == b""
