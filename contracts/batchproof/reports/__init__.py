"""What a run came to, as people and machines read it: one value, and a module for each form of it."""
