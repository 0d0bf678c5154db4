"""paper: takes print events, gives the lines a person reads on the paper, and where each thing stands in dots."""

from agent.paper.layout import MOST_BLANK_LINES, WIDTH_DOTS, Line, Paper, lay_out
from agent.paper.sheet import Mark, Sheet, place

__all__ = ["MOST_BLANK_LINES", "WIDTH_DOTS", "Line", "Mark", "Paper", "Sheet", "lay_out", "place"]
