"""The checks of the SQL rules."""
