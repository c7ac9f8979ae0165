"""The checks of the DEC rules."""
