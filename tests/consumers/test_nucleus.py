"""scale-nucleus, Scale's own dataset service, takes what tasks answered as its annotations.

Its annotations hold the geometry of the platform's, one level down; boxes have ``x`` and ``y``
instead of ``left`` and ``top``.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

from scaleapi.tasks import TaskType

from tests.consumers.platform import quietly

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.consumers.platform import Platform

nucleus = quietly("nucleus")
annotation_types = quietly("nucleus.annotation")
constructor = quietly("nucleus.payload_constructor")
numpy = quietly("numpy")
pillow = quietly("PIL.Image")

SIZE = (1280, 720)
METADATA = {"width": SIZE[0], "height": SIZE[1]}


def read(shape: Mapping[str, Any], reference: str) -> Any:
    """An annotation of the platform's as Nucleus' reader makes it."""
    geometry = dict(shape)
    if shape["type"] == "box":
        geometry |= {"x": shape["left"], "y": shape["top"]}
    if shape["type"] == "point":
        point = {"x": shape["x"], "y": shape["y"], "visible": True}
        geometry = {"keypoints": [point], "names": [shape["label"]]}
    return annotation_types.Annotation.from_json(
        {
            "type": "keypoints" if shape["type"] == "point" else shape["type"],
            "label": shape["label"],
            "geometry": geometry,
            "reference_id": reference,
            "annotation_id": shape["uuid"],
            "track_reference_id": shape["uuid"],
            "metadata": shape.get("attributes", {}),
        }
    )


def again(annotation: Any) -> Any:
    """The annotation after Nucleus wrote it for upload and read it."""
    payload = annotation.to_payload()
    assert annotation.to_json()
    return type(annotation).from_json(payload)


def test_shapes_of_an_image_become_annotations(platform: Platform) -> None:
    names = {
        "box": ["car", "truck"],
        "polygon": ["puddle"],
        "line": ["lane"],
        "point": ["headlight"],
    }
    task = platform.label(
        TaskType.ImageAnnotation,
        attachment="https://img.example.test/1.jpg",
        geometries={kind: {"objects_to_annotate": labels} for kind, labels in names.items()},
        annotation_attributes={
            "moving": {
                "choices": ["yes", "no"],
                "conditions": {"label_condition": {"label": ["car", "truck"]}},
            }
        },
        metadata=METADATA,
    )
    shapes = task["response"]["annotations"]
    found = [read(shape, task["task_id"]) for shape in shapes]
    assert [again(one) for one in found] == found

    listed = nucleus.annotation.AnnotationList()
    listed.add_annotations(found)
    assert len(listed) == len(shapes)
    assert listed.segmentation_annotations == []
    for kind, held in (
        ("box", listed.box_annotations),
        ("polygon", listed.polygon_annotations),
        ("line", listed.line_annotations),
        ("point", listed.keypoints_annotations),
    ):
        assert {one.label for one in held} == set(names[kind])
    for box in listed.box_annotations:
        assert 0 <= box.x < box.x + box.width <= SIZE[0]
        assert 0 <= box.y < box.y + box.height <= SIZE[1]
        assert box.metadata["moving"] in {"yes", "no"}
    for shape in (*listed.polygon_annotations, *listed.line_annotations):
        assert all(0 <= point.x <= SIZE[0] and 0 <= point.y <= SIZE[1] for point in shape.vertices)
    assert all(len(polygon.vertices) >= 3 for polygon in listed.polygon_annotations)

    sent = constructor.construct_annotation_payload(found, update=False, trained_slice_id=None)
    assert [one["annotation_id"] for one in sent["annotations"]] == [one["uuid"] for one in shapes]


def test_indexed_image_is_a_mask(platform: Platform) -> None:
    task = platform.label(
        TaskType.SegmentAnnotation,
        attachment="https://img.example.test/1.png",
        labels=["road", "sky", {"choice": "car", "instance_label": True}],
        metadata={"width": 320, "height": 200},
    )
    response = task["response"]
    segments, counts = [], {}
    for label, mapped in response["labelMapping"].items():
        for one in mapped if isinstance(mapped, list) else [mapped]:
            segments.append(nucleus.Segment.from_json({"label": label, **one}))
            counts[one["index"]] = one["numPixels"]
    mask = nucleus.SegmentationAnnotation(
        mask_url=response["annotations"]["combined"]["indexedImage"],
        annotations=segments,
        reference_id=task["task_id"],
    )
    annotation_types.check_all_mask_paths_remote([mask])
    assert not mask.has_local_files_to_upload()
    assert again(mask) == mask
    assert {one.label for one in segments} == {"road", "sky", "car"}

    # What Nucleus expects of a mask file: PNG, height times width numbers of 8 bits.
    image = pillow.open(BytesIO(platform.fetch(mask.mask_url).content))
    assert (image.format, image.mode, image.size) == ("PNG", "L", (320, 200))
    values, numbers = numpy.unique(numpy.asarray(image), return_counts=True)
    seen = dict(zip(values.tolist(), numbers.tolist(), strict=True))
    assert seen == {index: count for index, count in counts.items() if count}


def test_tracks_of_a_video_keep_their_reference(platform: Platform) -> None:
    task = platform.label(
        TaskType.VideoAnnotation,
        attachment_type="image",
        attachments=[f"https://img.example.test/{frame}.jpg" for frame in range(12)],
        geometries={"box": {"objects_to_annotate": ["car"]}},
        metadata=METADATA,
    )
    frames = platform.fetch(task["response"]["annotations"]["url"]).json()
    assert len(frames) == 12
    tracks: dict[str, list[Any]] = {}
    for number, frame in enumerate(frames):
        for shape in frame["annotations"]:
            box = read(shape, f"frame-{number}")
            assert again(box) == box
            tracks.setdefault(box.track_reference_id, []).append(box)
    assert tracks
    for boxes in tracks.values():
        assert {box.label for box in boxes} == {"car"}
        assert len({box.reference_id for box in boxes}) == len(boxes)


def test_frames_of_a_playback_are_boxes_as_they_are(platform: Platform) -> None:
    task = platform.label(
        TaskType.VideoPlaybackAnnotation,
        attachment="https://vid.example.test/cam.mp4",
        geometries={"box": {"objects_to_annotate": ["person"]}},
        metadata=METADATA,
    )
    tracks = platform.fetch(task["response"]["annotations"]["url"]).json()["annotations"]
    assert tracks
    for uuid, track in tracks.items():
        for frame in track["frames"]:
            box = annotation_types.Annotation.from_json(
                {
                    "type": track["geometry"],
                    "label": track["label"],
                    "geometry": frame,
                    "reference_id": f"{task['task_id']}-{frame['key']}",
                    "track_reference_id": uuid,
                }
            )
            assert isinstance(box, nucleus.BoxAnnotation)
            assert (box.x, box.y) == (frame["left"], frame["top"])
            assert box.width > 0
            assert box.height > 0


def test_cuboids_are_cuboids_as_they_are(platform: Platform) -> None:
    task = platform.label(
        TaskType.LidarAnnotation,
        attachments=[f"https://pc.example.test/{frame}.json" for frame in range(5)],
        labels=["car", "pedestrian"],
    )
    frames = platform.fetch(task["response"]["annotations"]["url"]).json()
    sizes: dict[str, set[tuple[float, ...]]] = {}
    for number, frame in enumerate(frames):
        for given in frame["cuboids"]:
            cuboid = read({**given, "type": "cuboid"}, f"frame-{number}")
            assert isinstance(cuboid, nucleus.CuboidAnnotation)
            assert again(cuboid) == cuboid
            assert cuboid.position.to_list() == [given["position"][axis] for axis in "xyz"]
            assert min(cuboid.dimensions.to_list()) > 0
            assert cuboid.yaw == given["yaw"]
            sizes.setdefault(given["uuid"], set()).add(tuple(cuboid.dimensions.to_list()))
    assert sizes
    assert all(len(held) == 1 for held in sizes.values())


def test_shapes_that_cameras_see_are_boxes(platform: Platform) -> None:
    cuboids = platform.label(
        TaskType.LidarAnnotation,
        attachments=[f"https://pc.example.test/{frame}.json" for frame in range(5)],
        labels=["car"],
    )
    task = platform.label(
        TaskType.LidarLinking, lidar_task=cuboids["task_id"], annotation_type="annotation"
    )
    frames = platform.fetch(task["response"]["annotations"]["url"]).json()
    assert len(frames) == 5
    found = [
        read({**shape, "uuid": shape["cuboid_uuid"]}, f"frame-{number}-{view['camera_used']}")
        for number, frame in enumerate(frames)
        for view in frame["camera_responses"]
        for shape in view["annotations"]
    ]
    assert found
    assert all(isinstance(box, nucleus.BoxAnnotation) and box.label == "car" for box in found)
    assert [again(box) for box in found] == found


def test_a_category_is_a_category(platform: Platform) -> None:
    task = platform.label(
        TaskType.Categorization,
        attachment_type="image",
        attachment="https://img.example.test/1.jpg",
        categories=["day", "night"],
    )
    category = nucleus.CategoryAnnotation.from_json(
        {"label": task["response"]["category"], "reference_id": task["task_id"]}
    )
    assert category.label in {"day", "night"}
    assert again(category) == category
