"""What becomes of a violation: suppression, identity, report."""
