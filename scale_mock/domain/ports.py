"""What the domain asks of others, as protocols; the packages above implement them.

The world puts the parts together: :mod:`scale_mock.tasktypes` is the :class:`TaskTypeBook`,
:mod:`scale_mock.rules` the :class:`OutcomeRules`, :mod:`scale_mock.labeling` the
:class:`OutcomePlanner` and the :class:`Workforce`, :mod:`scale_mock.callbacks` the
:class:`CallbackSink`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol, Required, TypedDict, Unpack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime, timedelta

    from scale_mock.domain.chat_forms import ChatSetting
    from scale_mock.domain.decisions import CallbackReason, Decision
    from scale_mock.domain.model import Batch, Project, Task
    from scale_mock.domain.records import QualityTask
    from scale_mock.sim.streams import Stream


class Matchable(Protocol):
    """A thing that rules can be matched against."""

    def match_value(self, name: str) -> object:
        """The value that a rule's ``match`` names.

        Args:
            name: One of ``project``, ``product_line``, ``type``, ``mode``, ``batch``,
                ``batch_kind``, ``tags``, ``unique_id``, ``project_version``, ``metadata``,
                ``params``.
        """


class Moment(NamedTuple):
    """What a rule's decision depends on besides the task.

    Attributes:
        now: The world's time.
        start: When the world began.
        draw: Makes the stream of a rule, by its name, for this one task.
        steering: What the task's own metadata want done with it; ``None`` where they are silent.
    """

    now: datetime
    start: datetime
    draw: Callable[[str], Stream]
    steering: Mapping[str, object] | None = None


class OutcomeRules(Protocol):
    """The user's rules."""

    def decide(
        self, subject: Matchable, chance: Stream, moment: Moment | None = None
    ) -> Decision | None:
        """What the first matching rule decides; ``None`` where no rule matches."""


class OutcomePlanner(Protocol):
    """Decides a task's fate when work on it can begin."""

    def plan(self, task: Task) -> tuple[Decision, timedelta | None]:
        """The fate of a task and when, counted from now; ``None`` where a team decides when.

        By rule, else by the default of its mode and product line.
        """

    def again(self, task: Task, decision: Decision) -> timedelta | None:
        """When, counted from now, a task is finished that has the same fate once more."""

    def check_steering(self, type_name: str, wanted: object) -> None:
        """Refuses what the metadata of a task of that type want done with it, if it is wrong."""


class Workforce(Protocol):
    """The Studio team at work: takes tasks up one at a time, and in its own time."""

    def offer(self, task: Task) -> None:
        """Work on a task may begin."""

    def withdraw(self, task: Task) -> None:
        """A task is no longer theirs to work on, if it was: it ended, or waits for nobody."""

    def requeue(self, task: Task) -> None:
        """A task's priority changed."""

    def reconsider(self) -> None:
        """Team, roles, assignments, groups or the order of batches changed."""

    def due(self, thing: Task | Batch) -> datetime | None:
        """When something may next come of a task or batch on the floor; ``None`` if never."""


class TaskerPool(Protocol):
    """Rapid's taskers: who does which task, and what comes of their training and measuring."""

    def take(self, task: Task) -> str | None:
        """Who works on a task from now on, by e-mail; ``None`` for what is not the crowd's."""

    def report(self, task: Task, by: str) -> None:
        """A task was completed: of a calibration task somebody reports."""

    def launch(self, project: Project) -> None:
        """A batch of a project was launched."""

    def learn(self, task: QualityTask) -> None:
        """A quality task was created."""


class Circumstances(TypedDict, total=False):
    """What a response depends on besides the type and its params.

    Attributes:
        seed: The world's seed.
        identity: What tells the task from all others of the world.
        metadata: The task's metadata.
        image_size: Width and height of the image in pixels, where the image itself tells.
        results: Below which address the files that the response refers to lie.
        mode: ``test`` or ``live``, the mode of the key.
        source: The task that this one builds on, if it does.
        chat: What the labels of a chat task of v2 depend on besides; ``None`` for others.
    """

    seed: Required[int]
    identity: Required[str]
    metadata: Mapping[str, object]
    image_size: tuple[int, int] | None
    results: str
    mode: str
    source: Source | None
    chat: ChatSetting | None


class Source(NamedTuple):
    """A completed task that another builds on: what its labels were made from.

    Attributes:
        type_name: Its type.
        params: Its effective params.
        about: What its response depended on besides.
    """

    type_name: str
    params: Mapping[str, object]
    about: Circumstances


class TaskTypeBook(Protocol):
    """Per task type: what may be sent, what is echoed, and what comes back."""

    @property
    def names(self) -> tuple[str, ...]:
        """The canonical type names."""

    def canonical(self, name: str) -> str:
        """The canonical name of a type or alias; refuses an unknown one."""

    def check_common(self, body: Mapping[str, object]) -> None:
        """Refuses wrong values of the fields that all types share."""

    def check(self, type_name: str, params: Mapping[str, object]) -> None:
        """Refuses wrong effective params."""

    def needs(self, type_name: str) -> tuple[tuple[str, ...], ...]:
        """Groups of common fields; a task of that type must have one of each group."""

    def defaults(self, type_name: str, params: dict[str, object]) -> dict[str, object]:
        """The params with the defaults that the platform echoes."""

    def default_instruction(self, type_name: str) -> str | None:
        """The instruction that the platform fills in, if it does."""

    def check_response(self, type_name: str, response: object) -> list[str]:
        """What is wrong with a response, each problem with its JSON path; empty if nothing is."""

    def misfits(
        self, type_name: str, params: Mapping[str, object], response: Mapping[str, object]
    ) -> list[str]:
        """What a response that fits its schema has against the request's own params.

        Labels, geometries, categories, fields and choices that were not asked for, each problem
        with its JSON path.
        """

    def response_schema(self, type_name: str) -> dict[str, object]:
        """The JSON Schema of a type's response; a new dict."""

    def known_params(self, type_name: str) -> frozenset[str]:
        """The params that a type describes; empty where it describes none."""

    def known_beside(self, type_name: str, path: str) -> frozenset[str]:
        """The keys that a type's schema names where a key inside the params stands."""

    def unknown_keys(
        self, type_name: str, params: Mapping[str, object]
    ) -> Iterable[tuple[str, frozenset[str]]]:
        """The paths of keys inside the params that a type does not know, with those it knows."""

    def respond(
        self, type_name: str, params: Mapping[str, object], **about: Unpack[Circumstances]
    ) -> dict[str, object] | None:
        """A synthesized response, the same for the same arguments; ``None`` where there is none."""

    def attempts(
        self,
        type_name: str,
        params: Mapping[str, object],
        response: dict[str, object],
        **about: Unpack[Circumstances],
    ) -> list[dict[str, object]]:
        """What each of several respondents answered; empty where only one was asked."""

    def has_pages(self, type_name: str) -> bool:
        """True for the types whose tasks carry ``document_pages``."""

    def document_pages(
        self, type_name: str, params: Mapping[str, object], **about: Unpack[Circumstances]
    ) -> list[dict[str, object]] | None:
        """The pages to which a document task's annotations refer."""

    def from_hypothesis(
        self,
        type_name: str,
        params: Mapping[str, object],
        noise: float,
        **about: Unpack[Circumstances],
    ) -> dict[str, object]:
        """A response made of the request's hypothesis, changed by 0 (not at all) to 1."""

    def result_file(
        self,
        type_name: str,
        name: str,
        params: Mapping[str, object],
        **about: Unpack[Circumstances],
    ) -> tuple[bytes, str] | None:
        """A file of that response: its content and media type; ``None`` if it has none so named."""


class CallbackSink(Protocol):
    """Takes note of the callbacks that the platform owes."""

    def owe_task(self, task: Task, *, reason: CallbackReason) -> None:
        """A task completed, errored, was audited or recalled."""

    def owe_batch(self, batch: Batch) -> None:
        """A batch completed."""
