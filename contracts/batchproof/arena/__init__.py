"""Where plans are played: the emulator, what records it, and how lives begin and end."""
