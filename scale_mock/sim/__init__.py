"""The kernel: time, order, chance and identity.

Standard library only; it knows nothing of Scale.
"""
