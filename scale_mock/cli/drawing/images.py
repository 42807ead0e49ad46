"""Draws what lies on pages: images, one frame of a video, documents, and cameras' images."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scale_mock.cli.drawing.page import (
    Extent,
    extent_of,
    guessed_size,
    place_page,
    told_size,
)
from scale_mock.cli.drawing.shapes import (
    attribute_lines,
    between,
    draw_annotations,
    middle_of,
    places_of,
)
from scale_mock.cli.drawing.subject import DrawingError
from scale_mock.cli.drawing.svg import (
    MARGIN,
    PALE,
    Colours,
    Sheet,
    number,
    shortened,
    text_width,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from scale_mock.cli.drawing.page import View
    from scale_mock.cli.drawing.subject import Subject
    from scale_mock.cli.drawing.svg import Place

_PAGES = ((1275, 1650), (1700, 2200), (2550, 3300))
"""Letter at 150, 200 and 300 dots per inch."""


def draw_image(subject: Subject, title: str) -> Sheet:
    """Draws the annotations of an image; a legacy line has vertices as a polygon does."""
    response = subject.response
    annotations = annotations_of(subject, response)
    usual = "line" if subject.type == "lineannotation" else "polygon"
    size, how = _size(subject, annotations)
    sheet = Sheet(title, [f"{_pixels(size)} {how}", *_overall(response)])
    view = place_page(sheet, size, _extent(annotations))
    draw_annotations(
        sheet, view, annotations, Colours(), links=response.get("links") or (), usual=usual
    )
    return sheet


def annotations_of(subject: Subject, response: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The annotations of a response, or of the file that it names."""
    annotations = response["annotations"]
    if isinstance(annotations, dict) and isinstance(annotations.get("url"), str):
        annotations = subject.json(annotations["url"])
        if isinstance(annotations, dict):
            annotations = annotations["annotations"]
    return list(annotations)


def draw_frames(subject: Subject, title: str) -> Sheet:
    """Draws one frame of a video whose file lists frames, with the ways that things go."""
    frames = subject.json(subject.response["annotations"]["url"])
    if isinstance(frames, dict):
        return _draw_tracks(subject, title, frames.get("annotations", frames))
    chosen = subject.pick(len(frames))
    frame = frames[chosen]
    ways: dict[str, list[Place]] = {}
    for each in frames:
        for one in each["annotations"]:
            ways.setdefault(str(one.get("uuid")), []).append(middle_of(places_of(one)))
    lines = [f"Frame {chosen} of 0 to {len(frames) - 1}", *_overall(frame), *_events(subject)]
    every = [one for each in frames for one in each["annotations"]]
    return _draw_moment(
        subject, title, lines, every, frame["annotations"], ways, frame.get("links")
    )


def _draw_tracks(subject: Subject, title: str, tracks: Mapping[str, Any]) -> Sheet:
    keys = sorted({one["key"] for track in tracks.values() for one in track["frames"]})
    chosen = subject.pick(len(keys))
    ways: dict[str, list[Place]] = {}
    every, shown = [], []
    seconds: float | None = None
    for uuid, track in tracks.items():
        for one in track["frames"]:
            annotation = {"uuid": uuid, "type": track.get("geometry"), **one}
            if "label" in track:
                annotation["label"] = track["label"]
            every.append(annotation)
            ways.setdefault(uuid, []).append(middle_of(places_of(annotation)))
            if one["key"] == keys[chosen]:
                shown.append(annotation)
                seconds = one.get("timestamp")
    at = f", {number(seconds)} s" if seconds is not None else ""
    where = f"Frame {chosen} of 0 to {len(keys) - 1} (key {keys[chosen]}{at})"
    return _draw_moment(subject, title, [where, *_events(subject)], every, shown, ways, None)


def _draw_moment(
    subject: Subject,
    title: str,
    lines: Iterable[str],
    every: Sequence[dict[str, Any]],
    shown: Sequence[dict[str, Any]],
    ways: Mapping[str, list[Place]],
    links: Iterable[Mapping[str, Any]] | None,
) -> Sheet:
    size, how = _size(subject, every)
    sheet = Sheet(title, [*lines, f"{_pixels(size)} {how}; dotted: the way of each object"])
    view = place_page(sheet, size, _extent(every))
    colours = Colours()
    # Every label keeps its colour from frame to frame.
    of = {str(one.get("uuid")): colours.of(one.get("label", "")) for one in every}
    for uuid, way in ways.items():
        if len(way) > 1:
            sheet.shape(
                [view.at(*place) for place in way],
                closed=False,
                stroke=of[uuid],
                width=1,
                dashes="1 4",
            )
    draw_annotations(sheet, view, shown, colours, links=links or ())
    return sheet


def _events(subject: Subject) -> list[str]:
    events = subject.response.get("events")
    if not isinstance(events, dict) or "url" not in events:
        return []
    listed = subject.json(events["url"])["events"]
    said = []
    for one in listed[:12]:
        span = number(one["startTime"])
        if "endTime" in one:
            span += f" to {number(one['endTime'])}"
        more = ", ".join(attribute_lines(one.get("attributes")))
        said.append(f"{one['label']} at {span} s" + (f" ({more})" if more else ""))
    more_text = f" and {len(listed) - 12} more" if len(listed) > 12 else ""
    return ["Events: " + ("; ".join(said) or "none") + more_text]


def draw_cameras(subject: Subject, title: str) -> Sheet:
    """Draws the shapes that cameras see in one frame, a page per camera."""
    frames = subject.json(subject.response["annotations"]["url"])
    chosen = subject.pick(len(frames))
    cameras = frames[chosen]["camera_responses"]
    every = [
        one
        for frame in frames
        for camera in frame["camera_responses"]
        for one in camera["annotations"]
    ]
    size = guessed_size(_extent(every))
    lines = [f"Frame {chosen} of 0 to {len(frames) - 1}, {len(cameras)} cameras see something"]
    sheet = Sheet(title, [*lines, *_overall(subject.response), f"{_pixels(size)} (guessed)"])
    colours = Colours()
    for one in every:
        colours.of(one["label"])
    columns = 1 if len(cameras) < 2 else 2
    top = sheet.bottom
    for place, camera in enumerate(cameras):
        column = place % columns
        if column == 0:
            top = sheet.bottom + 22
        sheet.text(
            (MARGIN + column * 490, top - 6), f"Camera {camera['camera_used']}", 12, bold=True
        )
        view = place_page(sheet, size, column=(column, columns), top=top)
        draw_annotations(sheet, view, camera["annotations"], colours, key="cuboid_uuid")
    return sheet


def draw_document(subject: Subject, title: str) -> Sheet:
    """Draws the pages of a document with their boxes and texts."""
    response = subject.response
    annotations = response["annotations"]
    pages = _pages(subject, annotations)
    numbers = range(len(pages)) if subject.frame is None else [subject.pick(len(pages), "page")]
    sheet = Sheet(title, [f"{len(pages)} page{'s' * (len(pages) != 1)}", *_overall(response)])
    colours = Colours()
    for page in numbers:
        size, how = pages[page]
        sheet.paragraph(f"Page {page}: {_pixels(size)} {how}")
        sheet.bottom += 8
        here = [one for one in annotations if one.get("page", 0) == page]
        seen = extent_of(place for one in here for place in places_of(one["location"]))
        _draw_page(sheet, place_page(sheet, size, seen), here, colours)
    return sheet


def _draw_page(
    sheet: Sheet, view: View, annotations: Sequence[dict[str, Any]], colours: Colours
) -> None:
    shapes: dict[str, list[Place]] = {}
    for one in annotations:
        places = [view.at(*place) for place in places_of(one["location"])]
        colour = colours.of(one["label"])
        sheet.shape(places, closed=True, fill=colour, opacity=0.1, stroke=colour, width=1)
        shapes[str(one.get("uuid"))] = places
        left, right = min(x for x, _ in places), max(x for x, _ in places)
        top, bottom = min(y for _, y in places), max(y for _, y in places)
        text = shortened(str(one.get("text") or ""), 200)
        if text:
            size = min((bottom - top) * 0.72, (right - left) / text_width(text, 1))
            sheet.text((left + 1, (top + bottom) / 2 + size * 0.36), text, max(size, 1))
        sheet.text((left, top - 1.5), shortened(one["label"], 60), 8, colour=colour)
    for one in annotations:
        for ref in one.get("refs") or ():
            if ref in shapes:
                sheet.arrow(*between(shapes[str(one.get("uuid"))], shapes[ref]), PALE)


def _pages(subject: Subject, annotations: Iterable[dict[str, Any]]) -> list[tuple[Place, str]]:
    """The size of each page, and how it is known."""
    listed = subject.task.get("document_pages")
    if isinstance(listed, list) and listed:
        return [((float(one["width"]), float(one["height"])), "(document_pages)") for one in listed]
    places: dict[int, list[Place]] = {}
    for one in annotations:
        places.setdefault(one.get("page", 0), []).extend(places_of(one["location"]))
    told = told_size(subject.metadata)
    if told:
        return [(told, "(metadata)") for _ in range(max(places, default=0) + 1)]
    pages = []
    for page in range(max(places, default=0) + 1):
        extent = extent_of(places.get(page, [])) or Extent(0, 0, 1, 1)
        fitting = [size for size in _PAGES if extent.right <= size[0] and extent.bottom <= size[1]]
        size = fitting[0] if fitting else (extent.right * 1.02, extent.bottom * 1.02)
        pages.append(((float(size[0]), float(size[1])), "(guessed)"))
    return pages


def _size(subject: Subject, annotations: Iterable[dict[str, Any]]) -> tuple[Place, str]:
    """The size of the image, and how it is known."""
    told = told_size(subject.metadata)
    if told:
        return told, "(metadata)"
    params = subject.params
    both = params.get("padding", 0)
    padding = params.get("paddingX", both), params.get("paddingY", both)
    guessed = guessed_size(_extent(annotations), padding)
    if not all(guessed):
        raise DrawingError("The labels have no extent, so there is no page to draw them on.")
    return guessed, "(guessed: the metadata do not tell)"


def _extent(annotations: Iterable[dict[str, Any]]) -> Extent | None:
    return extent_of(place for one in annotations for place in places_of(one))


def _pixels(size: Place) -> str:
    return f"{number(size[0])} x {number(size[1])} pixels"


def _overall(response: Mapping[str, Any]) -> list[str]:
    answers = attribute_lines(response.get("global_attributes"))
    return ["Global attributes: " + "; ".join(answers)] if answers else []
