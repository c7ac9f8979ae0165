"""Whole-program queries over the facts of all modules."""
