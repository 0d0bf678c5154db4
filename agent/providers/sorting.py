"""sorting: turns an answer got before anything was sent into one that says so; knows no cloud."""

from agent.providers.answers import Answer, Later, Unknown


def nothing_sent(answer: Answer) -> Answer:
    """While we only looked something up, an unknown outcome is no unknown outcome: nothing was asked to be booked."""
    return Later(f"before anything was sent: {answer.why}") if isinstance(answer, Unknown) else answer


def looked_in_vain(answer: Answer) -> Answer:
    """A look whose answer was lost has shown nothing, and is made again."""
    return Later(f"could not look: {answer.why}") if isinstance(answer, Unknown) else answer
