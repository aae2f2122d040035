"""A client of the Message Batches API for production use."""
