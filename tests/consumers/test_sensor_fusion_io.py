"""scale-sensor-fusion-io, Scale's own reader and writer of scenes, opens what a task answered.

Its release 0.5.4 does not read all that its own specification has: see ``UNREAD`` and
``UNCONVERTED``. It knows nothing of JSON; a scene's address with ``.sfs`` at its end gives the
container that it opens.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from scaleapi.tasks import TaskType

from tests.consumers.platform import quietly

if TYPE_CHECKING:
    from pathlib import Path

    from tests.consumers.platform import Platform

loaders = quietly("scale_sensor_fusion_io.loaders")
converters = quietly("scale_sensor_fusion_io.model_converters.sfs")
validation = quietly("scale_sensor_fusion_io.validation")
spec = quietly("scale_sensor_fusion_io.spec.sfs.types")
container = quietly("scale_json_binary")
numpy = quietly("numpy")

UNREAD = ["polyline_2d"]
"""Its class lacks the decorator that makes it one of data, so nothing fits it."""
UNCONVERTED = ["point_2d", "polygon", "point", "point_topdown", "link"]
"""Read as the specification has them; the model has no class for them."""
CONVERTED = [
    "cuboid",
    "box_2d",
    "polygon_2d",
    "polyline",
    "polygon_topdown",
    "event",
    "point_segmentation",
    "object",
    "attributes",
    "localization_adjustment",
]


def labeled(platform: Platform, *definitions: dict[str, Any], **more: Any) -> tuple[Any, bytes]:
    """A scene as JSON and in its container."""
    platform.client.create_project("fusion", TaskType.SensorFusion)
    task = platform.label(
        TaskType.SensorFusion,
        project="fusion",
        instruction="Annotate",
        attachments=["https://scenes.example.test/1.sfs"],
        scene_format="sensor_fusion",
        annotation_definition=list(definitions),
        callback_url="https://hooks.example.test/fusion",
        **{"is_frameless": False, **more},
    )
    url = task["response"]["annotations"]["url"]
    assert url.endswith(".json")
    packed = platform.fetch(url.removesuffix(".json") + ".sfs")
    return platform.fetch(url).json(), packed.content


def define(*kinds: str) -> list[dict[str, Any]]:
    return [{"type": kind, "label": f"a {kind}"} for kind in kinds]


def plain(value: Any) -> Any:
    """Arrays as lists."""
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    return value.tolist() if isinstance(value, numpy.ndarray) else value


def test_container_holds_the_same_scene(platform: Platform) -> None:
    given, packed = labeled(platform, *define(*CONVERTED, *UNCONVERTED, *UNREAD))
    raw = container.loads(packed)
    points = [one for one in raw["annotations"] if one["type"] == "point_segmentation"]
    assert points
    assert {one["point_ids"].dtype.name for shape in points for one in shape["labeled_points"]} == {
        "uint32"
    }
    assert plain(raw) == given
    # Written again by the library that defines the container, it is the same container.
    assert plain(container.loads(container.dumps(raw))) == given


@pytest.mark.parametrize("is_frameless", [False, True])
def test_scene_is_valid_and_survives_the_model(
    platform: Platform, tmp_path: Path, is_frameless: bool
) -> None:
    given, packed = labeled(platform, *define(*CONVERTED), is_frameless=is_frameless)
    file = tmp_path / "scene.sfs"
    file.write_bytes(packed)
    read = loaders.SFSLoader(str(file)).load_as_sfs()
    assert {one.type for one in read.annotations} == set(CONVERTED)
    assert [one.id for one in read.annotations] == [one["id"] for one in given["annotations"]]

    scene = loaders.SFSLoader(str(file)).load()
    assert validation.validate_scene(scene) is None
    assert validation.parse_and_validate_scene(container.loads(packed)).success
    assert validation.parse_and_validate_scene(given).success
    assert len(scene.annotations) == len(given["annotations"])

    # The model turns coordinates around and back again; what is written is what was read.
    written = container.loads(container.dumps(converters.to_scene_spec_sfs(scene)))
    again = loaders.SFSLoader.load_from_bytes(container.dumps(written))
    for before, after in zip(read.annotations, again.annotations, strict=True):
        assert (after.id, after.type) == (before.id, before.type)
        if before.type == "cuboid":
            assert after.path.timestamps == before.path.timestamps
            assert numpy.allclose(after.path.values, before.path.values)


@pytest.mark.parametrize("kind", UNCONVERTED)
def test_rest_is_read_as_specified(platform: Platform, kind: str) -> None:
    # A link needs two things that it may link.
    _, packed = labeled(platform, *define("box_2d", "event", kind))
    read = loaders.SFSLoader.load_from_bytes(packed)
    (found,) = [one for one in read.annotations if one.type == kind]
    assert found.label == f"a {kind}"
    if kind == "link":
        assert {found.from_id, found.to_id} <= {one.id for one in read.annotations}


def test_things_drive_the_way_that_the_reader_turns_them(platform: Platform) -> None:
    """The reader's matrix has the length and direction of a cuboid in its first column."""
    _, packed = labeled(platform, {"type": "cuboid", "labels": ["car", "truck"]})
    scene = converters.from_scene_spec_sfs(loaders.SFSLoader.load_from_bytes(packed))
    moved = 0
    for cuboid in scene.annotations:
        path = cuboid.path
        assert cuboid.stationary is (len(path) == 1) or len(path) == 1
        matrices = path.as_matrix()
        assert numpy.linalg.norm(matrices[:, :3, 0], axis=1) == pytest.approx(path["dx"].values)
        assert (path["dx"] > path["dy"]).all()
        for before, after in pairwise(matrices):
            way = after[:2, 3] - before[:2, 3]
            if numpy.linalg.norm(way) < 0.05:
                continue
            ahead = before[:2, 0] / numpy.linalg.norm(before[:2, 0])
            assert way @ ahead > 0.9 * numpy.linalg.norm(way)
            moved += 1
    assert moved


def test_attributes_are_paths(platform: Platform) -> None:
    definition = {
        "type": "cuboid",
        "labels": ["car"],
        "annotation_attributes": {
            "moving": {"choices": ["yes", "no"]},
            "near": {"type": "linked", "allowed_labels": ["car"]},
            "seats": {"type": "number", "min": 1, "max": 7},
        },
    }
    _, packed = labeled(platform, definition)
    scene = converters.from_scene_spec_sfs(loaders.SFSLoader.load_from_bytes(packed))
    ids = {one.id for one in scene.annotations}
    for cuboid in scene.annotations:
        values = {path.name: path.values[0] for path in cuboid.attributes}
        assert values["moving"] in {"yes", "no"}
        assert values["seats"] in range(1, 8)
        if len(ids) > 1:
            assert values["near"] in ids - {cuboid.id}
        for path in cuboid.attributes:
            assert path.static
            assert set(path.timestamps) <= set(cuboid.path.index.tolist())
