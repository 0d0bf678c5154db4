"""views: the pages, one file each, and this list of them; the first that a role may see is its home."""

from collections.abc import Mapping

from agent.acts import BOX, EVERYBODY, MANAGERS, TILL
from agent.till.views.audit import audit
from agent.till.views.box import box
from agent.till.views.day import day
from agent.till.views.hand_over import hand_over
from agent.till.views.help import help_page
from agent.till.views.items import items
from agent.till.views.points import points
from agent.till.views.settings import settings
from agent.till.views.tasks import tasks
from agent.till.views.till import till
from agent.till.visit import View

VIEWS: Mapping[str, View] = {
    "/": View("till.html", till, TILL),
    "/box": View("box.html", box, BOX),
    "/tasks": View("tasks.html", tasks, EVERYBODY),
    "/hand-over": View("hand_over.html", hand_over, TILL, only_when_needed=True),
    "/items": View("items.html", items, TILL, only_when_needed=True),
    "/day": View("day.html", day, EVERYBODY),
    "/points": View("points.html", points, MANAGERS),
    "/audit": View("audit.html", audit, MANAGERS),
    "/settings": View("settings.html", settings, BOX),
    "/help": View("help.html", help_page, EVERYBODY),
}
"""Path → view."""
