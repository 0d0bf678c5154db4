"""answer: takes a person's choice for an open task, does what it stands for; opens nothing new."""

from agent.acts.parts import Actor, Body, Parts, Role, whole_number, words
from agent.errors import NotAllowed
from agent.ledger import answers, tasks

WHOSE = {
    tasks.Role.CASHIER: {Role.CASHIER, Role.MANAGER, Role.OWNER},
    tasks.Role.MANAGER: {Role.MANAGER, Role.OWNER},
    tasks.Role.TECHNICIAN: {Role.TECHNICIAN, Role.OWNER},
    tasks.Role.CLOUD_OPS: set[Role](),
}
"""Whom a task's role means on the pages; the command line may answer every one."""


def tasks_of(role: Role) -> list[str]:
    """The task roles that this role answers for."""
    return [task.value for task, roles in WHOSE.items() if role in roles]


async def answer(parts: Parts, by: Actor, body: Body) -> bool:
    """`task`, `choice` → False when somebody was faster."""
    number, choice = whole_number(body, "task"), words(body, "choice")
    task = await parts.ledger.do(tasks.get, number)
    if task and by.role is not Role.COMMAND_LINE and by.role not in WHOSE.get(task["role"], set()):
        raise NotAllowed(f"this question is for the {task['role']}")
    done = await parts.ledger.do(answers.answer_task, number, choice, who=by.who, at=parts.clock.wall())
    parts.queued.set()
    return done
