"""The params that every task type has: where they end up, and their checks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scale_mock.domain.documents import encode
from scale_mock.domain.fields import METADATA_BYTES_MAX
from scale_mock.tasktypes.checks import Fault
from scale_mock.tasktypes.schemas import common_check

if TYPE_CHECKING:
    from collections.abc import Mapping


def check_common(body: Mapping[str, Any]) -> None:
    """Checks the fields that every type has.

    Args:
        body: A create body; other fields in it are not looked at.

    Raises:
        Fault: One does not fit.
    """
    common_check()(body)
    metadata = body.get("metadata")
    if metadata:
        size = len(encode(metadata))
        if size > METADATA_BYTES_MAX:
            raise Fault(
                f"must not be larger than 10 KB: it has {size} bytes as JSON, "
                f"{METADATA_BYTES_MAX} are allowed",
                "metadata",
            )
