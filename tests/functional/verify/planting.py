"""Owns the changes that tests plant into replies, and where they can be planted."""

from __future__ import annotations

import json
import re
from copy import deepcopy
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from scale_mock import ScaleMock
from scale_mock.mock.verify.catalogue import catalogue
from scale_mock.mock.verify.result import Verification
from scale_mock.mock.verify.running import _Run
from scale_mock.mock.verify.sites import Here, Reply

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from scale_mock.mock.verify.comparing import Difference
    from scale_mock.mock.verify.steps import Step

Place = tuple[str | int, ...]
KINDS = ("renamed", "missing", "type", "status", "order")


class Plant(NamedTuple):
    """One change.

    Attributes:
        kind: What is changed.
        step: In the reply to which step, by its number.
        at: Where verify has to tell it.
        change: Changes a status and a body, which is the planter's own.
    """

    kind: str
    step: int
    at: str
    change: Callable[[int, Any], tuple[int, Any]]


class Recording:
    """Every step with our own reply to it, and what compares another reply with that."""

    def __init__(self) -> None:
        self.steps: tuple[Step, ...] = catalogue()
        self.replies: list[Reply] = []
        with ScaleMock() as mock:
            here = Here(mock, "verify")
            self._run = _Run(mock, here, here, Verification("", True, False))  # type: ignore[arg-type]
            self.replies = [self._run._ask(here, step) for step in self.steps]

    @property
    def operations(self) -> list[str]:
        """Every operation that is compared."""
        return list(dict.fromkeys(step.operation for step in self.steps if step.compared))

    def of(self, operation: str) -> list[int]:
        """The steps of an operation."""
        return [n for n, step in enumerate(self.steps) if step.operation == operation]

    def told(self, plant: Plant) -> list[Difference]:
        """What verify tells of one planted change."""
        step, ours = self.steps[plant.step], self.replies[plant.step]
        status, body = plant.change(ours.status, deepcopy(ours.body))
        return list(self._run._differences(step, ours, ours._replace(status=status, body=body)))

    def harmless(self, kind: str, operation: str) -> Plant | None:
        """A change that leaves later steps alone: they need nothing of what it changes."""
        plants = [self._plants_into(kind, step) for step in self.of(operation)]
        for plant, _ in chain.from_iterable(plants):
            keep = self.steps[plant.step].keep
            known = {name for step in self.steps[: plant.step] for name in step.keep}
            paths = [path for name, path in keep.items() if name not in known or kind != "order"]
            needed = [re.sub(r"\.\d+", "[]", f"$.{path}") for path in paths]
            if kind == "status" or not any(path.startswith(plant.at) for path in needed):
                return plant
        return None

    def plants(self, kind: str, operation: str) -> Iterator[Plant]:
        """Every change of a kind that can be planted into replies of an operation, each place once.

        Into the smallest reply that has the place; in lists into all elements, and into the last.
        """
        seen: set[str] = set()
        for step in sorted(self.of(operation), key=lambda n: len(json.dumps(self.replies[n].body))):
            for plant, mark in self._plants_into(kind, step):
                if mark not in seen:
                    seen.add(mark)
                    yield plant

    def _plants_into(self, kind: str, step: int) -> Iterator[tuple[Plant, str]]:
        if kind == "status":
            for other in _others(self.replies[step].status):
                mark = f"{self.replies[step].status} {other}"
                yield Plant(kind, step, "$", lambda _, body, other=other: (other, body)), mark  # type: ignore[misc]
            return
        body = self.replies[step].body
        of_path: dict[str, list[Place]] = {}
        for place in _lists(body) if kind == "order" else _keys(body):
            of_path.setdefault(path_of(place), []).append(place)
        for path, places in of_path.items():
            for name, change in CHANGES[kind].items():
                for some in (places, places[-1:]):
                    mark = f"{path} {name} {len(some) > 1}"
                    yield Plant(kind, step, path, _changing(some, change)), mark


def _others(status: int) -> tuple[int, ...]:
    return {200: (201, 204, 500), 201: (200,), 302: (200, 307)}.get(status, (200, status + 1, 500))


def path_of(place: Place) -> str:
    """A place as verify names it: elements of a list stand for each other."""
    return "$" + "".join("[]" if isinstance(part, int) else f".{part}" for part in place)


def _keys(body: Any, place: Place = ()) -> Iterator[Place]:
    if isinstance(body, dict):
        for key, item in body.items():
            yield (*place, key)
            yield from _keys(item, (*place, key))
    elif isinstance(body, list):
        for number, item in enumerate(body):
            yield from _keys(item, (*place, number))


def _lists(body: Any, place: Place = ()) -> Iterator[Place]:
    if isinstance(body, dict):
        for key, item in body.items():
            yield from _lists(item, (*place, key))
    elif isinstance(body, list):
        if len({json.dumps(one) for one in body}) > 1:
            yield place
        for number, item in enumerate(body):
            yield from _lists(item, (*place, number))


def _changing(
    places: list[Place], change: Callable[[Any, str], Any]
) -> Callable[[int, Any], tuple[int, Any]]:
    def changed(status: int, body: Any) -> tuple[int, Any]:
        root = [body]
        for place in places:
            holder: Any = root
            *way, last = (0, *place)
            for part in way:
                holder = holder[part]
            change(holder, last)  # type: ignore[arg-type]
        return status, root[0]

    return changed


def _rename(holder: dict[str, Any], key: str) -> None:
    holder[other_name(key)] = holder.pop(key)


def other_name(key: str) -> str:
    """Another spelling of a key."""
    first, *rest = key.split("_")
    return "".join([first, *map(str.title, rest)]) if rest and first else f"{key}_text"


def _retype(holder: dict[str, Any], key: str) -> None:
    value = holder[key]
    holder[key] = json.dumps(value) if not isinstance(value, str) else [value]


def _annul(holder: dict[str, Any], key: str) -> None:
    holder[key] = None if holder[key] is not None else "null"


def _reverse(holder: Any, key: Any) -> None:
    holder[key] = holder[key][::-1]


def _rotate(holder: Any, key: Any) -> None:
    holder[key] = [*holder[key][1:], holder[key][0]]


def _rotate_back(holder: Any, key: Any) -> None:
    holder[key] = [holder[key][-1], *holder[key][:-1]]


def _arrange(holder: Any, key: Any) -> None:
    """By contents, as a server that forgot to sort by creation might."""
    rows = sorted(holder[key], key=json.dumps)
    holder[key] = rows if rows != holder[key] else rows[::-1]


CHANGES: dict[str, dict[str, Callable[[Any, Any], Any]]] = {
    "renamed": {"respelt": _rename},
    "missing": {"left out": lambda holder, key: holder.pop(key)},
    "type": {"as text": _retype, "null": _annul},
    "order": {"back": _reverse, "turned": _rotate, "turned back": _rotate_back, "sorted": _arrange},
}


class Planted:
    """An application with changes in some of its replies to a verification.

    Args:
        app: The application.
        plants: The changes, one for a step.
    """

    def __init__(self, app: WSGIApplication, plants: Iterable[Plant]) -> None:
        self._app = app
        self._plants = {plant.step: plant for plant in plants}
        self._step = -1

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        # What may take long is done at once: the reply has to come back through here.
        environ.pop("scale_mock.deferred", None)
        started: list[Any] = []

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            started[:] = [status, headers]

        raw = b"".join(self._app(environ, start))
        plant = None
        if not environ["PATH_INFO"].startswith(BESIDE):
            self._step += 1
            plant = self._plants.get(self._step)
        if plant is None:
            start_response(*started)
            return [raw]
        status, body = plant.change(int(started[0][:3]), json.loads(raw) if raw else None)
        raw = json.dumps(body).encode() if raw else b""
        kept = [pair for pair in started[1] if pair[0] != "Content-Length"]
        start_response(f"{status} Planted", [*kept, ("Content-Length", str(len(raw)))])
        return [raw]


BESIDE = ("/_mock/health", "/_mock/worlds", "/_mock/call/")
"""Requests of a verification that are no steps."""
