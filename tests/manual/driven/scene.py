"""Owns the world that every call of an SDK is made in: one of each thing that a call can name."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from scaleapi.tasks import TaskType
from scaleapi.teams import TeammateRole

if TYPE_CHECKING:
    from scale_mock import ScaleMock

ANN = "ann@example.test"
BEN = "ben@example.test"
IMAGE = {
    "attachment": "https://img.example.test/1.jpg",
    "geometries": {"box": {"objects_to_annotate": ["bicycle"]}},
}
TEXTS = {
    "attachments": [{"type": "text", "content": "Hello."}],
    "fields": [{"type": "text", "field_id": "tone", "title": "Tone?"}],
}
HOOK = "qa@example.test"
CHAT = "chat-quality"


class Scene:
    """A world, a client that is pointed at it, and what calls need, made when first asked for.

    Args:
        mock: The world; it is intercepted.
    """

    def __init__(self, mock: ScaleMock) -> None:
        self.mock = mock
        self.client: Any = mock.client()
        self.v2: Any = self.client.v2

    @cached_property
    def task(self) -> Any:
        """A pending task with everything that can be changed about one."""
        return self.client.create_task(
            TaskType.ImageAnnotation, unique_id="first", tags=["old"], **IMAGE
        )

    @cached_property
    def done(self) -> Any:
        """A completed task with a callback."""
        task = self.client.create_task(TaskType.ImageAnnotation, callback_url=HOOK, **IMAGE)
        self.mock.tasks.complete(task)
        return task

    @cached_property
    def project(self) -> Any:
        """An Enterprise project, which has a template."""
        return self.client.create_project("texts", TaskType.TextCollection, params={"title": "T"})

    @cached_property
    def batch(self) -> Any:
        """Its batch."""
        return self.client.create_batch(self.project.name, "week-1")

    @cached_property
    def rapid(self) -> Any:
        """A Rapid project."""
        return self.client.create_project("rides", TaskType.ImageAnnotation, rapid=True)

    @cached_property
    def staged(self) -> Any:
        """A batch that waits for finalize."""
        return self.client.create_batch(self.rapid.name, "first look", calibration_batch=True)

    @cached_property
    def mate(self) -> Any:
        """A teammate who labels."""
        return self.client.invite_teammates([ANN, BEN], TeammateRole.Labeler)[1]

    @cached_property
    def studio(self) -> Any:
        """A Studio project with both teammates."""
        project = self.client.create_project("crewed", TaskType.ImageAnnotation, studio=True)
        self.client.add_studio_assignments([self.mate.email, BEN], [project.name])
        return project

    @cached_property
    def group(self) -> Any:
        """A group of one of them."""
        return self.client.create_project_group(self.studio.name, [ANN], "night")

    @cached_property
    def studio_batch(self) -> Any:
        """A finalized Studio batch."""
        batch = self.client.create_batch(self.studio.name, "streets")
        return batch.finalize()

    @cached_property
    def chat(self) -> str:
        """The name of a chat project."""
        self.mock.projects.set_up(CHAT, types=["RLHF: Pref Ranking"], models=["a", "b"])
        return CHAT

    @cached_property
    def chat_batch(self) -> str:
        """The name of its batch."""
        return str(self.v2.create_batch({"name": "week-10", "project_name": self.chat}).name)

    @cached_property
    def chat_task(self) -> Any:
        """A completed chat task, as v2 shows it."""
        task = self.v2.create_chat_task(
            {
                "project_name": self.chat,
                "batch_name": self.chat_batch,
                "template_variables": {"prompt": "Name the capital of France."},
            }
        )
        self.mock.tasks.complete(task)
        return self.v2.get_task(task_id=task.task_id)

    @cached_property
    def annotation(self) -> str:
        """The id of an annotation of it."""
        return str(self.chat_task.threads[0].turns[0].annotations[0].actual_instance.id)

    @cached_property
    def delivery(self) -> str:
        """The id of a delivery of it."""
        assert self.chat_task
        return str(self.mock.deliver(self.chat)["id"])

    @cached_property
    def row(self) -> Any:
        """The row of that delivery."""
        return self.v2.get_delivery_tasks(delivery_id=self.delivery).docs[0]

    @cached_property
    def dataset(self) -> Any:
        """A delivery of a dataset, as Python answers it."""
        task = {"response": {"image": "att_1"}, "files": {"att_1": b"\x89PNG"}}
        return self.mock.datasets.deliver("math", [task])
