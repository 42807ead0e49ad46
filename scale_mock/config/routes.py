"""Paths that several layers know, and none of them owns."""

from __future__ import annotations

CA_ROUTE = "/_mock/ca.pem"
"""Where an https server hands out its authority; needs no key."""
