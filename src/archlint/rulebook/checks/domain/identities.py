"""What tells one entity from another: for what looks at trees, and for what looks at the whole program."""

IDENTITIES = frozenset({"id", "id_", "_id", "uuid", "guid", "pk", "identity", "identifier", "entity_id"})
"""Names of fields."""
