"""What rules and faults share: durations, wanted values, matching, and refusals with a place.

Knows the names that tasks can be matched by (:class:`scale_mock.domain.ports.Matchable`), but
nothing of what a match leads to.
"""
