"""The forms of a rule's response: checked when the rule is read, filled in when it decides.

``"synthesize"``, ``{"value": {...}}``, ``{"file": "labels.json"}``, ``{"template": {...}}``,
``{"from": "hypothesis", "noise": 0.1}``, ``{"image_size": [w, h]}``, and, in Python, a function.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from scale_mock.selectors.plain import plain_table
from scale_mock.selectors.where import did_you_mean, show

if TYPE_CHECKING:
    from scale_mock.domain.ports import Matchable
    from scale_mock.selectors.where import Where

Response: TypeAlias = "Literal['synthesize'] | Mapping[str, object] | Callable[..., object]"

RESPONSE_FORMS = (
    'give "synthesize" (the default), {"value": {...}} with the response as the platform would '
    'return it, {"file": "labels.json"}, {"template": {...}}, '
    '{"from": "hypothesis", "noise": 0.1}, or {"image_size": [width, height]}'
)
SIDE_MAX = 100_000
"""The longest side of an image, in pixels."""

FILE_BYTES_MAX = 50_000_000
"""The largest response file, in bytes."""

PLACES = ("params", "metadata", "unique_id", "project", "batch", "type", "mode", "n")
"""What a template's placeholders may begin with."""

_HOLE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}")
_FORMS: dict[str, frozenset[str]] = {
    "value": frozenset({"validate"}),
    "file": frozenset({"validate"}),
    "template": frozenset({"validate"}),
    "from": frozenset({"noise"}),
    "image_size": frozenset(),
}


def read_response(value: object, where: Where) -> Response | None:
    """Reads a response; a file's content takes the file's place.

    Raises:
        ConfigurationError: It is in none of the forms.
    """
    if value is None or callable(value):
        return value
    if value == "synthesize":
        return "synthesize"
    if isinstance(value, str):
        hint = did_you_mean(value, ["synthesize"])
        raise where.refuse(f'unknown form "{value}"{hint} Forms: {RESPONSE_FORMS}.')
    if not isinstance(value, Mapping):
        raise where.refuse(f"{RESPONSE_FORMS}, not {show(value)}")
    form = next((name for name in _FORMS if name in value), None)
    if form is None or not value.keys() <= {form, *_FORMS[form]}:
        raise where.refuse(_no_form(value))
    _check_form(form, value, where)
    table = plain_table(value, where)
    if form == "file":
        content = _read_file(str(table.pop("file")), where.at("file"))
        return {"value": content, **table}
    return table


def _no_form(value: Mapping[object, object]) -> str:
    keys = ", ".join(map(str, value)) or "no key"
    if "callable" in value:
        return "a function cannot be read back from data: give the function itself, in Python"
    return (
        f'a table with one key such as "value" is expected, this one has {keys}; '
        f'{RESPONSE_FORMS}. To return this table, wrap it: {{"value": {{...}}}}'
    )


def _check_form(form: str, value: Mapping[object, object], where: Where) -> None:
    given, place = value[form], where.at(form)
    if form in ("value", "template") and not isinstance(given, Mapping):
        raise place.refuse(f"a response is a table, not {show(given)}")
    if form == "file" and not (isinstance(given, str) and given.strip()):
        raise place.refuse(f"the path of a JSON file is expected, not {show(given)}")
    if form == "image_size":
        _check_size(given, place)
    if form == "from":
        _check_source(value, where)
    if form == "template":
        _check_holes(given, place)
    validate = value.get("validate", True)
    if not isinstance(validate, bool):
        raise where.at("validate").refuse(f"true or false, not {show(validate)}")


def _check_source(value: Mapping[object, object], where: Where) -> None:
    if value["from"] != "hypothesis":
        raise where.at("from").refuse(f'"hypothesis" is the one source, not {show(value["from"])}')
    noise = value.get("noise", 0)
    if isinstance(noise, bool) or not isinstance(noise, int | float) or not 0 <= noise <= 1:
        raise where.at("noise").refuse(f"a number from 0 to 1, not {show(noise)}")


def _check_size(value: object, where: Where) -> None:
    if (
        not isinstance(value, list | tuple)
        or len(value) != 2
        or not all(type(side) is int and 1 <= side <= SIDE_MAX for side in value)
    ):
        raise where.refuse(f"width and height in pixels, 1 to {SIDE_MAX}, not {show(value)}")


def _read_file(name: str, where: Where) -> dict[str, object]:
    """The response in a file, whose path is relative to the rule file's, if there is one."""
    path = (where.directory or Path()) / name
    try:
        if path.stat().st_size > FILE_BYTES_MAX:
            raise where.refuse(f"{name} is larger than {FILE_BYTES_MAX} bytes")
        content = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise where.refuse(f"cannot read {name}: {error.strerror or error}") from None
    except (ValueError, RecursionError) as error:
        raise where.refuse(f"{name} is not JSON: {error}") from None
    if not isinstance(content, dict):
        raise where.refuse(f"a response is a table; {name} holds {show(content)}")
    return plain_table(content, where)


def _check_holes(value: object, where: Where) -> None:
    if isinstance(value, Mapping):
        for key, item in value.items():
            _check_holes(item, where.at(str(key)))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            _check_holes(item, where.at(f"[{index}]"))
    elif isinstance(value, str):
        for hole in _HOLE.finditer(value):
            _check_hole(hole[1], where)


def _check_hole(place: str | None, where: Where) -> None:
    if place is None:  # a doubled brace
        return
    root, dot, path = place.partition(".")
    inside = root in ("params", "metadata")
    if root not in PLACES:
        raise where.refuse(
            f'"{{{place}}}" names nothing of a task{did_you_mean(root, PLACES)} Placeholders: '
            f"{{params.x}}, {{metadata.x}}, {', '.join(f'{{{one}}}' for one in PLACES[2:])}; "
            "a brace itself is written twice"
        )
    if inside and not (dot and all(path.split("."))):
        raise where.refuse(f'say what of {root}: "{{{root}.key}}"')
    if dot and not inside:
        raise where.refuse(f'"{root}" is one value and has nothing inside; write "{{{root}}}"')


def fill_in(template: object, subject: Matchable, count: int) -> object:
    """A template with its placeholders replaced.

    A text that is one placeholder becomes the value itself, whatever its type; within a longer
    text the value is written out. What the task does not have is null, or nothing.

    Args:
        template: Plain data.
        subject: The task.
        count: What ``{n}`` stands for.
    """
    if isinstance(template, Mapping):
        return {key: fill_in(item, subject, count) for key, item in template.items()}
    if isinstance(template, list):
        return [fill_in(item, subject, count) for item in template]
    if not isinstance(template, str):
        return template
    whole = _HOLE.fullmatch(template)
    if whole is not None and whole[1] is not None:
        return _value_of(whole[1], subject, count)

    def write(hole: re.Match[str]) -> str:
        if hole[1] is None:
            return hole[0][0]
        value = _value_of(hole[1], subject, count)
        if value is None:
            return ""
        return value if isinstance(value, str) else json.dumps(value)

    return _HOLE.sub(write, template)


def _value_of(place: str, subject: Matchable, count: int) -> object:
    root, _, path = place.partition(".")
    if root == "n":
        return count
    value = subject.match_value(root)
    for key in path.split(".") if path else ():
        if isinstance(value, Mapping):
            value = value.get(key)
        elif isinstance(value, list) and key.isdecimal() and int(key) < len(value):
            value = value[int(key)]
        else:
            return None
    return value
