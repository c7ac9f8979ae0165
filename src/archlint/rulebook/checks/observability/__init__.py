"""The checks of the OBS rules."""
