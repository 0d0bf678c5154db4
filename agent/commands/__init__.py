"""commands: what the command line can do, one file each; this is their list."""

import click

from agent.commands.agent import agent_command
from agent.commands.catalogue import catalogue_command
from agent.commands.catch_up import catch_up_command
from agent.commands.day import day_command
from agent.commands.doctor import doctor_command
from agent.commands.forget import forget_command
from agent.commands.formats import formats_command
from agent.commands.glyphs import glyphs_command
from agent.commands.hand_over import hand_over_command
from agent.commands.pin import pin_command
from agent.commands.points import points_command
from agent.commands.queue import queue_command
from agent.commands.read import read_command
from agent.commands.receipts import receipts_command
from agent.commands.replay import replay_command
from agent.commands.run import run_command
from agent.commands.sandbox import sandbox_command
from agent.commands.settings import settings_command
from agent.commands.show import show_command
from agent.commands.tap import tap_command
from agent.commands.teach import teach_command
from agent.commands.wire_tap import wire_tap_command

COMMANDS: tuple[click.Command, ...] = (
    run_command,
    tap_command,
    agent_command,
    doctor_command,
    receipts_command,
    queue_command,
    show_command,
    read_command,
    glyphs_command,
    replay_command,
    day_command,
    points_command,
    catalogue_command,
    catch_up_command,
    hand_over_command,
    formats_command,
    teach_command,
    forget_command,
    settings_command,
    sandbox_command,
    pin_command,
    wire_tap_command,
)
