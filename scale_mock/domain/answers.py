"""What a task is answered with: synthesized labels, their files and pages, and error responses.

All of it derives from the task's identity, params and decision; nothing here changes a status.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from scale_mock.domain.chat_forms import DEFAULT_ERROR, is_chat, setting_of
from scale_mock.domain.core import RESULTS
from scale_mock.domain.documents import decode_object, encode
from scale_mock.domain.images import image_size
from scale_mock.domain.partial import keep_share
from scale_mock.domain.ports import Source
from scale_mock.domain.references import REFERRING
from scale_mock.domain.refusals import invalid
from scale_mock.errors import ConfigurationError
from scale_mock.sim.streams import stream

if TYPE_CHECKING:
    from scale_mock.domain.core import Core
    from scale_mock.domain.decisions import Decision
    from scale_mock.domain.model import Task
    from scale_mock.domain.ports import Circumstances

ATTACHMENT_ERROR = "One or more attachments could not be downloaded."
FRAME_ERROR = "Invalid JSON Format: Unexpected end of JSON input"
_PARTS = frozenset({"attachment", "frame"})
_OF_FRAMES = frozenset({"lidarannotation", "lidarlinking", "lidarsegmentation", "lidartopdown"})


class Answers:
    """Answers to tasks."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def synthesize(self, task: Task, number: int | None = None) -> Mapping[str, object] | None:
        """Labels for a task, the same for the same identity and number.

        Args:
            task: The task.
            number: Which of its answers; the count of redos by default.
        """
        by_rule = task.decision.responder if task.decision else None
        own = self._core.responders.get(by_rule or "") or self._core.responders.get(task.type)
        if own is not None:
            return own(task)
        about = self._circumstances(task, task.times_redone if number is None else number)
        params = decode_object(task.params)
        noise = task.decision.noise if task.decision else None
        if noise is not None and isinstance(params.get("hypothesis"), dict):
            return self._core.task_types.from_hypothesis(task.type, params, noise, **about)
        return self._core.task_types.respond(task.type, params, **about)

    def given(self, task: Task, decision: Decision) -> Mapping[str, object] | None:
        """The response that a rule gives.

        Raises:
            ConfigurationError: It does not fit the task's type.
        """
        response = decision.response
        if response is not None and not decision.checked:
            problems = self._core.task_types.check_response(task.type, response)
            if problems:
                raise ConfigurationError(unfit(decision.rule, task.type, problems))
        return self.partly(task, response)

    def partly(
        self, task: Task, response: Mapping[str, object] | None
    ) -> Mapping[str, object] | None:
        """The response, or the share of it that the task's rule leaves."""
        decision = task.decision
        if decision is None or decision.partial is None or response is None:
            return response
        names = ("partial", task.mode, task.identity, task.times_redone)
        return keep_share(
            response,
            decision.partial,
            stream(self._core.settings.seed, *names),
            lambda smaller: self._core.task_types.check_response(task.type, smaller),
        )

    def result_file(self, task: Task, number: int, name: str) -> tuple[bytes, str] | None:
        """A file that a synthesized response refers to: its content and media type.

        Made anew at each call, the same bytes each time; nothing is kept.
        """
        about = self._circumstances(task, number)
        params = decode_object(task.params)
        return self._core.task_types.result_file(task.type, name, params, **about)

    def _circumstances(self, task: Task, number: int) -> Circumstances:
        redone = f"/{number}" if number else ""
        return {
            "seed": self._core.settings.seed,
            "identity": task.identity + redone,
            "metadata": decode_object(task.metadata),
            "image_size": self._image_size(task),
            "results": f"{RESULTS}/{task.mode}/{task.task_id}/{number}",
            "mode": task.mode,
            "source": self._source(task),
            "chat": setting_of(task, self._core.now()),
        }

    def _source(self, task: Task) -> Source | None:
        """The task that this one builds on, as it had been labeled when this one was created."""
        if task.type not in REFERRING:
            return None
        named = decode_object(task.params).get("lidar_task")
        source = self._core.sides[task.mode].tasks.get(str(named))
        if source is None:
            return None
        redone = task.history.source_redone if task.history else 0
        about = self._circumstances(source, redone)
        return Source(source.type, decode_object(source.params), about)

    def _image_size(self, task: Task) -> tuple[int, int] | None:
        """The size of the task's image in pixels, if a rule or the uploaded image tells."""
        if task.decision is not None and task.decision.image_size is not None:
            return task.decision.image_size
        for url in attachment_urls(task):
            if url.startswith("scaledata://"):
                file = self._core.sides[task.mode].files.get(url.rpartition("/")[2])
                if file is not None and file.content is not None:
                    return image_size(file.content)
        return None

    def keep_pages(self, task: Task) -> None:
        """Documents come back with the pages that their annotations refer to."""
        types = self._core.task_types
        if types.has_pages(task.type):
            about = self._circumstances(task, task.answer_no)
            pages = types.document_pages(task.type, decode_object(task.params), **about)
            task.past().document_pages = None if pages is None else encode(pages)

    def attempts(
        self, task: Task, response: Mapping[str, object] | None
    ) -> list[dict[str, object]]:
        """What each of several respondents answered; empty where only one was asked."""
        # A look at the bytes spares all other tasks the decoding.
        if b"_required" not in task.params or task.type in self._core.responders:
            return []
        if not isinstance(response, dict):
            return []
        about = self._circumstances(task, task.answer_no)
        params = decode_object(task.params)
        return self._core.task_types.attempts(task.type, params, response, **about)


def error_response(task: Task, error: str | Mapping[str, object] | None) -> dict[str, object]:
    """The ``response`` of an errored task, as documented for attachments that cannot be fetched.

    A lidar task's names the frames that could not be read (documented, the top text is not).

    Args:
        task: The task.
        error: The whole response, or its text, or which attachments or frames it is about; ``None``
            for the documented text. A chat task has no attachments to fail on; it says that its
            prompt is infeasible.

    Raises:
        Refusal: 400 if the task has no such attachment.
    """
    if isinstance(error, Mapping):
        return _error_of_parts(task, error) if error.keys() & _PARTS else dict(error)
    if is_chat(task) and error in {None, ATTACHMENT_ERROR}:
        return dict(DEFAULT_ERROR)
    body: dict[str, object] = {"error": error or ATTACHMENT_ERROR}
    if body["error"] != ATTACHMENT_ERROR:
        return body
    urls = attachment_urls(task)
    if task.type in _OF_FRAMES and "attachment" not in decode_object(task.params):
        body["frames"] = [
            {"frame": frame, "message": FRAME_ERROR, "attachment": {"statusCode": 200, "url": url}}
            for frame, url in enumerate(urls)
        ]
    else:
        body["attachments"] = [{"statusCode": 403, "url": url} for url in urls]
    return body


def _error_of_parts(task: Task, error: Mapping[str, object]) -> dict[str, object]:
    """The error response that names some attachments or frames, by their numbers from 0."""
    key = "frame" if "frame" in error else "attachment"
    urls, named = attachment_urls(task), error[key]
    found = []
    for number in named if isinstance(named, list) else [named]:
        if (problem := _not_there(number, key, len(urls))) is not None:
            if task.decision is not None and error is task.decision.error:
                rule = task.decision.rule
                raise ConfigurationError(f'The error of rule "{rule}" {problem}: {task.task_id}.')
            raise invalid(f'"error" {problem}', path=f"error.{key}")
        assert isinstance(number, int)
        found.append((number, urls[number]))
    status = error.get("status_code")
    if key == "attachment":
        parts: list[dict[str, object]] = [
            {"statusCode": status or 403, "url": url} for _, url in found
        ]
        return {"error": error.get("message") or ATTACHMENT_ERROR, "attachments": parts}
    parts = [
        {
            "frame": number,
            "message": error.get("message") or FRAME_ERROR,
            "attachment": {"statusCode": status or 200, "url": url},
        }
        for number, url in found
    ]
    return {"error": ATTACHMENT_ERROR, "frames": parts}


def wrong_parts(error: object, params: Mapping[str, object]) -> str | None:
    """Why an error is not about attachments or frames that a task has; ``None`` if it may be."""
    if not isinstance(error, Mapping) or not error.keys() & _PARTS:
        return None
    key = "frame" if "frame" in error else "attachment"
    named, count = error[key], len(_urls_in(params))
    listed = named if isinstance(named, list) else [named]
    problems = (_not_there(number, key, count) for number in listed)
    return next((problem for problem in problems if problem is not None), None)


def _not_there(number: object, key: str, count: int) -> str | None:
    """What is wrong with the number of an attachment or frame, counted from 0."""
    if isinstance(number, int) and 0 <= number < count:
        return None
    return f"names {key} {number}, the task has {count} of them, from 0"


def unfit(rule: str, type_name: str, problems: list[str]) -> str:
    """What to say of a rule's response that does not fit a task's type."""
    return (
        f'The response of rule "{rule}" does not fit the schema of {type_name}: '
        f"{'; '.join(problems[:3])}. Add validate = false beside it to send it anyway."
    )


def attachment_urls(task: Task) -> list[str]:
    """Where the task's attachments lie, as they were sent."""
    return _urls_in(decode_object(task.params))


def _urls_in(params: Mapping[str, object]) -> list[str]:
    """Where the attachments of a task with these params lie."""
    listed = params.get("attachments")
    found = [params.get("attachment"), *(listed if isinstance(listed, list) else [])]
    contents = [item.get("content") if isinstance(item, dict) else item for item in found]
    return [url for url in contents if isinstance(url, str)]
