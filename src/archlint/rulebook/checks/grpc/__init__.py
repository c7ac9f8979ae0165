"""The checks of the RPC rules."""
