"""The architecture as a picture: the tree of packages, the imports between them, and ways to draw it."""
