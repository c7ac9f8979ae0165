"""What comes in from outside: configuration, sources, rule pages; the only code that reads."""
