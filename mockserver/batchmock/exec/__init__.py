"""Running somebody's program on the emulator's clock."""
