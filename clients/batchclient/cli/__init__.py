"""The commands that run requests through batches; ``batchproof`` mounts them."""
