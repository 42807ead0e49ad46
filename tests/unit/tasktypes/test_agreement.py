"""The checkers and the published JSON Schemas accept and refuse the same requests."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from scale_mock.domain.refusals import Refusal
from scale_mock.errors import ConfigurationError
from scale_mock.tasktypes import LIFTED, TaskTypes
from scale_mock.tasktypes.catalogue import CATALOGUE
from scale_mock.tasktypes.checks import Check, Fault
from scale_mock.tasktypes.compiling import Compiler
from scale_mock.tasktypes.schemas import common_check, params_check

TYPES = TaskTypes()
FOLDER_TYPES = sorted({entry.folder: entry.name for entry in CATALOGUE}.values())
FOLDER_OF = {entry.name: entry.folder for entry in CATALOGUE}
SCHEMAS = {name: TYPES.params_schema(name) for name in FOLDER_TYPES}
VALIDATORS = {name: Draft202012Validator(schema) for name, schema in SCHEMAS.items()}
COMMON = {"project": "p", "instruction": "Look.", "callback_url": "https://hook.test/x"}
"""What some types cannot do without; the checkers of a type's own params do not look at it."""

WORDS = st.sampled_from(["a", "b", "c", "d"])
URLS = ["https://x.test/a", "http://x.test/b", "s3://bucket/key", "scaledata://u/1"]
BY_PATTERN = {
    "^[A-Za-z]": st.sampled_from(URLS),
    "^(https?": st.sampled_from(["https://hook.test/x", "ada@example.com"]),
    "^[0-9]": st.sampled_from(["0", "30", "007"]),
}
JUNK = [
    None, True, False, 0, 1, -1, 3, 1.0, 2.5, 10**20, -0.0, "", "a", "zz", "30", "https://x.test/a",
    [], {}, [1], ["a", "a"], [[]], [None], {"type": "x"}, {"type": []}, {"a": 1}, {"choice": "a"},
    {"type": "number"}, {"annotations": []}, {"name": "a"}, {"label": "a"}, "https://x y\n",
]  # fmt: skip


def junk() -> st.SearchStrategy[Any]:
    """Any of it, as a copy: what is drawn is changed later on."""
    return st.sampled_from(JUNK).map(copy.deepcopy)


SETTINGS = settings(
    max_examples=120, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


@st.composite
def instances(draw: Any, schema: dict[str, Any], defs: dict[str, Any], depth: int = 0) -> Any:
    """Something that fits the schema, most of the time."""
    if "$ref" in schema:
        return draw(instances(defs[schema["$ref"].removeprefix("#/$defs/")], defs, depth))
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return draw(st.sampled_from(schema["enum"]))
    branches = schema.get("oneOf") or ("type" not in schema and schema.get("anyOf"))
    if branches:
        branches = branches[:3] if depth > 4 else branches
        return draw(instances(draw(st.sampled_from(branches)), defs, depth))
    kind = schema.get("type")
    if isinstance(kind, list):
        return draw(instances({**schema, "type": draw(st.sampled_from(kind))}, defs, depth))
    if kind == "object":
        return draw(objects(schema, defs, depth))
    if kind == "array":
        least = schema.get("minItems", 0)
        most = least + (2 if depth < 5 else 0)
        item = instances(schema.get("items", {}), defs, depth + 1)
        found = draw(st.lists(item, min_size=least, max_size=most))
        return list(dict.fromkeys(found)) if schema.get("uniqueItems") else found
    return draw(scalars(kind, schema))


def scalars(kind: str | None, schema: dict[str, Any]) -> Any:
    if kind == "string":
        pattern = schema.get("pattern", "")
        known = [one for start, one in BY_PATTERN.items() if pattern.startswith(start)]
        return known[0] if known else WORDS
    if kind in ("integer", "number"):
        low = schema.get("minimum", 1 if "exclusiveMinimum" in schema else -3)
        return st.integers(max(low, -3), max(low, -3) + 4)
    if kind == "boolean":
        return st.booleans()
    return st.none() if kind == "null" else junk()


@st.composite
def objects(draw: Any, schema: dict[str, Any], defs: dict[str, Any], depth: int) -> Any:
    needed = set(schema.get("required", ()))
    peers = [part["anyOf"] for part in schema.get("allOf", ())]
    if "anyOf" in schema:
        peers.append(schema["anyOf"])
    if needed.isdisjoint({"attachment", "attachments"}) or not peers:
        for branches in peers:
            needed.update(draw(st.sampled_from(branches))["required"])
    properties = schema.get("properties", {})
    optional = [name for name in properties if name not in needed and name not in LIFTED]
    banned = set(schema.get("not", {}).get("required", ()))
    if optional and depth < 6:
        picked = draw(st.lists(st.sampled_from(optional), max_size=4, unique=True))
        needed.update(name for name in picked if name not in banned)
    if not needed and schema.get("minProperties") and optional:
        needed.add(optional[0])
    made = {
        name: draw(instances(properties[name], defs, depth + 1))
        for name in properties
        if name in needed
    }
    extra = schema.get("additionalProperties")
    if isinstance(extra, dict):
        for name in draw(st.lists(WORDS, min_size=1, max_size=3, unique=True)):
            made[name] = draw(instances(extra, defs, depth + 1))
    return made


@st.composite
def mutated(draw: Any, strategy: Any) -> Any:
    """What the strategy draws, with up to two things put wrong somewhere in it."""
    root = [copy.deepcopy(draw(strategy))]
    for _ in range(draw(st.integers(0, 2))):
        holder: Any = root
        key: Any = 0
        while isinstance(holder[key], dict | list) and holder[key] and draw(st.integers(0, 3)):
            holder = holder[key]
            key = draw(
                st.sampled_from(list(holder) if isinstance(holder, dict) else range(len(holder)))
            )
        action = draw(st.integers(0, 3))
        if action == 0 and holder is not root:
            del holder[key]
            continue
        target = holder[key]
        if action == 1 and isinstance(target, dict):
            target[draw(st.sampled_from(["type", "name", "attachments", "zz", "choice"]))] = draw(
                junk()
            )
        elif action == 1 and isinstance(target, list) and target:
            target.append(copy.deepcopy(target[0]))
        else:
            holder[key] = draw(junk())
    return root[0] if isinstance(root[0], dict) else {}


def fits(check: Check, value: Any) -> bool:
    fault = None
    try:
        check(value)
    except Fault as caught:
        fault = caught
    if fault is not None:
        assert fault.path.startswith("$")
        assert fault.text or fault.sentence.startswith('"')
    return fault is None


def accepted(name: str, params: dict[str, Any]) -> bool:
    refusal = None
    try:
        TYPES.check(name, params)
    except Refusal as caught:
        refusal = caught
    assert refusal is None or refusal.status == 400
    return refusal is None


def drawn(name: str) -> Any:
    return instances(SCHEMAS[name], SCHEMAS[name].get("$defs", {}))


@pytest.mark.slow
@pytest.mark.parametrize("name", FOLDER_TYPES)
def test_checker_and_schema_agree(name: str) -> None:
    tally = {True: 0, False: 0}

    @SETTINGS
    @given(params=mutated(drawn(name)))
    def agree(params: dict[str, Any]) -> None:
        params = {key: value for key, value in params.items() if key not in LIFTED}
        expected = VALIDATORS[name].is_valid({**COMMON, **params})
        assert fits(params_check(FOLDER_OF[name]), params) is expected, params
        assert expected or not accepted(name, params)
        tally[expected] += 1

    agree()
    assert tally[True] > 10, "the draws must reach what is accepted"
    assert tally[False] > 10 or FOLDER_OF[name] in ("generic", "chat")


@pytest.mark.slow
def test_common_checker_and_schema_agree() -> None:
    schema = SCHEMAS["imageannotation"]
    common = {
        "type": "object",
        "properties": {key: one for key, one in schema["properties"].items() if key in LIFTED},
        "$defs": schema["$defs"],
    }
    assert set(common["properties"]) == set(LIFTED)
    validator = Draft202012Validator(common)
    pools = {
        key: st.one_of(instances(one, schema["$defs"]), junk())
        for key, one in common["properties"].items()
    }

    @SETTINGS
    @given(body=st.fixed_dictionaries({}, optional=pools))
    def agree(body: dict[str, Any]) -> None:
        assert fits(common_check(), body) is validator.is_valid(body), body

    agree()


def test_a_keyword_that_the_compiler_does_not_know_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="multipleOf"):
        Compiler({}).compile({"type": "number", "multipleOf": 2})


@pytest.mark.slow
@pytest.mark.parametrize("name", FOLDER_TYPES)
def test_whatever_is_accepted_is_answered(name: str) -> None:
    answered = []

    @SETTINGS
    @given(params=mutated(drawn(name)), seed=st.integers(0, 9))
    def answer(params: dict[str, Any], seed: int) -> None:
        params = {key: value for key, value in params.items() if key not in LIFTED}
        if accepted(name, params):
            before = copy.deepcopy(params)
            response = TYPES.respond(name, params, seed=seed, identity="i")
            assert TYPES.check_response(name, response) == []
            assert params == before
            answered.append(response)

    answer()
    assert len(answered) > 5


# The rules across params, told a second time and in another way.


def flat(labels: Any) -> list[str]:
    found: list[str] = []
    stack = list(reversed(labels))
    while stack:
        one = stack.pop()
        if isinstance(one, dict) and one.get("subchoices"):
            stack.extend(reversed(one["subchoices"]))
        else:
            found.append(one["choice"] if isinstance(one, dict) else one)
    return found


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def no_circle(edges: dict[str, set[str]]) -> bool:
    left = dict(edges)
    while True:
        free = [name for name, needs in left.items() if not needs & left.keys()]
        if not free:
            return not left
        for name in free:
            del left[name]


def attributes_fit(attributes: dict[str, Any], labels: set[str]) -> bool:
    edges = {}
    for name, one in attributes.items():
        conditions = one.get("conditions", {})
        pairs = [
            (other, wanted)
            for entry in conditions.get("attribute_conditions", [])
            for other, wanted in entry.items()
        ]
        edges[name] = {other for other, _ in pairs}
        kind = one.get("type", "category")
        named = as_list(conditions.get("label_condition", {}).get("label", []))
        if kind == "linked":
            named = [*named, *one["allowed_labels"]]
        choices = flat(one["choices"]) if kind == "category" else []
        if (
            not labels.issuperset(named)
            or len(choices) != len(set(choices))
            or (kind == "number" and one.get("max", 1e99) < one.get("min", -1e99))
        ):
            return False
        for other, wanted in pairs:
            if other not in attributes:
                return False
            known = attributes[other]
            if known.get("type", "category") == "category" and not all(
                value in flat(known["choices"]) for value in as_list(wanted)
            ):
                return False
    return no_circle(edges)


def image_fits(params: dict[str, Any]) -> bool:
    by_kind = {
        kind: flat(one.get("objects_to_annotate", [])) for kind, one in params["geometries"].items()
    }
    labels = {label for known in by_kind.values() for label in known}
    attributes = params.get("annotation_attributes", {})
    linked = {name for name, one in attributes.items() if one.get("type") == "linked"}
    ranges = [
        (one.get("min_vertices", 1), one.get("max_vertices"))
        for kind, one in params["geometries"].items()
        if kind in ("polygon", "line")
    ]
    connections = params["geometries"].get("point", {}).get("connections", [])
    links = [one for given in params.get("links", {}).values() for one in as_list(given)]
    return (
        all(len(known) == len(set(known)) for known in by_kind.values())
        and all(most is None or most >= least for least, most in ranges)
        and all(set(by_kind["point"]).issuperset(one["pair"]) for one in connections)
        and all(linked.issuperset(one.get("connection_attributes", [])) for one in connections)
        and all(one.get("connection_attribute") in {None, *linked} for one in connections)
        and attributes_fit(attributes, labels)
        and all(labels.issuperset(one.get("from_allowed_labels", [])) for one in links)
        and all(labels.issuperset(one.get("to_allowed_labels", [])) for one in links)
        and all(
            one["attachment"] != params["attachment"]
            for one in params.get("context_attachments", [])
        )
        and all(
            prelabels_fit(params.get(key, {}).get("annotations", []), by_kind)
            for key in ("hypothesis", "base_annotations")
        )
    )


def prelabels_fit(annotations: list[dict[str, Any]], by_kind: dict[str, list[str]]) -> bool:
    uuids = [one["uuid"] for one in annotations if "uuid" in one]
    if len(uuids) != len(set(uuids)) or any(one["type"] not in by_kind for one in annotations):
        return False
    named = [(one["label"], by_kind[one["type"]]) for one in annotations if "label" in one]
    return all(label in known for label, known in named if known)


def ner_fits(params: dict[str, Any]) -> bool:
    names: list[str] = []
    parents = set()
    stack = list(params["labels"])
    attributes = []
    while stack:
        label = stack.pop()
        names.append(label["name"])
        if label.get("children"):
            parents.add(label["name"])
        attributes.append((label.get("attributes", {}), {label["name"]}))
        stack.extend(label.get("children", []))
    relationships = params.get("relationships", [])
    keys = ("source_label", "target_label")
    ends = [one[key] for one in relationships for key in keys if key in one]
    return (
        len(names) == len(set(names))
        and len({"name" in one for one in relationships}) < 2
        and set(names).issuperset(ends)
        and all(attributes_fit(one, labels) for one, labels in attributes)
        and attributes_fit(params.get("global_attributes", {}), set(names) - parents)
        and all(
            spans_fit(params.get(key, {}).get("annotations", []), params["text"], set(names))
            for key in ("hypothesis", "base_annotations")
        )
    )


def spans_fit(spans: list[dict[str, Any]], text: str, names: set[str]) -> bool:
    ids = [one["id"] for one in spans if "id" in one]
    return len(ids) == len(set(ids)) and all(
        one["label"] in names
        and one["start"] < one["end"] <= len(text)
        and one.get("text") in (None, text[int(one["start"]) : int(one["end"])])
        for one in spans
    )


FITS = {"imageannotation": image_fits, "namedentityrecognition": ner_fits}


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(FITS))
def test_rules_across_params(name: str) -> None:
    """What fits the schema is accepted exactly if an independent reading of the rules does."""
    tally = {True: 0, False: 0}

    @settings(SETTINGS, max_examples=500)
    @given(params=drawn(name))
    def agree(params: dict[str, Any]) -> None:
        if VALIDATORS[name].is_valid({**COMMON, **params}):
            expected = FITS[name](params)
            assert accepted(name, params) is expected, params
            tally[expected] += 1

    agree()
    assert min(tally.values()) > 30, tally
