"""Scenarios as documents, in files and by name."""
