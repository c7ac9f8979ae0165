"""The checks of the ASY rules."""
