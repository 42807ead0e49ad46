"""Scenarios: one file is a world and a script, playable in a test, in ``serve`` and in the demo.

It lives with the doors, because only they know the operations that steps call; what a script does
in a world lies below, in :mod:`scale_mock.world.script` and :mod:`scale_mock.api.stepping`.
"""
