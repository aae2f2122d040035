"""Connections of clients to a server, from the socket that is listened on to the requests that are read."""
