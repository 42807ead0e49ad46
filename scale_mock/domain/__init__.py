"""The platform itself: its objects, their lives, and the record of what happened.

Pure: no HTTP, no doors, no clock reads.
"""
