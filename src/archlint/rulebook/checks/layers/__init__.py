"""The checks of the LAY rules."""
