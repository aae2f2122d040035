"""Contracts for Message Batches clients, and the ``batchproof`` command."""
