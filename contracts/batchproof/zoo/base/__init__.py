"""A correct client of the Message Batches API, small and sync; its labels are where bugs are planted."""
