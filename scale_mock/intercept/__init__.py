"""Interception: a WSGI application answers for host names, below the clients' retry layers."""
