"""Owns the peers that answer inside this process: ``responses`` and moto's ``mock_aws``.

They come with the extra ``bench`` and are imported when they are first used, so that the subjects
without peers run without them. Servers are peers in :mod:`tests.bench.servers`.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from tests.bench.samples import IMAGE

if TYPE_CHECKING:
    from collections.abc import Callable

    from scaleapi import ScaleClient

CANNED_URL = "https://api.scale.com"


def sdk(key: str, url: str) -> ScaleClient:
    """The official SDK's client for an address."""
    import scaleapi

    return scaleapi.ScaleClient(key, api_instance_url=f"{url}/v1")


def with_responses(canned: bytes, run: Callable[[ScaleClient], float]) -> float:
    """Runs something while ``responses`` answers the SDK with canned bytes."""
    import responses

    read = re.compile(re.escape(f"{CANNED_URL}/v1/task/") + r"\w{24}")
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        for method, url in (("GET", read), ("POST", f"{CANNED_URL}/v1/task/imageannotation")):
            mock.add(method, url, body=canned, content_type="application/json")
        return run(sdk("live_bench", CANNED_URL))


def with_moto(run: Callable[[Callable[[], object], Callable[[], object]], float]) -> float:
    """Runs something with a get and a put of S3 through boto3 while ``mock_aws`` is on.

    Only then: it patches ``requests`` too, for whoever else is measured.
    """
    import boto3  # type: ignore[import-untyped]  # it ships no types
    from moto import mock_aws

    body = json.dumps(IMAGE).encode()
    numbers = iter(range(10**9))
    with mock_aws():
        s3 = boto3.client(
            "s3", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
        )
        s3.create_bucket(Bucket="bench")
        s3.put_object(Bucket="bench", Key="task", Body=body)

        def get() -> object:
            return s3.get_object(Bucket="bench", Key="task")["Body"].read()

        def put() -> object:
            return s3.put_object(Bucket="bench", Key=f"task-{next(numbers)}", Body=body)

        return run(get, put)
