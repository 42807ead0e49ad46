"""The task types: per type, the schemas, the checks, the defaults and the synthesized responses.

One folder per type holds all of it side by side; :mod:`~scale_mock.tasktypes.catalogue` lists the
types and :class:`TaskTypes` is the way in. Importing this package loads neither a schema nor a
validator nor Faker.
"""

from scale_mock.domain.fields import LIFTED
from scale_mock.tasktypes.entry import Behaviour, Order, TaskType
from scale_mock.tasktypes.registry import TaskTypes

__all__ = ["LIFTED", "Behaviour", "Order", "TaskType", "TaskTypes"]
