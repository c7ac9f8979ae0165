"""The checks of rules that no pattern can express, by family."""
