"""formats: takes the lines of a paper, gives the receipt on it by the words of a format and by arithmetic."""

from agent.formats.context import StoreContext
from agent.formats.form import Format, load_format
from agent.formats.reader import read_paper

__all__ = ["Format", "StoreContext", "load_format", "read_paper"]
