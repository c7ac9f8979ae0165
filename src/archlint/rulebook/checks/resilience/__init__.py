"""The checks of the RES rules."""
