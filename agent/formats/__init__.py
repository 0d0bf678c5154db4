"""formats: takes the lines of a paper, gives the receipt on it by the words of a format and by arithmetic."""

from agent.formats.context import StoreContext
from agent.formats.form import Format, format_from_text, load_format
from agent.formats.reader import read_paper

__all__ = ["Format", "StoreContext", "format_from_text", "load_format", "read_paper"]
