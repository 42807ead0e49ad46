"""Matching: what matches, what does not and why, and which matches are refused."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scale_mock.errors import ConfigurationError
from scale_mock.selectors.matching import TASK_FIELDS, Field, compile_match, field_table
from scale_mock.selectors.wanted import compile_alternatives, literally
from scale_mock.selectors.where import Where

FIELDS = (
    "Fields: project, product_line, type, mode, batch, batch_kind, tags, unique_id, "
    "project_version, metadata.<path>, params.<path>."
)
TASK = {
    "project": "kittens",
    "product_line": "rapid",
    "type": "imageannotation",
    "mode": "live",
    "batch": "b-1",
    "batch_kind": "calibration",
    "tags": ["night", "rain"],
    "unique_id": "scan[1].png",
    "metadata": {
        "row": 17,
        "ratio": 1.0,
        "done": True,
        "none": None,
        "a.b": "dotted",
        "equals": "word",
        "empty": {},
        "list": ["x", "y"],
        "deep": {"0": "zero", "list": [{"name": "first"}, {"name": "last"}]},
    },
    "params": {"attachments": ["a.png", "b.png"], "geometries": {"box": {"min_height": 10}}},
}
BARE = {"type": "comment", "mode": "test", "tags": [], "metadata": {}, "params": {}}


def matches(match: dict[str, Any], subject: Any) -> bool:
    matcher = compile_match(match, where="match")
    verdict = matcher.matches(subject)
    # The three questions are answered by the same tests and must never disagree.
    assert verdict == (not matcher.mismatches(subject))
    assert matcher.count_mismatches(subject, stop_at=99) == len(matcher.mismatches(subject))
    return verdict


@pytest.mark.parametrize(
    "match",
    [
        {},
        {"project": "kittens"},
        {"project": "kit*"},
        {"project": "k?ttens", "batch": "b-[0-9]"},
        {"project": ["dogs", "kittens"]},
        {"project": ["dogs", "kit*"]},
        {"project": "*"},
        {"product_line": "rapid"},
        {"product_line": ["studio", "r*"]},
        {"type": "image*"},
        {"mode": "live"},
        {"mode": "[!t]*"},
        {"batch_kind": ["calibration", "production"]},
        {"tags": "night"},
        {"tags": "ra*"},
        {"tags": ["fog", "rain"]},
        {"tags": "*"},
        {"unique_id": "scan[1].png"},
        {"unique_id": "scan[[]1].png"},
        {"unique_id": {"equals": "scan[1].png"}},
        {"unique_id": ["other", {"equals": "scan[1].png"}]},
        {"metadata.row": 17},
        {"metadata.row": 17.0},
        {"metadata.row": [1, 17]},
        {"metadata.row": "*"},
        {"metadata": {"row": 17}},
        {"metadata": {"row": 17, "done": True}},
        {"metadata.ratio": 1},
        {"metadata.done": True},
        {"metadata.none": None},
        {"metadata.absent": None},
        {"metadata.row.inner": None},
        {"metadata.list": "x"},
        {"metadata.list": ["z", "y"]},
        {"metadata.list": {"equals": ["x", "y"]}},
        {"metadata.list.0": "x"},
        {"metadata.list.-1": "y"},
        {"metadata.list.2": None},
        {"metadata.list.-3": None},
        {"metadata.deep.0": "zero"},
        {"metadata.deep.list.1.name": "last"},
        {"metadata": {"deep": {"list": {"1": {"name": "l*"}}}}},
        {"metadata.deep": {"list": {"0": {"name": "first"}}, "0": "zero"}},
        {"metadata": {"a.b": "dotted"}},
        {"metadata": {"equals": "word"}},
        {"metadata.equals": "word"},
        {"metadata.empty": {"equals": {}}},
        {"metadata.deep.list.0": {"equals": {"name": "first"}}},
        {"params.attachments": "a.*"},
        {"params.geometries.box.min_height": 10},
        {"params": {"geometries": {"box": {"equals": {"min_height": 10.0}}}}},
        {"project": "kittens", "tags": "night", "metadata.row": 17},
    ],
    ids=str,
)
def test_match_holds(match: dict[str, Any], subject: Any) -> None:
    assert matches(match, subject(**TASK))


@pytest.mark.parametrize(
    "match",
    [
        {"project": "kitten"},
        {"project": "Kittens"},
        {"project": "dogs*"},
        {"project": ["dogs", "birds"]},
        {"project": None},
        {"project": "kittens", "batch": "b-2"},
        {"project": {"equals": "kit*"}},
        {"project": literally("*")},
        {"tags": "fog"},
        {"tags": ["fog", "n"]},
        {"tags": None},
        {"tags": {"equals": "n*"}},
        {"unique_id": "scan[2].png"},
        {"metadata.row": "17"},
        {"metadata.row": "1*"},
        {"metadata.row": 18},
        {"metadata.row": True},
        {"metadata.row": None},
        {"metadata.done": 1},
        {"metadata.done": False},
        {"metadata.ratio": True},
        {"metadata.none": "*"},
        {"metadata.none": 0},
        {"metadata.none": False},
        {"metadata.absent": "*"},
        {"metadata.absent": ""},
        {"metadata.a.b": "dotted"},
        {"metadata.list": "z"},
        {"metadata.list": {"equals": ["y", "x"]}},
        {"metadata.list": {"equals": "x"}, "metadata.row": 1},
        {"metadata.list.2": "y"},
        {"metadata.list.name": "x"},
        {"metadata.list.0.0": "x"},
        {"metadata.deep.list.1.name": "first"},
        {"metadata.deep": {"list": {"0": {"name": "first"}}, "0": "one"}},
        {"metadata.empty": None},
        {"params.geometries.box": {"equals": {"min_height": 10, "more": 1}}},
    ],
    ids=str,
)
def test_match_does_not_hold(match: dict[str, Any], subject: Any) -> None:
    assert not matches(match, subject(**TASK))


@pytest.mark.parametrize("field", ["project", "product_line", "batch", "batch_kind", "tags"])
def test_what_is_missing_matches_none_and_nothing_else(field: str, subject: Any) -> None:
    bare = subject(**BARE)
    some = {"product_line": "rapid", "batch_kind": "plain"}.get(field, "x")
    assert matches({field: None}, bare)
    assert matches({field: [some, None]}, bare)
    assert not matches({field: some}, bare)
    assert not matches({field: "*"}, bare)


@pytest.mark.parametrize("tags", [None, [], ()])
def test_no_tags_are_the_same_however_they_are_said(tags: object, subject: Any) -> None:
    assert matches({"tags": None}, subject(tags=tags))
    assert not matches({"tags": ["a", "*"]}, subject(tags=tags))


def test_tags_may_come_as_one_text(subject: Any) -> None:
    assert matches({"tags": "night"}, subject(tags="night"))
    assert not matches({"tags": "n"}, subject(tags="night"))


def test_a_subject_without_metadata_at_all_has_nothing_at_any_path(subject: Any) -> None:
    assert matches({"metadata.row.0.x": None}, subject())
    assert not matches({"metadata.row": 17}, subject())


def test_many_exact_values_and_one_glob(subject: Any) -> None:
    wanted = [f"u-{number}" for number in range(1000)] + ["x-*", None]
    for found in ("u-0", "u-999", "x-1", None):
        assert matches({"unique_id": wanted}, subject(unique_id=found)), found
    for found in ("u-1000", "y-1", 5):
        assert not matches({"unique_id": wanted}, subject(unique_id=found)), found


def test_globs_span_lines_and_match_the_whole_text(subject: Any) -> None:
    assert matches({"unique_id": "a*c"}, subject(unique_id="a\nb\nc"))
    assert not matches({"unique_id": "a*c"}, subject(unique_id="a\nb\nc\n"))
    assert not matches({"unique_id": "b*"}, subject(unique_id="ab"))
    assert matches({"unique_id": ""}, subject(unique_id=""))
    assert not matches({"unique_id": ""}, subject(unique_id="a"))


globs = st.text(st.sampled_from("ab*?[]!-^&|~\\. \n"), max_size=8)


@given(globs, st.text(st.sampled_from("ab*[]-^\n"), max_size=8))
def test_globs_agree_with_fnmatch_and_every_text_matches_itself(glob: str, text: str) -> None:
    """Also: no glob whatever fails to compile or warns."""
    (alternative,) = compile_alternatives(glob, Where())
    assert alternative.test(text) == (fnmatchcase(text, glob) or text == glob)
    assert alternative.test(glob)
    (exact,) = compile_alternatives(literally(glob), Where())
    assert exact.test(text) == (text == glob)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(json_values)
def test_equals_finds_any_value_inside_metadata(value: object) -> None:
    if "inf" in repr(value):
        return

    class Holder:
        def match_value(self, name: str) -> object:
            return {"key": value} if name == "metadata" else None

    assert matches({"metadata.key": {"equals": value}}, Holder())


def test_mismatches_say_field_wanted_and_found(subject: Any) -> None:
    matcher = compile_match(
        {
            "project": "kittens",
            "batch": "b-2",
            "tags": ["fog", "sn*"],
            "unique_id": {"equals": "a*b"},
            "metadata": {"row": [1, True, None], "deep": {"list": {"0": {"name": "*"}}}},
            "metadata.absent": "*",
            "params.attachments": "z",
            "params.geometries": {"equals": {}},
        },
        where="match",
    )
    mismatches = matcher.mismatches(subject(**TASK))
    assert [str(mismatch) for mismatch in mismatches] == [
        "batch wanted 'b-2', found 'b-1'",
        "tags wanted 'fog' or 'sn*', found ['night', 'rain']",
        "unique_id wanted exactly 'a*b', found 'scan[1].png'",
        "metadata.row wanted 1 or True or nothing, found 17",
        "metadata.absent wanted anything, found nothing",
        "params.attachments wanted 'z', found ['a.png', 'b.png']",
        "params.geometries wanted exactly {}, found {'box': {'min_height': 10}}",
    ]
    assert mismatches[0].field == "batch"
    assert mismatches[0].found == "b-1"


def test_mismatches_are_bounded_in_length(subject: Any) -> None:
    wanted = [f"u-{number}" for number in range(1000)]
    matcher = compile_match({"unique_id": wanted, "params.x": "y"}, where="match")
    found = subject(unique_id="z" * 10_000, params={"x": [{"k": "v" * 1000}] * 1000})
    first, second = map(str, matcher.mismatches(found))
    assert first.startswith(
        "unique_id wanted 'u-0' or 'u-1' or 'u-2' or 'u-3' or 'u-4' or 995 more"
    )
    assert len(first) < 250
    assert len(second) < 500


def test_count_mismatches_stops_counting(subject: Any) -> None:
    matcher = compile_match({"project": "a", "batch": "b", "type": "c"}, where="match")
    assert matcher.count_mismatches(subject(), stop_at=2) == 2
    assert matcher.count_mismatches(subject(project="a"), stop_at=9) == 2


@pytest.mark.parametrize(
    ("match", "message"),
    [
        ({"batchh": 1}, f'batchh: unknown field; did you mean "batch"? {FIELDS}'),
        ({"Project": 1}, f'Project: unknown field; did you mean "project"? {FIELDS}'),
        (
            {"metadatas.row": 1},
            f'metadatas.row: unknown field; did you mean "metadata.row"? {FIELDS}',
        ),
        (
            {"attachment": "x"},
            f"attachment: unknown field. {FIELDS} A param of the task is matched as "
            '"params.attachment".',
        ),
        (
            {"project.name": "x"},
            'project.name: "project" is one value and has nothing inside; match "project"',
        ),
        ({5: 1}, f"fields are named by text, not 5. {FIELDS}"),
        (
            {"metadata": 1},
            'metadata: say what to match inside: "metadata.key" or {"metadata": {"key": value}}',
        ),
        (
            {"metadata": {}},
            "metadata: the table is empty and wants nothing; leave it out, or, inside a path, "
            'look for an empty table with {"equals": {}}',
        ),
        ({"metadata.": 1}, 'metadata.: a key is empty; write the path as "metadata.key.0.key"'),
        ({"params..a": 1}, 'params..a: a key is empty; write the path as "params.key.0.key"'),
        ({"metadata": {5: 1}}, "metadata: keys are text, not 5; array indexes too"),
        (
            {"metadata." + "a." * 32 + "a": 1},
            f"metadata.{'a.' * 32}a: the path is longer than 32 keys",
        ),
        ({"mode": "lvie"}, 'mode: no mode is "lvie"; did you mean "live"? Values: test, live.'),
        (
            {"product_line": ["rapid", "prod*"]},
            'product_line: no product_line is "prod*". Values: enterprise, rapid, studio.',
        ),
        (
            {"batch_kind": {"equals": "plain*"}},
            'batch_kind: no batch_kind is "plain*"; did you mean "plain"? '
            "Values: plain, self_label, calibration, production.",
        ),
        ({"mode": None}, "mode: wants text, or a list of texts (any of), not null"),
        ({"project": 17}, "project: wants text or null, or a list of texts (any of), not 17"),
        (
            {"tags": {"equals": ["a"]}},
            "tags: wants text or null, or a list of texts (any of), not ['a']",
        ),
        ({"tags": []}, "tags: an empty list matches nothing; name at least one value"),
        (
            {"tags": [["a"]]},
            "tags[0]: cannot look for ['a'] (list); wanted values are text (a glob), numbers, "
            "booleans, null, lists of these (any of), or one of the operators "
            'equals, in, glob, range, not, min and max, such as {"equals": value}',
        ),
        (
            {"project": {"equal": "x"}},
            "project: cannot look for {'equal': 'x'} (dict); wanted values are text (a glob), "
            "numbers, booleans, null, lists of these (any of), or one of the operators "
            'equals, in, glob, range, not, min and max, such as {"equals": value}',
        ),
        (
            {"metadata.x": float("nan")},
            "metadata.x: NaN equals nothing, so the rule could never match",
        ),
        (
            {"params.x": {"equals": {"y": [{1}]}}},
            "params.x.equals.y[0]: a value of type set has no JSON form; use text, numbers, "
            "booleans, null, lists and tables",
        ),
        ("b", "a match is a table of wanted values by field, not 'b'"),
    ],
)
def test_match_is_refused(match: Any, message: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        compile_match(match, where=Where('rule "n"', ("match",)))
    inner = message if isinstance(match, str) or 5 in match else None
    expected = f'rule "n": match: {message}' if inner else f'rule "n": match.{message}'
    assert str(refused.value) == expected


def test_the_label_of_a_place_may_be_plain_text() -> None:
    with pytest.raises(ConfigurationError, match=r"^fault 3: bach: unknown field; did you mean"):
        compile_match({"bach": 1}, where="fault 3")


def test_other_tables_of_fields_can_be_matched(subject: Any) -> None:
    fields = field_table(Field("operation", choices=("get_task", "create_task")))
    matcher = compile_match({"operation": "*_task"}, where="fault", fields=fields)
    assert matcher.matches(subject(operation="get_task"))
    with pytest.raises(ConfigurationError, match=r"unknown field\. Fields: operation\.$"):
        compile_match({"project": "x"}, where="fault", fields=fields)


def test_a_field_cannot_be_in_a_table_twice() -> None:
    with pytest.raises(ValueError, match="field 'type' twice"):
        field_table(*TASK_FIELDS.values(), Field("type"))
