"""acts: what people may do, one file each, and this list of them; the command line and the pages share it."""

from collections.abc import Mapping

from agent.acts.answer import answer
from agent.acts.attach import attach
from agent.acts.bind import bind
from agent.acts.cards import cards
from agent.acts.catch_up import catch_up
from agent.acts.claim import claim
from agent.acts.claim_text import claim_text
from agent.acts.correct import correct
from agent.acts.detach import detach
from agent.acts.find import find
from agent.acts.forget import forget
from agent.acts.give_back import give_back
from agent.acts.handover_done import handover_done
from agent.acts.ignore_line import ignore_line
from agent.acts.loose import loose
from agent.acts.map_line import map_line
from agent.acts.move import move
from agent.acts.parts import BOX, COMMAND_LINE, EVERYBODY, MANAGERS, OWNERS, TILL, Act, Actor, Body, Parts, Role
from agent.acts.print_day import print_day
from agent.acts.read_again import read_again
from agent.acts.replay_to import replay_to
from agent.acts.reserve import reserve
from agent.acts.retry import retry
from agent.acts.send_again import send_again
from agent.acts.send_products import send_products
from agent.acts.sign_up import sign_up
from agent.acts.take_catalogue import take_catalogue
from agent.acts.train import train
from agent.acts.what_if import what_if

__all__ = ["ACTS", "BOX", "COMMAND_LINE", "EVERYBODY", "MANAGERS", "TILL", "Act", "Actor", "Body", "Parts", "Role"]


def _always(_: Body) -> bool:
    return True


ACTS: Mapping[str, Act] = {
    "answer": Act(answer, EVERYBODY, lambda body: body.get("choice") == "Add anyway"),  # the task says whose it is
    "attach": Act(attach),
    "move": Act(move, TILL, _always),
    "detach": Act(detach, TILL, _always),
    "correct": Act(correct, MANAGERS, _always),
    "train": Act(train, MANAGERS),
    "find": Act(find),
    "sign_up": Act(sign_up),
    "bind": Act(bind),
    "cards": Act(cards),
    "claim": Act(claim),
    "claim_text": Act(claim_text),
    "what_if": Act(what_if),
    "loose": Act(loose),
    "reserve": Act(reserve),
    "give_back": Act(give_back),
    "retry": Act(retry),
    "send_again": Act(send_again, MANAGERS),
    "handover_done": Act(handover_done),
    "read_again": Act(read_again, BOX),
    "print_day": Act(print_day, MANAGERS),
    "replay_to": Act(replay_to, OWNERS),
    "forget": Act(forget, OWNERS, _always),
    "map_line": Act(map_line),
    "ignore_line": Act(ignore_line),
    "take_catalogue": Act(take_catalogue, MANAGERS),
    "catch_up": Act(catch_up, MANAGERS),
    "send_products": Act(send_products, MANAGERS),
}
"""Name → act. To add one: a file beside this one with `async def NAME(parts, by, body)`, and a line here."""
