"""Documents, entities, choices and answers in words, read back from the SVG."""

from __future__ import annotations

from typing import Any

import pytest

from scale_mock.cli.drawing import DrawingError, draw
from tests.unit.cli.shown import SVG, WIDTH, Picture, no_files, picture, task


def document(pages: int) -> dict[str, Any]:
    annotations = [
        {"uuid": str(page), "page": page, "label": "total", "text": f"{page}.00", "refs": []}
        | {"location": {"type": "box", "left": 10, "top": 20, "width": 60, "height": 12}}
        for page in range(pages)
    ]
    listed = [{"width": 500, "height": 700}] * pages
    return task("documenttranscription", {"annotations": annotations}, document_pages=listed)


def test_all_pages_of_a_document_are_drawn_or_the_one_asked_for() -> None:
    drawn = Picture(draw(document(3), no_files))
    assert {"0.00", "1.00", "2.00"} <= {*drawn.texts}
    assert "Page 2: 500 x 700 pixels (document_pages)" in drawn.texts
    one = Picture(draw(document(3), no_files, 1))
    assert "1.00" in one.texts
    assert "0.00" not in one.texts
    with pytest.raises(DrawingError, match="no page 3"):
        draw(document(3), no_files, 3)


def test_pages_that_nobody_lists_are_guessed_or_told() -> None:
    given = document(2)
    del given["document_pages"]
    assert "Page 1: 1275 x 1650 pixels (guessed)" in Picture(draw(given, no_files)).texts
    given["metadata"] = {"width": 600, "height": 800}
    assert "Page 1: 600 x 800 pixels (metadata)" in Picture(draw(given, no_files)).texts


def test_what_a_value_refers_to_is_an_arrow() -> None:
    given = document(1)
    key = given["response"]["annotations"][0]
    place = {"type": "polygon", "vertices": [{"x": x, "y": 200 + x} for x in (10, 90, 50)]}
    value = {**key, "uuid": "v", "text": "", "location": place, "refs": ["0"]}
    given["response"]["annotations"].append(value)
    drawn = Picture(draw(given, no_files))
    assert len(drawn.points("polygon")) == 3
    assert len(drawn.points("polyline")) == 1


def test_entities_are_marked_where_they_are() -> None:
    text = "Ada works at Acme & Sons."
    spans = [
        {"id": "1", "start": 0, "end": 3, "text": "Ada", "label": "person"},
        {"id": "2", "start": 13, "end": 24, "text": "Acme & Sons", "label": "company"},
    ]
    relation = {"id": "r", "source_ref": "1", "target_ref": "2", "name": "works_at"}
    response = {"annotations": spans, "relationships": [relation]}
    drawn = picture("namedentityrecognition", response, params={"text": text})
    words = {
        one.text: float(one.attrib["x"])
        for one in drawn.root.iter(f"{SVG}text")
        if "Mono" in one.attrib.get("font-family", "")
    }
    assert list(words) == text.split(" ")
    marks = [one for one in drawn.all("rect") if one.get("fill-opacity") == "0.22"]
    letter = (words["works"] - words["Ada"]) / 4
    assert [float(one["x"]) for one in marks] == [words["Ada"], words["Acme"]]
    assert [float(one["width"]) for one in marks] == pytest.approx(
        [3 * letter, 11 * letter], abs=0.05
    )
    assert {"person", "company", "works_at"} <= {*drawn.texts}


def test_a_span_over_two_lines_is_marked_in_both() -> None:
    text = "one\ntwo"
    spans = [{"id": "1", "start": 2, "end": 5, "text": text[2:5], "label": "odd"}]
    drawn = picture("namedentityrecognition", {"annotations": spans}, params={"text": text})
    assert sum(one.get("fill-opacity") == "0.22" for one in drawn.all("rect")) == 2


def test_a_choice_is_marked_among_the_others() -> None:
    params = {"categories": ["public", "private"], "attachment": "https://x.test/"}
    drawn = picture("categorization", {"category": "private"}, params=params)
    assert drawn.texts[1:] == ["https://x.test/", "○", "public", "●", "private"]


def test_answers_are_under_the_titles_of_their_fields() -> None:
    fields = [{"type": "boolean", "field_id": "spam", "title": "Is it spam?"}]
    response = {"annotations": {"spam": False, "other": [{"a": 1}, {"a": [2, 3]}]}}
    drawn = picture("textcollection", response, params={"fields": fields})
    assert drawn.texts[1:] == ["Is it spam?", "no", "other", "a: 1", "a: 2, 3"]


def test_a_type_that_nobody_described_makes_a_card() -> None:
    assert picture("multistage", {"result": {"deep": [1]}}).texts[1] == "result"


def test_a_long_text_is_broken_into_lines_that_fit() -> None:
    drawn = picture("datacollection", {"fields": {"note": "word " * 200 + "x" * 500}})
    for one in drawn.root.iter(f"{SVG}text"):
        assert float(one.attrib["x"]) + 13 * 0.6 * len(one.text or "") <= WIDTH + 1
