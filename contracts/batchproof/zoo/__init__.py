"""A correct client, and what becomes of it with one bug planted: whether the contracts notice, and which."""
