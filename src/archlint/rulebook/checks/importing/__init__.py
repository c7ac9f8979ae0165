"""The rules about what happens while a module is imported."""
