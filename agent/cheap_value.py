"""cheap_value: takes a class of a few values, makes it one that is frozen for the type checker and cheap to make.

A receipt makes hundreds of events and commands; frozen at run time, too, each would take four times as long.
"""

from dataclasses import dataclass
from typing import TypeVar, dataclass_transform

_T = TypeVar("_T")


@dataclass_transform(frozen_default=True)
def cheap_value(cls: type[_T]) -> type[_T]:
    return dataclass(slots=True, unsafe_hash=True)(cls)
