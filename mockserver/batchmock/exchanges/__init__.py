"""HTTP exchanges: while they go on, and as they are told afterwards."""
