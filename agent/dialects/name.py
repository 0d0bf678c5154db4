"""name: which printer language a lane speaks, as the settings write it; imports nothing, so that taps may ask."""

from enum import StrEnum


class DialectName(StrEnum):
    AUTO = "auto"
    ESCPOS = "escpos"
    PLAIN_TEXT = "plain_text"
    STAR = "star"
    EPOS_XML = "epos_xml"
    STAR_WEBPRNT = "star_webprnt"
