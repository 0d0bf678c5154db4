"""raster: takes receipts that are printed as pictures, reads them by the till's own letters, learnt once.

`joined` makes one picture of a job's pictures, `text_lines` finds its signs, `read_lines` looks each up in the lane's
`Dictionary`: exactly, or not at all. `Notebook.taught` is how it is learnt, from OCR's votes and the receipts' sums.
"""

from agent.raster.bitmap import Bitmap, joined
from agent.raster.dictionary import Dictionary
from agent.raster.notebook import Notebook
from agent.raster.signs import TextLine, text_lines
from agent.raster.text import PictureText, read_lines
from agent.raster.words import Word

__all__ = ["Bitmap", "Dictionary", "Notebook", "PictureText", "TextLine", "Word", "joined", "read_lines", "text_lines"]
