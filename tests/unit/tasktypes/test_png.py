"""PNG files as another reader sees them."""

from __future__ import annotations

from typing import Literal

import pytest

from scale_mock.domain.images import image_size
from scale_mock.tasktypes.png import png
from tests.unit.tasktypes.pictures import read_png


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_what_is_written_can_be_read(channels: Literal[1, 3, 4]) -> None:
    first, second = bytes(range(1, 1 + 5 * channels)), bytes(5 * channels)
    content = png(5, 6, [(first, 1), (second, 3), (first, 2)], channels=channels)
    picture = read_png(content)
    assert picture[:3] == (5, 6, channels)
    assert picture.rows == [first, second, second, second, first, first]
    assert image_size(content) == (5, 6)


def test_equal_rows_take_next_to_no_room() -> None:
    assert len(png(2000, 2000, [(bytes(range(250)) * 8, 2000)], channels=1)) < 30_000


def test_one_pixel() -> None:
    assert read_png(png(1, 1, [(b"\x07", 1)], channels=1)).pixels == [b"\x07"]
