"""drawing: the paper as a picture, checked dot by dot."""
