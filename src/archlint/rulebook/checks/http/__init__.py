"""The checks of the HTP rules."""
