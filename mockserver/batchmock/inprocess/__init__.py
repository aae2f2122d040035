"""The emulator inside the process of its client: no socket, no thread, no event loop of its own."""
