"""dialects: many printer languages, one file each; takes a job's bytes, gives its print events; cuts no jobs."""

from collections.abc import Callable

from agent.dialects import epos_xml, escpos, plain_text, star, star_webprnt
from agent.dialects.evidence import Evidence, Language, xml_language
from agent.dialects.name import DialectName
from agent.dialects.pieces import NOT_A_COMMAND
from agent.dialects.reader import CommandReader
from agent.dialects.state import DialectState
from agent.dialects.tokenizer import Tokenizer
from agent.dialects.xml_reader import XmlReader
from agent.print_events import PrintEvent, Unreadable

__all__ = ["READERS", "DialectName", "DialectState", "Language", "language_of", "read_job"]

AnyReader = CommandReader | plain_text.Reader | XmlReader
READERS: dict[Language, Callable[[DialectState], AnyReader]] = {
    Language.ESCPOS: escpos.Reader,
    Language.PLAIN_TEXT: plain_text.Reader,
    Language.STAR: star.Reader,
    Language.EPOS_XML: epos_xml.Reader,
    Language.STAR_WEBPRNT: star_webprnt.Reader,
}
CHOSEN: dict[DialectName, Language] = {
    DialectName.ESCPOS: Language.ESCPOS,
    DialectName.PLAIN_TEXT: Language.PLAIN_TEXT,
    DialectName.STAR: Language.STAR,
    DialectName.EPOS_XML: Language.EPOS_XML,
    DialectName.STAR_WEBPRNT: Language.STAR_WEBPRNT,
}

STEP = 1 << 16
MOST_EVENTS = 200_000
"""A receipt of a thousand lines has five thousand; more are noise, and would only fill a small box's memory."""
TOO_LONG = "this job is longer than any receipt, the rest of it is not read"


def read_job(data: bytes, state: DialectState, name: DialectName) -> tuple[list[PrintEvent], DialectState]:
    """Everything a whole job prints, and the state behind it. Never raises."""
    language = CHOSEN.get(name) or language_of(data, state)
    reader = READERS[language](state)
    events: list[PrintEvent] = []
    for at in range(0, len(data), STEP):
        events += reader.feed(data[at : at + STEP])
        if len(events) > MOST_EVENTS:
            rest = events[MOST_EVENTS].at
            events[MOST_EVENTS:] = [Unreadable(rest, len(data) - rest, TOO_LONG)]
            break
    else:
        events += reader.give_up()
    return events, reader.state.speaking(language)


def language_of(data: bytes, state: DialectState) -> Language:
    """By this job's own evidence; when it has too little, what the source spoke before, else what it looks like."""
    if xml := xml_language(data):
        return xml
    if not Evidence.may_change(state.language, data):
        return Language(state.language)
    evidence, commands = Evidence(), 0
    tokenizer = Tokenizer(bare_bold=state.bare_bold)
    for token in tokenizer.feed(data) + tokenizer.give_up():
        commands += token.why not in NOT_A_COMMAND
        if not token.why:
            evidence.add(token.key, token.head)
    if evidence.language is not Language.UNKNOWN:
        return evidence.language
    if state.language and not _is_xml(state.language):
        return Language(state.language)
    return Language.ESCPOS if commands else Language.PLAIN_TEXT


def _is_xml(language: str) -> bool:
    """A document says so itself: what does not is none, whatever the source has spoken before."""
    return language in (Language.EPOS_XML, Language.STAR_WEBPRNT)
