"""Label trees: which labels can be answered, and which may not occur twice.

A node with ``subchoices`` is a group that nobody can select; only leaves are labels (documented).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scale_mock.tasktypes.checks import Fault

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

Step = str | int


def leaves(labels: Iterable[Any]) -> list[str]:
    """The labels that can be answered, in order.

    Args:
        labels: Strings, or objects with ``choice`` and perhaps ``subchoices``.
    """
    found: list[str] = []
    for label in labels:
        if isinstance(label, str):
            found.append(label)
        elif "subchoices" in label:
            found.extend(leaves(label["subchoices"]))
        else:
            found.append(label["choice"])
    return found


def refuse_duplicate_leaves(labels: Iterable[Any], *keys: Step) -> list[str]:
    """Refuses a leaf that occurs twice, and returns the leaves.

    Args:
        labels: A label tree.
        keys: Where it is, for the refusal.

    Raises:
        Fault: Two leaves are equal (our inference: the platform could not tell them apart).
    """
    found = leaves(labels)
    if len(set(found)) != len(found):
        seen = set()
        for path, label in _with_paths(labels):
            if label in seen:
                raise Fault("contains a duplicate value", *keys, *path)
            seen.add(label)
    return found


def refuse_unknown(names: Any, known: Collection[str], *keys: Step) -> None:
    """Refuses a label that is not among the known ones.

    Args:
        names: One label or a list of them.
        known: The labels that can be answered.
        keys: Where the names are, for the refusal.

    Raises:
        Fault: One is unknown; the reason lists those that are known.
    """
    if isinstance(names, str):
        if names not in known:
            raise Fault(f"must be one of [{', '.join(known)}]", *keys)
        return
    for index, name in enumerate(names):
        if name not in known:
            raise Fault(f"must be one of [{', '.join(known)}]", *keys, index)


def _with_paths(labels: Iterable[Any]) -> Iterator[tuple[list[Step], str]]:
    for index, label in enumerate(labels):
        if isinstance(label, str):
            yield [index], label
        elif "subchoices" in label:
            for path, leaf in _with_paths(label["subchoices"]):
                yield [index, "subchoices", *path], leaf
        else:
            yield [index], label["choice"]
