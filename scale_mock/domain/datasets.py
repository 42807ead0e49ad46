"""Datasets: a product line of its own, whose tasks appear when they are delivered."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from scale_mock.domain import fields
from scale_mock.domain.deliveries import free_name
from scale_mock.domain.documents import encode
from scale_mock.domain.refusals import DELIVERY_EXISTS, FILES_FULL, LIMIT_REACHED, invalid
from scale_mock.sim.ids import object_id

if TYPE_CHECKING:
    from scale_mock.domain.core import Core
    from scale_mock.domain.handovers import Dataset, DatasetDelivery, DatasetFile
    from scale_mock.domain.side import Side

    _Checked = tuple[bytes, dict[str, DatasetFile], int]

FILE_KEYS = ("content", "base64", "media_type", "url")
TASK_KEYS = ("response", "files", "turns")


class Datasets:
    """The datasets of a world."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def deliver(
        self,
        side: Side,
        dataset_name: str,
        tasks: Sequence[Mapping[str, object]],
        name: str | None = None,
    ) -> DatasetDelivery:
        """Delivers tasks of a dataset; the dataset begins with its first delivery.

        Args:
            side: The mode's store.
            dataset_name: The dataset's name.
            tasks: Per task its ``response``, and perhaps its ``files`` (attachment id to content,
                see :func:`dataset_file`) and how many ``turns`` it has (1 by default).
            name: The delivery's name; by default the dataset's with the date.

        Raises:
            Refusal: 400 for wrong tasks, 409 for a name that the dataset's deliveries have already.
        """
        fields.no_nul(dataset_name, "dataset")
        if not dataset_name.strip():
            raise invalid('"dataset" is not allowed to be empty', path="dataset")
        checked = [_checked(task, f"tasks[{number}]") for number, task in enumerate(tasks)]
        if not checked:
            raise invalid('"tasks" must contain at least 1 items', path="tasks")
        self._make_room(side, checked)
        dataset = self._dataset(side, dataset_name)
        known = side.dataset_deliveries.values()
        taken = {one.name for one in known if one.dataset_id == dataset.id}
        if name is None:
            name = free_name(f"{dataset_name} - {self._core.now():%Y-%m-%d}", taken)
        elif name in taken:
            raise DELIVERY_EXISTS(owner="Dataset", of=dataset_name, name=name)
        delivery = self._delivery(side, dataset, name, checked)
        self._core.journal.write(
            f"{side.mode}/dataset/{dataset_name}",
            "dataset.delivered",
            name=name,
            tasks=len(checked),
            turns=delivery.turn_count,
        )
        return delivery

    def _delivery(
        self, side: Side, dataset: Dataset, name: str, tasks: list[_Checked]
    ) -> DatasetDelivery:
        """A new delivery with its tasks, in the store."""
        from scale_mock.domain.handovers import DatasetDelivery, DatasetTask

        now, seed = self._core.now(), self._core.settings.seed
        side.datasets[dataset.id] = dataset
        delivery = DatasetDelivery(
            id=object_id(now, seed, side.mode, "dataset delivery", dataset.name, name),
            mode=side.mode,
            name=name,
            dataset_id=dataset.id,
            delivered_at=now,
            turn_count=sum(turns for _, _, turns in tasks),
        )
        side.dataset_deliveries[delivery.id] = delivery
        for number, (response, files, _) in enumerate(tasks):
            task_id = object_id(now, seed, side.mode, "dataset task", delivery.id, number)
            side.dataset_tasks[task_id] = DatasetTask(
                task_id, side.mode, dataset.id, delivery.id, response, files
            )
            side.dataset_files_bytes += _size(files)
            delivery.task_ids.append(task_id)
        return delivery

    def _dataset(self, side: Side, name: str) -> Dataset:
        """The dataset of that name, or a new one that is not in the store yet."""
        from scale_mock.domain.handovers import Dataset

        for known in side.datasets.values():
            if known.name == name:
                return known
        seed = self._core.settings.seed
        return Dataset(
            object_id(self._core.now(), seed, side.mode, "dataset", name), side.mode, name
        )

    def _make_room(self, side: Side, tasks: list[_Checked]) -> None:
        self._core.make_room(side.dataset_deliveries, "dataset deliveries")
        limit = self._core.settings.tasks_max
        if len(side.dataset_tasks) + len(tasks) > limit:
            raise LIMIT_REACHED(limit=limit, things="tasks of datasets", setting="tasks_max")
        bytes_max = self._core.settings.files_bytes_max
        if side.dataset_files_bytes + sum(_size(files) for _, files, _ in tasks) > bytes_max:
            raise FILES_FULL(limit=bytes_max)


def dataset_file(given: object, path: str) -> DatasetFile:
    """A file of a dataset's task.

    Args:
        given: Bytes, a text, a URL (``https://...``: the file lies there), or an object with one of
            ``content`` (bytes or text), ``base64`` or ``url``, and perhaps ``media_type``.
        path: Where it was given, for the refusal.

    Raises:
        Refusal: It is none of these.
    """
    from scale_mock.domain.handovers import DatasetFile

    if isinstance(given, bytes):
        return DatasetFile(given)
    if isinstance(given, str):
        if fields.is_url(given):
            return DatasetFile(url=given)
        return DatasetFile(given.encode(), "text/plain; charset=utf-8")
    if not isinstance(given, Mapping) or not set(given) <= set(FILE_KEYS):
        raise invalid(
            f'"{path}" must be bytes, a string, or an object with the keys {", ".join(FILE_KEYS)}',
            path=path,
        )
    return _described_file(given, path)


def _described_file(given: Mapping[str, object], path: str) -> DatasetFile:
    from scale_mock.domain.handovers import DatasetFile

    media_type = fields.text_or_none(given, "media_type") or "application/octet-stream"
    url = fields.text_or_none(given, "url")
    if url is not None:
        if not fields.is_url(url):
            raise invalid(f'"{path}.url" must be a valid uri', path=f"{path}.url")
        return DatasetFile(None, media_type, url)
    content = given.get("content")
    if content is None:
        try:
            content = b64decode(fields.text(given, "base64"), validate=True)
        except ValueError as error:
            raise invalid(f'"{path}.base64" must be a valid base64 string', path=path) from error
    if isinstance(content, str):
        content = content.encode()
    if not isinstance(content, bytes):
        raise invalid(f'"{path}.content" must be a string', path=f"{path}.content")
    return DatasetFile(content, media_type)


def _checked(task: object, path: str) -> _Checked:
    if not isinstance(task, Mapping):
        raise invalid(f'"{path}" must be of type object', path=path)
    for key in task:
        if key not in TASK_KEYS:
            raise invalid(f'"{path}.{key}" is not one of {", ".join(TASK_KEYS)}', path=path)
    response = task.get("response")
    if not isinstance(response, Mapping):
        raise invalid(f'"{path}.response" must be of type object', path=f"{path}.response")
    given = task.get("files") or {}
    if not isinstance(given, Mapping):
        raise invalid(f'"{path}.files" must be of type object', path=f"{path}.files")
    files = {str(name): dataset_file(file, f"{path}.files.{name}") for name, file in given.items()}
    turns = fields.integer_or_none(task, "turns")
    if turns is not None and turns < 0:
        raise invalid(f'"{path}.turns" must be greater than or equal to 0', path=f"{path}.turns")
    return encode(dict(response)), files, 1 if turns is None else turns


def _size(files: Mapping[str, DatasetFile]) -> int:
    return sum(len(file.content or b"") for file in files.values())
