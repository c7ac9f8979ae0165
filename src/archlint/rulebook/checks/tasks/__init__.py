"""The checks of the TSK rules."""
