"""What the Messages API refuses of a request's params, in its own words."""
