"""Callbacks: what is owed, to whom, when it is tried, and how it fared."""
