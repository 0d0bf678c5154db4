"""registry: the sandbox clouds by the name the command line takes; starts none."""

from collections.abc import Callable, Mapping
from functools import partial

from agent.sandboxes.astro import AstroCloud
from agent.sandboxes.cloud import SandboxCloud
from agent.sandboxes.crm_com import CrmComCloud
from agent.sandboxes.fivestars import FivestarsCloud
from agent.sandboxes.plain_http import PlainHttpCloud
from agent.sandboxes.sessionm import SessionmCloud
from agent.sandboxes.tapmango import TapmangoCloud

SANDBOXES: Mapping[str, Callable[..., SandboxCloud]] = {
    "plain_http": PlainHttpCloud,
    "sessionm": SessionmCloud,
    "crm_com": CrmComCloud,
    "crm_com-b": partial(CrmComCloud, "B"),
    "crm_com-a": partial(CrmComCloud, "A"),
    "tapmango": TapmangoCloud,
    "fivestars": FivestarsCloud,
    "astro": AstroCloud,
}
"""Each takes `seed` and `port`. To add one: a file beside this one, and a line here."""
