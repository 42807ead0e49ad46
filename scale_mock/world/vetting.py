"""Vetting: rules, and what tasks' metadata want, held against the task types before they count."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.domain.refusals import STEERING_WRONG
from scale_mock.errors import ConfigurationError
from scale_mock.selectors.where import did_you_mean, show
from scale_mock.world.responders import rule_responder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from scale_mock.domain.core import Core
    from scale_mock.domain.ports import TaskTypeBook
    from scale_mock.rules.book import RuleBook
    from scale_mock.rules.rule import Rule
    from scale_mock.selectors.matching import Matcher
    from scale_mock.selectors.where import Where

PROBLEMS = 20
"""How many problems of a response are told."""


def prepare(
    rules: RuleBook,
    ids: Iterable[str],
    core: Core,
    note: Callable[[BaseException], None],
    *,
    one_by_one: bool = False,
) -> None:
    """Checks rules of a book against the task types, and takes their functions in.

    Args:
        rules: The book.
        ids: The rules to look at.
        core: The world's state.
        note: Takes note of a failure of a rule's function.
        one_by_one: Whether rules come as a test goes along; see
            :func:`scale_mock.world.ruling.add_rules`.

    Raises:
        ConfigurationError: A rule could never match, or its response does not fit.
    """
    wanted = set(ids)
    added = [entry for entry in rules.entries() if entry.id in wanted]
    if not added:
        return
    for entry in added:
        check_rule(entry.rule, core.task_types)
    if not one_by_one:
        rules.refuse_shadowed(wanted)
    for entry in added:
        if callable(entry.rule.response):
            make = rule_responder(core.task_types, note, entry.name, entry.rule.response)
            core.responders[entry.responder] = make


class _OfType:
    """A task of which nothing is known but its type."""

    def __init__(self, name: str) -> None:
        self._name = name

    def match_value(self, name: str) -> object:
        """The type."""
        return self._name


def check_rule(rule: Rule, types: TaskTypeBook, where: Where | None = None) -> None:
    """Refuses a rule for a task type that does not exist, and a response that does not fit it.

    Args:
        rule: The rule.
        types: The task types there are.
        where: The place of the rule, for refusals; by default its name.

    Raises:
        ConfigurationError: It could never match, or its response does not fit.
    """
    from scale_mock.rules.parse import locate

    place = where or locate({"name": rule.name})
    fitting = fitting_types(rule.matcher, rule.match.get("type"), types, place)
    response = rule.response
    if len(fitting) == 1 and isinstance(response, dict) and isinstance(response.get("value"), dict):
        problems = types.check_response(fitting[0], response["value"])
        if problems and response.get("validate", True):
            raise place.at("response", "value").refuse(
                f"does not fit the schema of {fitting[0]}: {'; '.join(problems[:PROBLEMS])}. Add "
                "validate = false beside it to send it anyway."
            )


def fitting_types(matcher: Matcher, wanted: object, types: TaskTypeBook, place: Where) -> list[str]:
    """The task types that a rule or fault may mean.

    Raises:
        ConfigurationError: It means none, or names one that does not exist.
    """
    fitting = list(types.names)
    for condition in matcher.conditions:
        if condition.field == "type":
            fitting = [name for name in types.names if condition.test(_OfType(name))]
    # Each name of a list must exist: the others would hide that one is misspelt.
    for name in wanted if isinstance(wanted, list | tuple) else [wanted]:
        if isinstance(name, str) and name not in types.names and not set(name) & set("*?["):
            raise place.at("match", "type").refuse(_no_type(name, types))
    if not fitting:
        raise place.at("match", "type").refuse(_no_type(wanted, types))
    return fitting


def _no_type(wanted: object, types: TaskTypeBook) -> str:
    listed = f"Types: {', '.join(types.names)}."
    if not isinstance(wanted, str):
        return f"no task type is {show(wanted)}, so this could never match. {listed}"
    # A glob that is met by no type need not look like a name.
    hint = did_you_mean(wanted, types.names).removesuffix(".") or ";"
    return f'there is no task type "{wanted}"{hint} {listed}'


def check_steering(types: TaskTypeBook, type_name: str, wanted: object) -> None:
    """Refuses what the metadata of a task want done with it, if it makes no sense.

    Raises:
        Refusal: 400 with what is wrong.
    """
    from scale_mock.rules.steering import STEERED, steering_rule

    try:
        rule = steering_rule(wanted)
        response = rule.response
        value = response.get("value") if isinstance(response, dict) else None
        if (
            isinstance(value, dict)
            and isinstance(response, dict)
            and response.get("validate", True)
        ):
            problems = types.check_response(type_name, value)
            if problems:
                raise ConfigurationError(
                    f"{STEERED}: response.value: does not fit the schema of {type_name}: "
                    f"{'; '.join(problems[:3])}"
                )
    except ConfigurationError as error:
        raise STEERING_WRONG(problem=str(error)) from error
