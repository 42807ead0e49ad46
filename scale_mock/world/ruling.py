"""Rules of a world as it runs: added all or none, and replaced with files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.errors import ConfigurationError
from scale_mock.rules.entry import FILES
from scale_mock.world.vetting import prepare

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from scale_mock.faults.fault import Fault
    from scale_mock.rules.rule import Rule
    from scale_mock.world.world import World


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
        _prepare(world, ids, one_by_one=one_by_one)
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
        _prepare(world, ids)
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


def _prepare(world: World, ids: Iterable[str], *, one_by_one: bool = False) -> None:
    prepare(world.rules, ids, world.core, world.note_broken, one_by_one=one_by_one)


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
