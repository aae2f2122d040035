"""What the Messages API refuses of a request's params, and what it does not."""
