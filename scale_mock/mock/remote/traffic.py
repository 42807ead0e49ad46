"""Whether replies that tests saw have the shapes that our OpenAPI documents describe.

Only what a reply looks like is kept, and each look is examined once: a run of a thousand tests sees
few different ones.
"""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any

from scale_mock.domain.refusals import Refusal
from scale_mock.mock.verify.descriptions import Description, api_of, describe
from scale_mock.mock.verify.shapes import Shape, shape_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scale_mock.mock.remote.line import Answer

LOOKS_MAX = 10_000
"""How many different looks of replies are examined in one run."""
FOUND_MAX = 1_000
"""How many differences are kept."""
JSON_TYPE = "application/json"
TYPES = {"integer": "number"}


class Traffic:
    """What was seen of one server.

    Attributes:
        replies: How many replies were looked at.
        found: The differences, with how many replies showed each look that has them.
    """

    def __init__(self) -> None:
        self.replies = 0
        self.found: dict[str, int] = {}
        self._looks: dict[str, tuple[str, ...]] = {}
        self._lock = threading.Lock()

    def note(self, method: str, path: str, answer: Answer) -> None:
        """Looks at one reply of Scale's API. It never raises: the test goes on."""
        name = _operation(method, path)
        if name is None:
            return
        with self._lock:
            self.replies += 1
            for difference in self._differences(name, answer):
                if difference in self.found or len(self.found) < FOUND_MAX:
                    self.found[difference] = self.found.get(difference, 0) + 1

    def _differences(self, name: str, answer: Answer) -> tuple[str, ...]:
        body = answer.json()
        look = f"{name} {answer.status} {answer.media_type} {_look(body)}"
        if look not in self._looks:
            if len(self._looks) >= LOOKS_MAX:
                return ()
            self._looks[look] = tuple(_examined(name, answer, body))
        return self._looks[look]

    def lines(self) -> list[str]:
        """The differences, a line each."""
        return [
            f"{difference} ({times} replies)" if times > 1 else difference
            for difference, times in sorted(self.found.items())
        ]


def _operation(method: str, path: str) -> str | None:
    """The operation of Scale's API that a request calls."""
    from scale_mock.api.app import ROUTER

    bare = path.partition("?")[0]
    try:
        operation = ROUTER.match("GET" if method == "HEAD" else method, bare)[0]
    except Refusal:
        return None
    return None if api_of(operation.name) == "control" else operation.name


def _examined(name: str, answer: Answer, body: Any) -> Iterator[str]:
    from scale_mock.api.openapi.shapes import STATUSES

    wanted = int(STATUSES.get(name, "200"))
    if answer.status < 400 and answer.status != wanted:
        yield f"{name}: $ status {answer.status}, described {wanted}"
        return
    if answer.status in {204, 302} or not answer.body:
        return
    if answer.media_type != JSON_TYPE:
        yield f"{name}: $ content type {answer.media_type or 'none'}, described {JSON_TYPE}"
        return
    for text in _against(shape_of(body), describe(name, answer.status), "$"):
        yield f"{name}: {text}"


def _against(shape: Shape, about: Description, at: str) -> Iterator[str]:
    """Where values are not as described; of several descriptions that which fits best."""
    if len(about.choices) > 1:
        yield from min((list(_against(shape, one, at)) for one in about.choices), key=len)
    elif about.plain:
        yield from _against_one(shape, about, at)


def _against_one(shape: Shape, about: Description, at: str) -> Iterator[str]:
    plain = about.plain
    wanted = _types(plain)
    strange = shape.solid - wanted
    if wanted and strange:
        yield f"{at} is {shape}, described as {' or '.join(sorted(wanted))}"
        return
    if "null" in shape.types and wanted and not about.may_be_null and "null" not in wanted:
        yield f"{at} is null, described as {' or '.join(sorted(wanted))}"
    if "properties" in plain:
        for key in plain.get("required", ()):
            if shape.objects and (key not in shape.keys or shape.keys[key].seen < shape.objects):
                yield f"{at}.{key} is missing"
        is_open = "additionalProperties" in plain or "allOf" in plain
        for key, item in shape.keys.items():
            if key in plain["properties"]:
                yield from _against(item, about.at_key(key), f"{at}.{key}")
            elif not is_open:
                yield f"{at}.{key} is additional: {item}"
    if shape.items is not None:
        yield from _against(shape.items, about.items(), f"{at}[]")


def _types(schema: dict[str, Any]) -> set[str]:
    if "enum" in schema:
        return {"string"} if all(isinstance(one, str) for one in schema["enum"]) else set()
    kinds = schema.get("type", [])
    listed: list[str] = kinds if isinstance(kinds, list) else [kinds]
    return {TYPES.get(kind, kind) for kind in listed}


def _look(body: Any) -> str:
    """What a body looks like, in a text: its keys and types without its contents."""

    def bare(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: bare(item) for key, item in value.items()}
        if isinstance(value, list):
            looks = {json.dumps(bare(item), sort_keys=True) for item in value}
            return sorted(looks)
        return type(value).__name__

    return json.dumps(bare(body), sort_keys=True)
