"""The contracts, a module a family."""
