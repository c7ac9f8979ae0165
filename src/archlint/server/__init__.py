"""The language server: what `archlint check` reports, in an editor, while the code is written."""
