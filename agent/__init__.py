"""tillpost: reads what the till prints, works out the award, and delivers it to the loyalty cloud exactly once."""

__version__ = "0.1.0"
