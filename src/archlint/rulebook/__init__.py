"""What is judged: rule pages, patterns and checks."""
