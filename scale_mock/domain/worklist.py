"""The lines in which a Studio team's tasks wait, and which of them somebody takes next.

Order: what waits for a review before what waits for an attempt; then the batch (set priority, then
calibration, then the older one; tasks without a batch come last); then the task's ``priority``, the
larger first; then the older task. The lines only index ``core.floor``: nothing in them is state.

Picking must not look at every task. The tasks of a batch stand in one heap for each set of people
who must not have them (whoever worked on them already), so that the best one for somebody is the
best of a few heads.
"""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING

from scale_mock.domain.floor import ROLES

if TYPE_CHECKING:
    from collections.abc import Callable

    from scale_mock.domain.core import Core
    from scale_mock.domain.floor import Floor, Role, WorkItem
    from scale_mock.domain.model import Batch

USUAL_PRIORITY = 20
"""What a task without a ``priority`` counts as: the middle of 10, 20 and 30 (ours)."""
UNSET = 1 << 30

Place = tuple[str, str | None]
"""A project and a batch in it, or no batch."""
Heap = list[tuple[int, int, int, str]]


class Worklist:
    """What waits on the floor, by role, place and who must not have it."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._floor: Floor | None = None
        self._lines: dict[Role, dict[Place, dict[frozenset[str], Heap]]] = {}
        self._order: dict[Role, list[Place] | None] = {}

    def put(self, item: WorkItem) -> None:
        """Puts an item where it now belongs: into a line, or nowhere while it is in hand."""
        if self._is_stale():
            self._rebuild()  # it finds the item on the floor
            return
        item.token += 1
        floor = self._core.floor
        if not floor.is_waiting(item):
            return
        task = item.task
        place = (item.project, task.batch.name if task.batch else None)
        lines = self._lines[item.role]
        if place not in lines:
            lines[place] = {}
            self._order[item.role] = None
        heap = lines[place].setdefault(floor.barred(item), [])
        priority = USUAL_PRIORITY if task.priority is None else task.priority
        heappush(heap, (-priority, task.seq, item.token, task.task_id))

    def take_out(self, item: WorkItem) -> None:
        """Takes an item out of its line; its place there is stale from now on."""
        item.token += 1

    def reorder(self) -> None:
        """The batches' order of work has changed."""
        self._order = dict.fromkeys(ROLES)

    def refresh(self) -> None:
        """Who may have what has changed; the lines are made anew at the next look."""
        self._floor = None

    def first(self, email: str, may: Callable[[Place, Role], bool]) -> WorkItem | None:
        """What somebody takes next.

        Args:
            email: Who.
            may: Whether they work at a place in a role.
        """
        if self._is_stale():
            self._rebuild()
        for role in reversed(ROLES):
            for place in self._ordered(role):
                if may(place, role):
                    item = self._head(role, place, email)
                    if item is not None:
                        return item
        return None

    def _ordered(self, role: Role) -> list[Place]:
        order = self._order[role]
        if order is None:
            order = self._order[role] = sorted(self._lines[role], key=self._place_order)
        return order

    def _place_order(self, place: Place) -> tuple[bool, object]:
        side = self._core.sides["live"]
        project, batch = place
        if batch is None:
            return (True, (side.projects[project].created_at, project))
        return (False, work_order(side.batches[batch]))

    def _head(self, role: Role, place: Place, email: str) -> WorkItem | None:
        """The best item at a place that somebody may have."""
        lines = self._lines[role].get(place, {})
        heads = []
        for barred in list(lines):
            if email not in barred:
                heap = lines[barred]
                while heap and not self._is_current(heap[0]):
                    heappop(heap)
                if heap:
                    heads.append(heap[0])
                else:
                    del lines[barred]
        if not lines and self._lines[role].pop(place, None) is not None:
            self._order[role] = None
        return self._core.floor.items[min(heads)[3]] if heads else None

    def _is_current(self, entry: tuple[int, int, int, str]) -> bool:
        item = self._core.floor.items.get(entry[3])
        return item is not None and item.token == entry[2]

    def _is_stale(self) -> bool:
        """True before the first use, and after the floor was replaced by a restored one."""
        return self._floor is not self._core.floor

    def _rebuild(self) -> None:
        self._floor = self._core.floor
        self._lines = {role: {} for role in ROLES}
        self._order = dict.fromkeys(ROLES)
        for item in self._floor.items.values():
            self.put(item)


def work_order(batch: Batch) -> tuple[int, bool, object, int]:
    """Sorts batches in the order of work (Scale's page "Studio batches")."""
    place = UNSET if batch.studio_priority is None else batch.studio_priority
    return (place, batch.kind != "calibration", batch.created_at, batch.seq)
