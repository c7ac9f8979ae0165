"""Fixes: from the tree of a module to edits of its text; only the parsing process imports this."""
