"""The checks of the RDS rules."""
