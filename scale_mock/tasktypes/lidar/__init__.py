"""What the lidar types share: the synthetic drive, its cuboids, and the answers about them.

No task type of its own.
"""
