"""The demo: a night of batches in a few seconds, and every answer accounted for."""
