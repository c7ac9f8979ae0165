"""archlint: a linter for the architecture of Python programs."""

__version__ = "0.1.0"
