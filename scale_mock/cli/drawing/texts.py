"""Draws texts: named entities as highlights, and answers that have no place as a card."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from scale_mock.cli.drawing.shapes import attribute_lines, written
from scale_mock.cli.drawing.svg import (
    INK,
    MARGIN,
    PALE,
    WIDTH,
    Colours,
    Sheet,
    shortened,
    text_width,
    wrapped,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from scale_mock.cli.drawing.subject import Subject
    from scale_mock.cli.drawing.svg import Place

_SIZE = 15.0
_LETTER = _SIZE * 0.602
"""How wide every letter of a monospaced font is."""
_LEVEL = 13
_LINK = "#9ca3af"
_LINES_MAX = 120


def draw_entities(subject: Subject, title: str) -> Sheet:
    """Draws the text with its spans highlighted, their labels below and relationships above."""
    response = subject.response
    text = str(subject.params.get("text", ""))
    spans = sorted(response["annotations"], key=lambda one: (one["start"], -one["end"]))
    colours = Colours()
    levels = _levels(spans)
    related = bool(response.get("relationships"))
    pitch = _SIZE * 1.6 + _LEVEL * (max(levels, default=0) + 1) + 22 * related
    sheet = Sheet(title, [f"{len(spans)} spans in {len(text)} characters"])
    answers = attribute_lines(response.get("global_attributes"))
    if answers:
        sheet.paragraph("Global attributes: " + "; ".join(answers))
    lines = list(_lines(text))
    top = sheet.bottom + pitch * 0.6
    paper = pitch * len(lines) + MARGIN
    sheet.rectangle(
        (MARGIN, sheet.bottom), (WIDTH - 2 * MARGIN, paper), fill="#ffffff", stroke="#9ca3af"
    )
    ends: dict[str, Place] = {}
    words: list[tuple[Place, str]] = []
    for row, (start, end) in enumerate(lines):
        base = top + row * pitch
        for span, level in zip(spans, levels, strict=True):
            first, last = max(span["start"], start), min(span["end"], end)
            if first < last:
                place = _mark(sheet, span, (first - start, last - start), base, level, colours)
                ends.setdefault(str(span.get("id")), place)
        for at, word in _words(text[start:end]):
            words.append(((2 * MARGIN + at * _LETTER, base), word))
    for one in response.get("relationships") or ():
        source, target = ends.get(str(one["source_ref"])), ends.get(str(one["target_ref"]))
        if source and target:
            _relate(sheet, source, target, str(one.get("name") or ""))
    for place, word in words:
        sheet.text(place, word, _SIZE, mono=True)
    sheet.bottom += paper
    return sheet


def _relate(sheet: Sheet, source: Place, target: Place, name: str) -> None:
    """Draws a relationship: up from its source, across between the lines, down to its target."""
    lane = min(source[1], target[1]) - 12
    sheet.shape([source, (source[0], lane), (target[0], lane)], closed=False, stroke=_LINK, width=1)
    sheet.arrow((target[0], lane), target, _LINK)
    width = text_width(name, 10) + 6
    middle = (source[0] + target[0]) / 2
    sheet.rectangle((middle - width / 2, lane - 7), (width, 13), fill="#ffffff")
    sheet.text((middle, lane + 3), name, 10, colour=PALE, anchor="middle")


def _levels(spans: Sequence[Mapping[str, Any]]) -> list[int]:
    """How deep below the text each span's label is, so that overlapping ones do not collide.

    Labels may be longer than what they are below, so they count as long as they are.
    """
    busy: list[float] = []
    levels = []
    for span in spans:
        long = max(span["end"] - span["start"], len(_said(span)) * 0.7 + 1)
        level = next((place for place, end in enumerate(busy) if end <= span["start"]), len(busy))
        busy[level : level + 1] = [span["start"] + long]
        levels.append(level)
    return levels


def _said(span: Mapping[str, Any]) -> str:
    attributes = ", ".join(attribute_lines(span.get("attributes")))
    return str(span.get("label", "")) + (f" ({attributes})" if attributes else "")


def _mark(
    sheet: Sheet,
    span: Mapping[str, Any],
    part: tuple[int, int],
    base: float,
    level: int,
    colours: Colours,
) -> Place:
    """Highlights the part of a span that lies in a line; returns where arrows meet it."""
    colour = colours.of(span.get("label", ""))
    left, width = 2 * MARGIN + part[0] * _LETTER, (part[1] - part[0]) * _LETTER
    sheet.rectangle((left, base - _SIZE), (width, _SIZE * 1.3), fill=colour, opacity=0.22, round_=3)
    below = base + _SIZE * 0.3 + level * _LEVEL
    sheet.shape([(left, below + 1), (left + width, below + 1)], closed=False, stroke=colour)
    sheet.text((left, below + 11), shortened(_said(span), 60), 9.5, colour=colour)
    return left + width / 2, base - _SIZE


def _lines(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each line of the text, broken between words where possible."""
    most = int((WIDTH - 4 * MARGIN) / _LETTER)
    at = 0
    for paragraph in text.split("\n"):
        end = at + len(paragraph)
        start = at
        while end - start > most:
            space = text.rfind(" ", start, start + most)
            cut = space + 1 if space > start else start + most
            yield start, cut
            start = cut
        yield start, end
        at = end + 1


def _words(line: str) -> Iterator[tuple[int, str]]:
    """The words of a line and where they start: fonts that differ a little stay in step."""
    at = 0
    for word in line.split(" "):
        if word:
            yield at, word
        at += len(word) + 1


def draw_card(subject: Subject, title: str) -> Sheet:
    """Draws questions and answers below each other."""
    response = subject.response
    sheet = Sheet(title, [])
    instruction = subject.task.get("instruction")
    if isinstance(instruction, str) and instruction:
        sheet.paragraph(shortened(instruction, 300), 13, INK)
    for shown in _shown(subject.params):
        sheet.paragraph(shortened(shown, 300))
    sheet.bottom += 10
    for name, lines in _rows(subject, response):
        _row(sheet, name, lines)
    return sheet


def _shown(params: Mapping[str, Any]) -> Iterator[str]:
    """What the labeler had to look at."""
    if isinstance(params.get("attachment"), str):
        yield params["attachment"]
    for one in (params.get("attachments") or ())[:6]:
        yield one if isinstance(one, str) else str(one.get("content", one))


def _rows(subject: Subject, response: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """Questions with the lines of their answers."""
    params = subject.params
    choices = params.get("categories") or params.get("choices")
    picked = response.get("category", response.get("choice"))
    if isinstance(choices, list) and picked is not None:
        chosen = picked if isinstance(picked, list) else [picked]
        for one in choices:
            yield ("●" if one in chosen else "○"), [written(one)]
        rest = {key: value for key, value in response.items() if key not in ("category", "choice")}
    else:
        rest = dict(response)
    titles = dict(_titles(params.get("fields")))
    for name, value in _flat(rest):
        yield titles.get(name, name), _answer(value)


def _titles(fields: object) -> Iterator[tuple[str, str]]:
    """What each field asks."""
    if isinstance(fields, dict):
        yield from ((name, str(asked)) for name, asked in fields.items())
    if isinstance(fields, list):
        for one in fields:
            if isinstance(one, dict) and "field_id" in one:
                yield str(one["field_id"]), str(one.get("title") or one["field_id"])


def _flat(response: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The answers: what a response groups under a common name is taken out of it."""
    for name, value in response.items():
        if name in ("annotations", "fields") and isinstance(value, dict):
            yield from value.items()
        else:
            yield name, value


def _answer(value: object) -> list[str]:
    if isinstance(value, list) and any(isinstance(one, dict | list) for one in value):
        return [written(one) for one in value] or ["-"]
    if isinstance(value, dict) and any(isinstance(one, dict | list) for one in value.values()):
        return json.dumps(value, indent=1, ensure_ascii=False).splitlines()
    return [written(value)]


def _row(sheet: Sheet, name: str, lines: Iterable[str]) -> None:
    left = 0.0 if name in ("●", "○") else 260.0
    size = 13.0
    asked = wrapped(name, size, 240) if left else [name]
    answered = [part for line in lines for part in wrapped(line, size, WIDTH - 3 * MARGIN - left)]
    if len(answered) > _LINES_MAX:
        answered = [*answered[:_LINES_MAX], f"… {len(answered) - _LINES_MAX} more lines"]
    height = max(len(asked), len(answered)) * size * 1.45 + 12
    top = sheet.bottom
    sheet.rectangle(
        (MARGIN, top), (WIDTH - 2 * MARGIN, height), fill="#ffffff", stroke="#d1d5db", width=1
    )
    for row, line in enumerate(asked):
        sheet.text((MARGIN + 10, top + 19 + row * size * 1.45), line, size, colour=PALE)
    start = MARGIN + (left or text_width(name, size) + 16) + 10
    for row, line in enumerate(answered):
        sheet.text((start, top + 19 + row * size * 1.45), line, size)
    sheet.bottom = top + height + 4
