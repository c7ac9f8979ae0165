"""The rules about domain code."""
