"""What crosses the wire: batches, requests, results and refusals, as clients send and receive them."""
