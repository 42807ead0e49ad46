"""Faults: deliberate misbehaviour of the API and of callback delivery.

:mod:`~scale_mock.faults.parse` reads plain data, :mod:`~scale_mock.faults.fault` is one fault,
:mod:`~scale_mock.faults.book` the ordered faults of a world with their counts. What a fault does
is carried out elsewhere: in the API for requests, in the callback desk for callbacks.
"""
