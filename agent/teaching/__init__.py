"""teaching: takes a few receipts of one till, gives the format they need: its words, dates, numbers; writes no file."""

from agent.teaching.labels import read_all
from agent.teaching.lesson import FIELDS, Lesson
from agent.teaching.proposal import Proposal, Sample, propose
from agent.teaching.written import as_toml

__all__ = ["FIELDS", "Lesson", "Proposal", "Sample", "as_toml", "propose", "read_all"]
