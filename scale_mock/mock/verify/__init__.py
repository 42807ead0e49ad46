"""Verification: does a server answer in the shapes in which this package does?

Read it in this order: `shapes` (what a reply looks like), `comparing` (two of them), `descriptions`
(what may be left open), `catalogue` with `of_v1` and `of_v2` (what is asked), `sites` (who is
asked), `running` (asking both), `result` (what is told).
"""
