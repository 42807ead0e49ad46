"""``mock.rules``: what happens to which tasks, and when."""

from __future__ import annotations

from os import PathLike
from typing import TYPE_CHECKING

from scale_mock.errors import ConfigurationError
from scale_mock.world.ruling import add_rules

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scale_mock.rules.rule import Rule
    from scale_mock.world import World


class Rules:
    """The rules of a world: what happens to which tasks, and when. The first match decides."""

    def __init__(self, world: World) -> None:
        self._world = world

    def add(self, rule: Rule | Mapping[str, object] | None = None, /, **fields: object) -> str:
        """Appends a rule.

        A rule decides when work on a task can begin: at creation (Enterprise) or at finalize
        (Rapid, Studio). Tasks decided before are left alone unless the rule says ``replan=True``.

        Args:
            rule: A :class:`scale_mock.Rule` or a dict; instead of it its fields may be passed.
            fields: ``name``, ``match``, ``outcome``, ``after``, ``error``, ``response``,
                ``partial``, ``redo``, ``reviews``, ``calibration``, ``replan``.

        Returns:
            The rule's id.

        Raises:
            ConfigurationError: The rule is wrong; the message says where and what is accepted.
            TypeError: Both a rule and fields were passed.
        """
        __tracebackhide__ = True
        if rule is not None and fields:
            raise TypeError("Pass a rule or its fields, not both.")
        made = fields if rule is None else rule
        with self._world.lock:
            return add_rules(self._world, [made])[0]

    def load(self, *paths: str | PathLike[str]) -> list[str]:
        """Appends the rules and faults of files, TOML or JSON, all or none.

        Args:
            paths: The files, in the order in which their rules are to be tried.

        Returns:
            The ids of the rules.

        Raises:
            ConfigurationError: Something is wrong, as ``FILE:LINE: message``.
        """
        __tracebackhide__ = True
        from scale_mock.mock.rulefiles import load_files

        given: tuple[object, ...] = paths  # whatever a test passes
        wrong = [path for path in given if not isinstance(path, str | PathLike)]
        if wrong or not given:
            raise ConfigurationError(
                "rules.load(): files are given by name, one after the other, for example "
                f'load("rules.toml", "more.json"), not {wrong[0]!r}.'
                if wrong
                else "rules.load(): name at least one file."
            )
        with self._world.lock:
            return load_files(self._world, paths)

    def clear(self) -> None:
        """Removes every rule."""
        with self._world.lock:
            self._world.rules.clear()

    def remove(self, id_or_name: str) -> None:
        """Removes one rule.

        Args:
            id_or_name: Its id or its name.

        Raises:
            ConfigurationError: There is no such rule.
        """
        with self._world.lock:
            self._world.rules.remove(id_or_name)

    def unused(self) -> list[Rule]:
        """The rules that have decided nothing so far."""
        with self._world.lock:
            return list(self._world.rules.unused())

    def shadowed(self) -> list[Rule]:
        """The rules that matched only tasks that an earlier rule decided."""
        with self._world.lock:
            return list(self._world.rules.shadowed())

    def __iter__(self) -> Iterator[Rule]:
        with self._world.lock:
            return iter(list(self._world.rules))

    def __len__(self) -> int:
        return len(self._world.rules)
