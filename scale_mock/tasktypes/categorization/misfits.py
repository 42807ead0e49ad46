"""Categories that were not asked about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scale_mock.tasktypes.misfits import unknown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scale_mock.tasktypes.labels import Step


def misfits(params: Mapping[str, Any], response: Mapping[str, Any]) -> Iterator[str]:
    """What a response has against the request's categories or taxonomies.

    A list of one category is taken where one is asked for.
    """
    categories = params.get("categories")
    if categories is not None and "category" in response:
        yield from _categories(params, categories, response["category"])
    taxonomies = params.get("taxonomies")
    given = response.get("taxonomies")
    if isinstance(taxonomies, dict) and isinstance(given, dict):
        for name, answer in given.items():
            where = ("taxonomies", name)
            yield from unknown(name, taxonomies, "the taxonomies of the task", *where)
            known = _choices(taxonomies.get(name))
            if known:
                yield from _each(answer, known, f"the choices of {name}", *where)


def _categories(params: Mapping[str, Any], categories: list[str], given: Any) -> Iterator[str]:
    yield from _each(given, categories, "the categories of the task", "category")
    if isinstance(given, list) and len(given) > 1 and not params.get("allow_multiple"):
        yield f"$.category: {len(given)} categories, the task has no allow_multiple and takes one"


def _each(given: Any, known: list[str], what: str, *keys: Step) -> Iterator[str]:
    if isinstance(given, list):
        for index, one in enumerate(given):
            yield from unknown(one, known, what, *keys, index)
    elif given is not None:
        yield from unknown(given, known, what, *keys)


def _choices(question: Any) -> list[Any]:
    """Every choice of a taxonomy, groups included: their shape is not documented."""
    choices = question.get("choices") if isinstance(question, dict) else question
    found: list[Any] = []
    for one in choices if isinstance(choices, list) else ():
        found.append(one.get("choice", one) if isinstance(one, dict) else one)
        if isinstance(one, dict) and "subchoices" in one:
            found += _choices(one["subchoices"])
    return found
