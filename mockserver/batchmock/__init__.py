"""A local emulator of Anthropic's Message Batches API, on a clock that a test owns."""
