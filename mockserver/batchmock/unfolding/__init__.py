"""What becomes of a batch and of each of its requests, and when."""
