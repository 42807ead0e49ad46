"""The registry of task types: the one place through which the rest of the package reaches them."""

from __future__ import annotations

import copy
import importlib
from functools import cache
from typing import TYPE_CHECKING, Any, Unpack, cast

from scale_mock.domain.fields import LIFTED
from scale_mock.domain.refusals import Refusal, invalid
from scale_mock.errors import ConfigurationError
from scale_mock.tasktypes.catalogue import CATALOGUE
from scale_mock.tasktypes.checks import Fault
from scale_mock.tasktypes.common import check_common
from scale_mock.tasktypes.entry import Behaviour, Order, asked_respondents, no_file
from scale_mock.tasktypes.nested import known_beside, unknown_keys
from scale_mock.tasktypes.schemas import (
    common_needs,
    params_check,
    problems_of,
    published_params,
    published_response,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from scale_mock.domain.ports import Circumstances
    from scale_mock.tasktypes.entry import TaskType

_TOO_DEEP = "nests too deeply; at most a few dozen levels are read"


GENERIC = "generic"
"""The folder of the types that have no public description."""


class TaskTypes:
    """Every task type by name: checks of requests, defaults, responses, schemas.

    It never changes once made, and making it is cheap: schemas, checkers and synthesizers are
    loaded when a type is first used.

    Args:
        entries: The types; the package's own catalogue by default.
        locale: In which language text answers are written (Faker's name for it).

    Raises:
        ConfigurationError: Two types share a name or an alias.
    """

    def __init__(self, entries: Iterable[TaskType] = CATALOGUE, *, locale: str = "en_US") -> None:
        self._by_name: dict[str, TaskType] = {}
        self._locale = locale
        names = []
        for entry in entries:
            names.append(entry.name)
            for name in (entry.name, *entry.aliases):
                if name in self._by_name:
                    raise ConfigurationError(
                        f"two task types are called {name!r}: {self._by_name[name].name!r} and "
                        f"{entry.name!r}. Give one of them another name, or leave one out."
                    )
                self._by_name[name] = entry
        self._names = tuple(sorted(names))

    @property
    def names(self) -> tuple[str, ...]:
        """The canonical names, sorted."""
        return self._names

    def canonical(self, name: str) -> str:
        """The name under which the platform keeps a type.

        Raises:
            Refusal: No type has that name.
        """
        return self._entry(name).name

    def check_common(self, body: Mapping[str, object]) -> None:
        """Checks the fields that every type has (callback, priority, tags, metadata, ...).

        Raises:
            Refusal: One does not fit.
        """
        _checked(check_common, body)

    def check(self, type_name: str, params: Mapping[str, object]) -> None:
        """Checks a type's own params.

        Args:
            type_name: A type's name.
            params: Effective params: the project's merged with the body, without the fields that
                :meth:`check_common` looks at.

        Raises:
            Refusal: They do not fit; its text names the first failure in the order of the schema,
                its ``path`` says where.
        """
        folder = self._entry(type_name).folder
        _checked(params_check(folder), params)
        _checked(_behaviour(folder).rules, params)

    def needs(self, type_name: str) -> tuple[tuple[str, ...], ...]:
        """Groups of common fields; a task of that type must have one of each group."""
        return common_needs(self._entry(type_name).folder)

    def defaults(self, type_name: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """The params with the platform's recorded defaults filled in, as it echoes them.

        Returns:
            A new dict: the params in their order, then what was missing.
        """
        known = _behaviour(self._entry(type_name).folder).defaults
        missing = {name: value for name, value in known.items() if name not in params}
        return {**params, **missing}

    def default_instruction(self, type_name: str) -> str | None:
        """The instruction that the platform fills in for a type, if it does."""
        return _behaviour(self._entry(type_name).folder).instruction

    def respond(
        self, type_name: str, params: Mapping[str, object], **about: Unpack[Circumstances]
    ) -> dict[str, Any] | None:
        """A response that fits the request; the same for the same arguments, in every process.

        ``None`` where the platform was recorded to complete such tasks without a response.

        Args:
            type_name: A type's name.
            params: Effective params that :meth:`check` let pass.
            about: Seed, identity and what else it depends on. In ``metadata``, ``width`` and
                ``height``, or ``video.resolution.w`` and ``.h``, say how large the image is.
        """
        entry = self._entry(type_name)
        return _behaviour(entry.folder).respond(self._order(entry, params, about))

    def attempts(
        self,
        type_name: str,
        params: Mapping[str, object],
        response: dict[str, Any],
        **about: Unpack[Circumstances],
    ) -> list[dict[str, Any]]:
        """What each respondent answered, of a response that :meth:`respond` made; ``attempts``.

        Where the response does not hold all their answers, it is the first respondent's; the others
        answer anew. Responses that refer to files have one respondent's files only, so there the
        first stands alone.

        Returns:
            One response per respondent; nothing where the params ask for one respondent.
        """
        count = asked_respondents(params)
        if count == 1:
            return []
        entry = self._entry(type_name)
        behaviour = _behaviour(entry.folder)
        if behaviour.attempts is not None:
            return behaviour.attempts(response, count)
        if behaviour.file is not no_file:
            return [response]
        orders = (
            self._order(
                entry, params, {**about, "identity": f"{about['identity']}/attempt/{number}"}
            )
            for number in range(1, count)
        )
        others = (behaviour.respond(order) for order in orders)
        return [response, *(other for other in others if other is not None)]

    def from_hypothesis(
        self,
        type_name: str,
        params: Mapping[str, object],
        noise: float,
        **about: Unpack[Circumstances],
    ) -> dict[str, Any]:
        """A response made of the request's hypothesis alone.

        Args:
            type_name: A type's name.
            params: Effective params that :meth:`check` let pass.
            noise: From 0, the hypothesis as it is, to 1, the most that still resembles it.
            about: As for :meth:`respond`.

        Raises:
            ConfigurationError: The request has no hypothesis, or the noise is out of range.
        """
        if not 0 <= noise <= 1:
            raise ConfigurationError(f"The noise is {noise}; give a number from 0 to 1.")
        if not isinstance(params.get("hypothesis"), dict):
            raise ConfigurationError(
                f"The {type_name} task has no hypothesis to answer from. Send one in its "
                "hypothesis param, or let the response be synthesized."
            )
        entry = self._entry(type_name)
        make = _behaviour(entry.folder).from_hypothesis
        if make is None:
            return copy.deepcopy(cast("dict[str, Any]", params["hypothesis"]))
        return make(self._order(entry, params, about), noise)

    def has_pages(self, type_name: str) -> bool:
        """True for the types whose tasks carry ``document_pages``."""
        return _behaviour(self._entry(type_name).folder).pages is not None

    def document_pages(
        self, type_name: str, params: Mapping[str, object], **about: Unpack[Circumstances]
    ) -> list[dict[str, Any]] | None:
        """The pages to which a document task's annotations refer; ``None`` for other types."""
        entry = self._entry(type_name)
        pages = _behaviour(entry.folder).pages
        return None if pages is None else pages(self._order(entry, params, about))

    def result_file(
        self,
        type_name: str,
        name: str,
        params: Mapping[str, object],
        **about: Unpack[Circumstances],
    ) -> tuple[bytes, str] | None:
        """A file of the response that :meth:`respond` makes from the same arguments.

        Returns:
            Its content and media type; ``None`` if the response has no file of that name.
        """
        entry = self._entry(type_name)
        found = _behaviour(entry.folder).file(self._order(entry, params, about), name)
        return None if found is None else (found.content, found.media_type)

    def _order(self, entry: TaskType, params: Mapping[str, object], about: Circumstances) -> Order:
        return Order(entry.name, params, locale=self._locale, **about)

    def params_schema(self, type_name: str) -> dict[str, Any]:
        """The JSON Schema (draft 2020-12) of a type's create body; a new dict."""
        return published_params(self._entry(type_name).folder)

    def response_schema(self, type_name: str) -> dict[str, Any]:
        """The JSON Schema (draft 2020-12) of a type's response; a new dict."""
        return published_response(self._entry(type_name).folder)

    def known_params(self, type_name: str) -> frozenset[str]:
        """The params that a type's schema describes; empty where it describes none."""
        return _known(self._entry(type_name).folder)

    def unknown_keys(
        self, type_name: str, params: Mapping[str, object]
    ) -> Iterator[tuple[str, frozenset[str]]]:
        """The keys inside the params that the type's schema does not name.

        Yields:
            The path of a key, and the keys that are known there.
        """
        yield from unknown_keys(self._entry(type_name).folder, params)

    def known_beside(self, type_name: str, path: str) -> frozenset[str]:
        """The keys that a type's schema names where a key inside the params stands."""
        return known_beside(self._entry(type_name).folder, path)

    def check_response(self, type_name: str, response: object) -> list[str]:
        """What is wrong with a response, each problem with its JSON path; empty if nothing is."""
        return problems_of(self._entry(type_name).folder, response)

    def misfits(
        self, type_name: str, params: Mapping[str, object], response: Mapping[str, object]
    ) -> list[str]:
        """What labels have against the request that they answer, each problem with its JSON path.

        Args:
            type_name: A type's name.
            params: Effective params that :meth:`check` let pass.
            response: Labels that :meth:`check_response` found nothing wrong with.
        """
        return list(_behaviour(self._entry(type_name).folder).misfits(params, response))

    def _entry(self, name: str) -> TaskType:
        try:
            return self._by_name[name]
        except KeyError:
            names = ", ".join(self._names)
            raise invalid(f'"type" must be one of [{names}]', path="$.type") from None


def _checked(check: Callable[[Any], None], params: Mapping[str, Any]) -> None:
    try:
        check(params if isinstance(params, dict) else dict(params))
    except Fault as fault:
        if fault.text is not None:
            raise Refusal(400, fault.text, path=fault.path) from None
        raise invalid(fault.sentence, path=fault.path) from None
    except RecursionError:
        raise invalid(f'"value" {_TOO_DEEP}', path="$") from None


@cache
def _known(folder: str) -> frozenset[str]:
    if folder == GENERIC:
        return frozenset()
    return frozenset(published_params(folder).get("properties", {})) - frozenset(LIFTED)


_BEHAVIOURS: dict[str, Behaviour] = {}


def _behaviour(folder: str) -> Behaviour:
    known = _BEHAVIOURS.get(folder)
    if known is None:
        loaded = importlib.import_module(f"scale_mock.tasktypes.{folder}").BEHAVIOUR
        assert isinstance(loaded, Behaviour)
        known = _BEHAVIOURS[folder] = loaded
    return known
