"""The handle on datasets: what the platform's staff delivers of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.world import staff

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scale_mock.domain.model import Mode
    from scale_mock.world import World

Json = dict[str, object]


class DatasetHandle:
    """The datasets, which v2 shows once something of them was delivered."""

    def __init__(self, world: World) -> None:
        self._world = world

    def deliver(
        self,
        dataset: str,
        tasks: Sequence[Mapping[str, object]],
        *,
        name: str | None = None,
        mode: Mode = "live",
    ) -> Json:
        """Delivers tasks of a dataset, which begins with its first delivery.

        ::

            mock.datasets.deliver(
                "math-reasoning",
                [{"response": {"answer": "4", "image": "att_1"}, "files": {"att_1": b"..."}}],
            )

        Args:
            dataset: The dataset's name.
            tasks: Per task its ``response`` (an object of any shape); perhaps its ``files``,
                attachment id to bytes, a text, a URL, or an object with ``content``, ``base64`` or
                ``url`` and ``media_type``; and perhaps its number of ``turns`` (1 by default).
            name: The delivery's name; by default the dataset's with the date.
            mode: Whose dataset it is.

        Returns:
            The delivery as v2 shows it, and ``task_ids``.

        Raises:
            Refusal: A task is wrong, or the name is taken.
        """
        with self._world.lock:
            side = self._world.core.sides[mode]
            return staff.deliver_dataset(self._world, side, dataset, tasks=tasks, name=name)
