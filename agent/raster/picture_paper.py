"""picture_paper: takes the pictures a job prints and the lane's signs, gives the paper as text; knows no receipt."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from agent.masking.card_mask import CardMask
from agent.paper import Paper, lay_out
from agent.print_events import PrintEvent, Raster
from agent.raster import Dictionary, TextLine, joined, read_lines, text_lines

MOST_SIGNS = 20_000
"""On one receipt; a thousand lines of twenty."""
PICTURE = "the receipt is printed as a picture"
BEING_READ = f"{PICTURE}, and its letters are being learnt"
NO_LETTERS = f"{PICTURE} on which no letters are found"
TOO_LARGE = f"{PICTURE}, larger than any receipt or without its dots"
SHORTEST_TEXT, SHORTEST_LINE = 5, 4
"""Lines of so many signs make a receipt, however short; a logo has fewer."""


@dataclass(frozen=True, slots=True)
class PicturePaper:
    """`paper` holds U+FFFD for unknown signs; `why` it cannot be trusted, empty when every sign is known."""

    paper: Paper
    why: str
    unknown: int = 0


def letters_of(events: Sequence[PrintEvent], width_dots: int) -> list[TextLine] | str:
    """The picture's lines of signs, or why there are none."""
    picture = joined(events, width_dots)
    if picture is None:
        return TOO_LARGE
    lines = text_lines(picture)
    if sum(len(line.signs) for line in lines) > MOST_SIGNS:
        return TOO_LARGE
    return lines if any(not line.is_drawing for line in lines) else NO_LETTERS


def looks_like_a_receipt(lines: Sequence[TextLine]) -> bool:
    """More lines of writing than a logo has."""
    return sum(len(line.signs) >= SHORTEST_LINE for line in lines) >= SHORTEST_TEXT


def picture_paper(events: Sequence[PrintEvent], width_dots: int, dictionary: Dictionary) -> PicturePaper:
    """Never guesses: one unknown sign, or one digit that nothing has proven, and `why` says so."""
    nothing = lay_out(events, width_dots)
    lines = letters_of(events, width_dots)
    if isinstance(lines, str):
        return PicturePaper(nothing, lines)
    at = next((event.at for event in events if isinstance(event, Raster)), 0)
    text = read_lines(lines, dictionary, at)
    paper = lay_out(text.events, width_dots)
    masked = _masked([line.text for line in paper.lines])
    printed = tuple(replace(line, text=words) for line, words in zip(paper.lines, masked, strict=True))
    whole = replace(nothing, lines=printed)
    return PicturePaper(whole, "" if text.is_read else BEING_READ, len(text.unknown) + len(text.unsure))


def _masked(lines: Sequence[str]) -> list[str]:
    """The dots could not be masked on their way to the disk; the text must be, before anybody sees it."""
    mask = CardMask()
    data = "\n".join(lines).encode()
    return (mask.feed(data) + mask.flush()).decode().split("\n") if lines else []
