"""Faults: deliberate misbehaviour of the API and of callback delivery."""
