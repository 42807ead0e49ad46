"""Rules of a world: checked against its task types, added all or none, and replaced with files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.domain.refusals import STEERING_WRONG
from scale_mock.errors import ConfigurationError
from scale_mock.rules.parse import locate
from scale_mock.rules.steering import STEERED, steering_rule
from scale_mock.selectors.where import did_you_mean, show
from scale_mock.world.responders import rule_responder

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from scale_mock.domain.ports import TaskTypeBook
    from scale_mock.faults.fault import Fault
    from scale_mock.rules.rule import Rule
    from scale_mock.selectors.where import Where
    from scale_mock.world.world import World


FILES = "files"
"""The source of rules that come from files that are watched."""


def add_rules(
    world: World, rules: Iterable[Rule | Mapping[str, object]], *, one_by_one: bool = True
) -> list[str]:
    """Appends rules, all or none; those with ``replan`` decide pending tasks anew.

    Args:
        world: The world.
        rules: The rules.
        one_by_one: Whether rules come as a test goes along: then one that an earlier rule leaves
            nothing is only reported, because the earlier one may go again.

    Returns:
        Their ids.

    Raises:
        ConfigurationError: A rule is wrong.
    """
    ids = world.rules.extend(rules)
    try:
        prepare(world, ids, one_by_one=one_by_one)
    except ConfigurationError:
        for rule_id in ids:
            world.rules.remove(rule_id)
        raise
    for rule_id in ids:
        rule = world.rules.get(rule_id)
        if rule.replan:
            _replan_by(world, rule)
    return ids


def replace_rules(
    world: World, source: str, rules: Iterable[Rule | Mapping[str, object]]
) -> list[str]:
    """Puts rules in the place of those that came from the same source, all or none.

    What was decided stays decided, and rules added by hand stay where they are. A rule that is
    there unchanged keeps its counts; ``replan`` counts for rules that are new.

    Returns:
        The ids of the source's rules.

    Raises:
        ConfigurationError: A rule is wrong.
    """
    before = {entry.id for entry in world.rules.entries()}
    kept = world.rules.dump()
    ids = world.rules.replace_source(source, rules)
    try:
        prepare(world, ids)
    except ConfigurationError:
        world.rules.load(kept)
        raise
    for rule_id in ids:
        rule = world.rules.get(rule_id)
        if rule.replan and rule_id not in before:
            _replan_by(world, rule)
    return ids


def replace_from_files(world: World, rules: list[Rule], faults: list[Fault]) -> None:
    """Puts what watched files hold now in the place of what they held before, all or none.

    Raises:
        ConfigurationError: It does not fit what was added by hand.
    """
    fault_ids = world.faults.extend(faults)
    try:
        replace_rules(world, FILES, rules)
    except ConfigurationError:
        for fault_id in fault_ids:
            world.faults.remove(fault_id)
        raise
    known = {str(fault["id"]) for fault in world.faults.as_dicts()}
    for fault_id in world.file_fault_ids:
        if fault_id in known:
            world.faults.remove(fault_id)
    world.file_fault_ids = fault_ids
    world.file_rules, world.file_faults = rules, faults


def prepare(world: World, ids: Iterable[str], *, one_by_one: bool = False) -> None:
    """Checks rules against the world's task types, and takes their functions in.

    Args:
        world: The world.
        ids: The rules.
        one_by_one: See :func:`add_rules`.

    Raises:
        ConfigurationError: A rule could never match, or its response does not fit.
    """
    wanted = set(ids)
    added = [entry for entry in world.rules.entries() if entry.id in wanted]
    for entry in added:
        check_rule(entry.rule, world.core.task_types)
    if not one_by_one:
        world.rules.refuse_shadowed(wanted)
    for entry in added:
        if callable(entry.rule.response):
            make = rule_responder(world, entry.name, entry.rule.response)
            world.core.responders[entry.responder] = make


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
    place = where or locate({"name": rule.name})
    fitting = list(types.names)
    for condition in rule.matcher.conditions:
        if condition.field == "type":
            fitting = [name for name in types.names if condition.test(_OfType(name))]
    wanted = rule.match.get("type")
    # Each name of a list must exist: the others would hide that one is misspelt.
    for name in wanted if isinstance(wanted, list | tuple) else [wanted]:
        if isinstance(name, str) and name not in types.names and not set(name) & set("*?["):
            raise place.at("match", "type").refuse(_no_type(name, types))
    if not fitting:
        raise place.at("match", "type").refuse(_no_type(wanted, types))
    response = rule.response
    if len(fitting) == 1 and isinstance(response, dict) and isinstance(response.get("value"), dict):
        problems = types.check_response(fitting[0], response["value"])
        if problems and response.get("validate", True):
            raise place.at("response", "value").refuse(
                f"does not fit the schema of {fitting[0]}: {'; '.join(problems[:3])}. Add "
                "validate = false beside it to send it anyway."
            )


def _no_type(wanted: object, types: TaskTypeBook) -> str:
    name = wanted if isinstance(wanted, str) else show(wanted)
    # A wish that is met by no type need not look like a name.
    hint = did_you_mean(name, types.names).removesuffix(".") or ";"
    return f'there is no task type "{name}"{hint} Types: {", ".join(types.names)}.'


def check_steering(types: TaskTypeBook, type_name: str, wanted: object) -> None:
    """Refuses what the metadata of a task want done with it, if it makes no sense.

    Raises:
        Refusal: 400 with what is wrong.
    """
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


def _replan_by(world: World, rule: Rule) -> None:
    """Decides anew the fate of every pending task that a new rule matches."""
    begun = [
        task
        for side in world.core.sides.values()
        for task in side.tasks.values()
        if task.status == "pending" and task.decision is not None
    ]
    for task in [task for task in begun if rule.matcher.matches(task)]:
        world.lifecycle.replan(task)
