"""Values that satisfy a JSON Schema."""
