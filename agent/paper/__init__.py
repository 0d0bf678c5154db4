"""paper: takes print events, gives the lines a person reads on the paper."""

from agent.paper.layout import MOST_BLANK_LINES, Line, Paper, lay_out

__all__ = ["MOST_BLANK_LINES", "Line", "Paper", "lay_out"]
