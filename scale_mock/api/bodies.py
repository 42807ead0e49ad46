"""Request bodies: JSON, form-encoded with bracket keys, or nothing."""

from __future__ import annotations

import json
import re
from math import isinf
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import parse_qsl

from scale_mock.domain.refusals import BODY_MALFORMED, BODY_TOO_BIG

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment

FORM = "application/x-www-form-urlencoded"
NUMBERS = frozenset(
    {"priority", "project_param_version", "project_version", "response_required",
     "responses_required"}
)  # fmt: skip
DEPTH_MAX = 32
LEVELS_MAX = 100
"""How deep a JSON body may nest: whatever is taken in can be written out again."""
FIELDS_MAX = 10_000
_FORM_LIKE = re.compile(rb"[\w\[\].%-]+=")
_KEY = re.compile(r"\[([^\[\]]*)\]")


def read_body(environ: WSGIEnvironment, *, limit: int) -> bytes:
    """The whole body.

    Raises:
        Refusal: 413 if it has more bytes than the limit.
    """
    length = environ.get("CONTENT_LENGTH") or "0"
    if length.isdigit() and int(length) > limit:
        raise BODY_TOO_BIG(limit=limit)
    if environ.get("wsgi.input_terminated"):
        body: bytes = environ["wsgi.input"].read(limit + 1)
    else:
        body = environ["wsgi.input"].read(int(length) if length.isdigit() else 0)
    if len(body) > limit:
        raise BODY_TOO_BIG(limit=limit)
    return body


def parse_body(raw: bytes, content_type: str) -> object:
    """The value of a body: JSON unless it says that it is a form.

    A form's body that begins like JSON is JSON: ``curl -d`` says "form" by default.

    Returns:
        The value; ``None`` for an empty body.

    Raises:
        Refusal: 400 that says where the JSON is malformed.
    """
    if not raw.strip():
        return None
    if content_type.startswith(FORM) and raw.lstrip()[:1] not in {b"{", b"["}:
        return parse_form(raw)
    try:
        value = _decode(raw.decode(json.detect_encoding(raw)))
    except json.JSONDecodeError as error:
        where = f"{error.msg} at line {error.lineno} column {error.colno}"
        if _FORM_LIKE.match(raw):
            where += f". It looks like a form: its Content-Type would be {FORM}"
        raise BODY_MALFORMED(problem=where) from error
    except UnicodeDecodeError as error:
        raise BODY_MALFORMED(problem=f"not UTF-8 at byte {error.start}") from error
    except RecursionError as error:
        raise BODY_MALFORMED(problem="nested too deeply") from error
    except ValueError as error:
        text = str(error)
        if "integer string conversion" in text:
            text = "a number has too many digits"
        raise BODY_MALFORMED(problem=text) from error
    if raw.count(b"{") + raw.count(b"[") > LEVELS_MAX and _is_deep(value):
        raise BODY_MALFORMED(problem=f"nested more than {LEVELS_MAX} levels deep")
    return value


def parse_form(raw: bytes) -> dict[str, object]:
    """A form as the object that its bracket keys spell.

    ``a[b]=x&c[]=y`` is ``{"a": {"b": "x"}, "c": ["y"]}``, as recorded from a client of 2016. Values
    are texts, except for ``true`` and ``false`` outside of lists and the numbers that every task
    type shares.
    """
    try:
        pairs = parse_qsl(
            raw.decode(), keep_blank_values=True, max_num_fields=FIELDS_MAX, errors="strict"
        )
    except ValueError as error:
        raise BODY_MALFORMED(problem=f"malformed form: {error}") from error
    tree: dict[str, object] = {}
    for key, text in pairs:
        _put(tree, _path(key), _value(key, text))
    return {name: _lists(value) for name, value in tree.items()}


def _path(key: str) -> list[str]:
    first, bracket, rest = key.partition("[")
    path = [first, *_KEY.findall(bracket + rest)]
    if len(path) > DEPTH_MAX:
        raise BODY_MALFORMED(problem=f"malformed form: {first!r} is nested too deeply")
    return path


def _put(tree: dict[str, object], path: list[str], value: object) -> None:
    for step in path[:-1]:
        name = step or str(len(tree))
        below = tree.get(name)
        if not isinstance(below, dict):
            below = tree[name] = {}
        tree = below
    tree[path[-1] or str(len(tree))] = value


def _lists(value: object) -> object:
    """Objects whose keys are 0, 1, 2... are the lists that ``a[]`` and ``a[0]`` mean."""
    if not isinstance(value, dict):
        return value
    below = [_lists(item) for item in value.values()]
    if value and all(key == str(number) for number, key in enumerate(value)):
        return below
    return dict(zip(value, below, strict=True))


def _value(key: str, text: str) -> object:
    if "[]" not in key and text in {"true", "false"}:
        return text == "true"
    if key in NUMBERS and re.fullmatch(r"-?\d{1,15}", text):
        return int(text)
    return text


def _is_deep(value: object) -> bool:
    """True for more than :data:`LEVELS_MAX` levels of arrays and objects."""
    level = [value]
    for _ in range(LEVELS_MAX):
        below = (
            v.values() if isinstance(v, dict) else v for v in level if isinstance(v, list | dict)
        )
        level = [item for items in below for item in items if isinstance(item, list | dict)]
        if not level:
            return False
    return True


def _finite(text: str) -> float:
    number = float(text)
    if isinf(number):
        raise ValueError(f"the number {text[:20]} is out of range")
    return number


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


# Made once: json.loads with hooks makes a decoder for each call.
_decode = json.JSONDecoder(parse_constant=_refuse_constant, parse_float=_finite).decode
