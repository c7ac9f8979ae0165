"""The checks of the SEC rules."""
