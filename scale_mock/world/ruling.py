"""Adding rules to a running world: all or none, and deciding pending tasks anew on demand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scale_mock.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from scale_mock.rules.rule import Rule
    from scale_mock.world.world import World


def add_rules(world: World, rules: Iterable[Rule | Mapping[str, object]]) -> list[str]:
    """Appends rules, all or none; those with ``replan`` decide pending tasks anew.

    Returns:
        Their ids.

    Raises:
        ConfigurationError: A rule is wrong.
    """
    before = len(world.rules)
    ids = world.rules.extend(rules)
    try:
        for rule in list(world.rules)[before:]:
            check_types(rule, world.core.task_types.names)
    except ConfigurationError:
        for rule_id in ids:
            world.rules.remove(rule_id)
        raise
    for rule in list(world.rules)[-len(ids) :] if ids else ():
        if rule.replan:
            _replan_by(world, rule)
    return ids


def check_types(rule: Rule, known: Sequence[str]) -> None:
    """Refuses a rule for a task type that does not exist: it could never match."""
    wanted = rule.match.get("type")
    for name in wanted if isinstance(wanted, list | tuple) else [wanted]:
        if isinstance(name, str) and name not in known and not set(name) & set("*?["):
            from difflib import get_close_matches

            near = get_close_matches(name, known, n=1)
            hint = f'; did you mean "{near[0]}"?' if near else ";"
            raise ConfigurationError(
                f'rule "{rule.name}": match.type: there is no task type "{name}"{hint} '
                f"Types: {', '.join(known)}."
            )


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
