"""The checks of the PRT rules."""
