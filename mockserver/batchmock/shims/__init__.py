"""Programs on an emulator's time: shims that make waiting in Python and Node move a coupled clock of a server."""
