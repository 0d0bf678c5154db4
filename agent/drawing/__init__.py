"""drawing: takes print events, gives the paper as a picture, dot by dot; reads nothing, knows no receipt."""

from agent.drawing.ink import Drawing, draw

__all__ = ["Drawing", "draw"]
