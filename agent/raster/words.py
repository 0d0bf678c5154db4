"""words: what an OCR program says stands where on a picture; plain values."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Word:
    """`sure`: 0 … 100, as the program says. The box in dots of the picture."""

    text: str
    left: int
    top: int
    right: int
    bottom: int
    sure: float
