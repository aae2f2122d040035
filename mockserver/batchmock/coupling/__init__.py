"""Time that a client's own waiting moves: nobody really waits, and all wake in the order of virtual time."""
