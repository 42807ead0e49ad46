"""The user's rules: which tasks are meant, what happens to them, and when.

:mod:`~scale_mock.rules.parse` reads plain data, :mod:`~scale_mock.rules.rule` is one rule,
:mod:`~scale_mock.rules.book` the ordered rules of a world with their counts; the book is the
domain's :class:`~scale_mock.domain.ports.OutcomeRules`.
"""
