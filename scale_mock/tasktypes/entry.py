"""What one task type is: its entry in the catalogue, its behaviour, and one order to answer."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from scale_mock.sim.ids import uuid_text
from scale_mock.sim.streams import stream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from scale_mock.domain.chat_forms import ChatSetting
    from scale_mock.domain.ports import Source
    from scale_mock.sim.streams import Stream


RESULTS = "https://results.scale-mock.test"
"""Where the files of a response lie if nobody says (a world always does)."""

RESPONDENTS_MAX = 100
"""No more people answer one task (documented)."""


class TaskType(NamedTuple):
    """One line of the catalogue.

    Args:
        name: The canonical name, as the platform returns it in ``type``.
        folder: The package beside this module that holds ``params.json``, ``response.json`` and
            a ``BEHAVIOUR``. It is imported when the type is first used.
        aliases: Other names under which tasks of this type may be created.
    """

    name: str
    folder: str
    aliases: tuple[str, ...] = ()


class Order:
    """One response to make: the request, and the chance that belongs to it alone.

    Args:
        type_name: The canonical name of the task's type.
        params: Effective params, already checked.
        seed: The world's seed.
        identity: What tells this task from all others of the world.
        metadata: The task's metadata; it may say how large the image is.
        locale: In which language text is written (Faker's name for it).
        image_size: Width and height of the image in pixels, where they are known.
        results: Below which address the response's files lie.
        mode: ``test`` or ``live``, the mode of the key; empty if nobody says.
        source: The task that this one builds on, if it does.
        chat: What a chat task of v2 depends on besides, if it is one.
    """

    __slots__ = (
        "_count",
        "_results",
        "chat",
        "identity",
        "image_size",
        "locale",
        "metadata",
        "mode",
        "params",
        "seed",
        "source",
        "stream",
    )

    def __init__(
        self,
        type_name: str,
        params: Mapping[str, Any],
        *,
        seed: int,
        identity: str,
        metadata: Mapping[str, Any] | None = None,
        locale: str = "en_US",
        image_size: tuple[int, int] | None = None,
        results: str = RESULTS,
        mode: str = "",
        source: Source | None = None,
        chat: ChatSetting | None = None,
    ) -> None:
        self.chat = chat
        self.source = source
        self.mode = mode
        self.image_size = image_size
        self._results = results
        self.params = params
        self.metadata = metadata or {}
        self.seed = seed
        self.identity = identity
        self.locale = locale
        self.stream: Stream = stream(seed, "response", type_name, identity)
        self._count = 0

    def uuid(self) -> str:
        """The next UUID of this response."""
        self._count += 1
        return uuid_text(self.seed, self.identity, self._count)

    def of_source(self) -> Order | None:
        """The order that the task was answered by which this one builds on; a new one each time."""
        source = self.source
        if source is None:
            return None
        return Order(source.type_name, source.params, locale=self.locale, **source.about)

    def url(self, name: str) -> str:
        """The address of a file of this response; ``Behaviour.file`` makes it when it is asked for.

        Args:
            name: One path segment of letters, digits, ``.``, ``-`` and ``_``.
        """
        return f"{self._results}/{name}"


class ResultFile(NamedTuple):
    """A file that a response refers to.

    Args:
        content: Its bytes.
        media_type: What it is, for example ``image/png``.
    """

    content: bytes
    media_type: str = "application/json; charset=utf-8"


def no_file(order: Order, name: str) -> ResultFile | None:
    """A type whose responses are inline."""


def asked_respondents(params: Mapping[str, Any]) -> int:
    """How many people are to answer independently; the second spelling is a known client's."""
    for name in ("responses_required", "response_required"):
        count = params.get(name)
        # JSON Schema takes 3.0 for an integer.
        if isinstance(count, int | float) and not isinstance(count, bool) and count >= 2:
            return min(int(count), RESPONDENTS_MAX)
    return 1


def no_misfits(params: Mapping[str, Any], response: Mapping[str, Any]) -> Iterator[str]:
    """A type whose responses hold nothing that the request lists, or hold it in files."""
    return iter(())


def no_rules(params: Mapping[str, Any]) -> None:
    """A type about which nothing is known that its schema does not say."""


class Behaviour(NamedTuple):
    """What the code of a task type's folder provides.

    Args:
        respond: Makes a response that fits the request; ``None`` where the platform was recorded to
            complete such tasks without one.
        rules: The checks across several params that a JSON Schema cannot express; raises
            :class:`~scale_mock.tasktypes.checks.Fault`.
        defaults: Params that the platform fills in and echoes (recorded ones only).
        instruction: The instruction that the platform fills in.
        file: Makes a file that a response refers to, from the same order anew; ``None`` if the
            response has none of that name.
        attempts: Takes a response apart into those of its respondents; without it each respondent
            after the first answers anew.
        from_hypothesis: Makes a response of the request's ``hypothesis`` alone, with noise of 0
            (as it is) to 1; without it the hypothesis comes back as it is.
        pages: The pages of the task's document, as ``document_pages`` of the task lists them.
        misfits: What a response that fits the schema has against the request's own params, each
            problem with its JSON path.
    """

    respond: Callable[[Order], dict[str, Any] | None]
    rules: Callable[[Mapping[str, Any]], None] = no_rules
    defaults: Mapping[str, Any] = MappingProxyType({})
    instruction: str | None = None
    file: Callable[[Order, str], ResultFile | None] = no_file
    attempts: Callable[[dict[str, Any], int], list[dict[str, Any]]] | None = None
    from_hypothesis: Callable[[Order, float], dict[str, Any]] | None = None
    pages: Callable[[Order], list[dict[str, Any]]] | None = None
    misfits: Callable[[Mapping[str, Any], Mapping[str, Any]], Iterator[str]] = no_misfits
