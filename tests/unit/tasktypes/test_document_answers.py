"""Several hundred documents, drawn at random, against what a transcription must hold to."""

from __future__ import annotations

import os
import random
from typing import Any

import pytest

from scale_mock.tasktypes import TaskTypes

TYPES = TaskTypes()
TYPE = "documenttranscription"
DRAWS = int(os.environ.get("SCALE_MOCK_DRAWS", "300"))
FLAGS = ["line", "key", "value", "thead", "tbody", "date", "money", "checkbox", "region", "span"]
NAMES = ["invoiceNo", "total", "issue date", "qty", "vendor name", "city", "code", "note"]


def draw_features(chance: random.Random, names: list[str], depth: int = 0) -> list[dict[str, Any]]:
    drawn: list[dict[str, Any]] = []
    for _ in range(chance.randint(1, 5 if depth == 0 else 3)):
        kind = chance.choice(["text", "text", "text", "block", "group"])
        if kind == "group" and depth < 2:
            inner = draw_features(chance, names, depth + 1)
            drawn.append({"type": "group", "title": "Group", "features": inner})
            continue
        name = names.pop()
        if chance.random() < 0.2:
            drawn += [{"type": "text", "label": f"{name}.{role}"} for role in ("key", "value")]
            continue
        feature: dict[str, Any] = {"type": "text" if kind == "group" else kind, "label": name}
        if chance.random() < 0.5:
            feature["flags"] = chance.sample(FLAGS, chance.randint(0, 2))
        if chance.random() < 0.1:
            feature["features"] = draw_features(chance, names, 2)
        drawn.append(feature)
    return drawn


def walk(features: list[dict[str, Any]]) -> Any:
    for feature in features:
        if feature["type"] != "group":
            yield feature
        yield from walk(feature.get("features", []))


def draw_request(seed: int) -> tuple[dict[str, Any], dict[str, Any]]:
    chance = random.Random(seed)
    names = [f"{chance.choice(NAMES)} {number}" for number in range(200)]
    params: dict[str, Any] = {"features": draw_features(chance, names)}
    labels = [one["label"] for one in walk(params["features"])]
    urls = [f"https://x.test/{number}.{chance.choice(['pdf', 'png', 'TIFF'])}" for number in "ab"]
    if chance.random() < 0.5:
        params["attachment"] = urls[0]
    else:
        params["attachments"] = urls
    if chance.random() < 0.6:
        params["geometry"] = chance.choice(["box", "polygon"])
    if chance.random() < 0.5:
        pairs = [[chance.choice(labels), chance.choice(labels)] for _ in range(3)]
        params["linking_rules"] = {"labels": pairs}
    metadata = {"width": 300, "height": 200} if chance.random() < 0.2 else {}
    return params, metadata


def corners(location: dict[str, Any]) -> list[tuple[float, float]]:
    if location["type"] == "polygon":
        return [(one["x"], one["y"]) for one in location["vertices"]]
    left, top = location["left"], location["top"]
    return [(left, top), (left + location["width"], top + location["height"])]


def frame(one: dict[str, Any]) -> tuple[float, float, float, float]:
    xs, ys = zip(*corners(one["location"]), strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def check_pages(params: dict[str, Any], pages: list[dict[str, Any]]) -> None:
    urls = params.get("attachments") or [params["attachment"]]
    assert list(dict.fromkeys(page["attachment"] for page in pages)) == urls
    for url in urls:
        own = [page["page"] for page in pages if page["attachment"] == url]
        assert own == list(range(len(own)))
        assert len(own) == 1 or not url.endswith("png")


def check_links(params: dict[str, Any], annotations: list[dict[str, Any]]) -> None:
    by_uuid = {one["uuid"]: one for one in annotations}
    assert len(by_uuid) == len(annotations)
    pairs = params.get("linking_rules", {}).get("labels")
    present = [one["label"] for one in annotations]
    for one in annotations:
        for ref in one["refs"]:
            other = by_uuid[ref]
            assert other is not one
            if pairs is not None:
                assert [one["label"], other["label"]] in pairs
            else:
                assert one["label"].removesuffix(".value") + ".key" == other["label"]
        can = pairs is not None and any(
            first == one["label"] and present.count(second) > (first == second)
            for first, second in pairs
        )
        assert bool(one["refs"]) or not can


def check_words(feature: dict[str, Any], one: dict[str, Any]) -> None:
    flags = feature.get("flags", [])
    if feature["type"] == "block":
        assert one["text"] == ""
        assert not one.keys() & {"money", "date", "checked"}
        return
    assert len(one["text"]) <= 40
    assert "\n" not in one["text"]
    assert one["text"] or "checkbox" in flags
    assert ("checked" in one) == ("checkbox" in flags)
    if "checkbox" in flags or "key" in flags or "thead" in flags:
        return
    if "money" in flags:
        assert one["text"] == one["money"]["amount"] == f"{one['money']['parsed']:.2f}"
    elif "date" in flags:
        assert one["date"]["parsed"].startswith(one["text"])


@pytest.mark.parametrize("seed", range(DRAWS))
def test_a_drawn_document_is_read_as_asked(seed: int) -> None:
    params, metadata = draw_request(seed)
    about: dict[str, Any] = {"seed": seed, "identity": "i", "metadata": metadata}
    TYPES.check(TYPE, params)
    response = TYPES.respond(TYPE, params, **about)
    assert response == TYPES.respond(TYPE, params, **about)
    assert response is not None
    assert TYPES.check_response(TYPE, response) == []
    assert TYPES.misfits(TYPE, params, response) == []
    pages = TYPES.document_pages(TYPE, params, **about)
    assert pages is not None
    check_pages(params, pages)
    if metadata:
        assert {(page["width"], page["height"]) for page in pages} == {(300, 200)}
    annotations = response["annotations"]
    known = {one["label"]: one for one in walk(params["features"])}
    assert {one["label"] for one in annotations} == set(known)
    seen: list[tuple[int, tuple[float, float, float, float]]] = []
    for one in annotations:
        page = pages[one["page"]]
        left, top, right, bottom = here = frame(one)
        assert one["location"]["type"] == params.get("geometry", "box")
        assert 0 <= left < right <= page["width"]
        assert 0 <= top < bottom <= page["height"]
        for number, other in seen:
            assert (
                number != one["page"]
                or right <= other[0] or other[2] <= left
                or bottom <= other[1] or other[3] <= top
            )  # fmt: skip
        seen.append((one["page"], here))
        check_words(known[one["label"]], one)
    check_links(params, annotations)


def test_other_types_have_no_pages() -> None:
    assert TYPES.document_pages("chat", {}, seed=1, identity="i") is None


GIVEN = {
    "uuid": "h-1",
    "page": 0,
    "label": "total",
    "text": "9.50",
    "location": {"type": "box", "left": 10, "top": 10, "width": 60, "height": 20},
}
BASE: dict[str, Any] = {
    "attachment": "https://x.test/a.png",
    "features": [{"type": "text", "label": "total"}, {"type": "text", "label": "name"}],
}


def test_what_the_task_brought_along_comes_back_and_the_rest_is_read() -> None:
    response = TYPES.respond(
        TYPE, {**BASE, "hypothesis": {"annotations": [GIVEN]}}, seed=1, identity="i"
    )
    assert response is not None
    first, second = response["annotations"]
    assert first == {**GIVEN, "refs": []}
    assert second["label"] == "name"


def test_nothing_is_added_to_base_annotations_that_are_closed() -> None:
    params = {
        **BASE,
        "base_annotations": {"annotations": [GIVEN]},
        "hypothesis": {"annotations": [{**GIVEN, "uuid": "other"}]},
        "can_add_base_annotations": False,
    }
    response = TYPES.respond(TYPE, params, seed=1, identity="i")
    assert response == {"annotations": [{**GIVEN, "refs": []}]}
