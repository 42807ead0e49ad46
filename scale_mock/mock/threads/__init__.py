"""The threads that run worlds, and move their clocks, while no test does."""
