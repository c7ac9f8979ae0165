"""The checks of the API rules."""
