"""The checks of the EVT rules."""
