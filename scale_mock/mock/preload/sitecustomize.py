"""Points the official SDK of any Python program at the server that ``SCALE_MOCK_URL`` names.

Python runs a ``sitecustomize`` that it finds on ``PYTHONPATH`` before the program. It imports the
standard library only, since the program's Python may not have scale_mock, and another
``sitecustomize`` further down the path still gets its turn.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import Any

URL = os.environ.get("SCALE_MOCK_URL", "").rstrip("/")
HOSTS = ("api.scale.com", "api.scaleapi.com", "api.scale.ai")


class Pointer:
    """Waits for the SDK to be imported, and points it then; in ``sys.meta_path`` until that."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The SDK's own spec, with a loader that points what it has loaded."""
        if name != "scaleapi":
            return None
        from importlib.util import find_spec

        sys.meta_path.remove(self)
        spec = find_spec(name)
        if spec is not None and spec.loader is not None:
            load = spec.loader.exec_module

            def load_and_point(module: ModuleType) -> None:
                load(module)
                point()

            spec.loader.exec_module = load_and_point  # type: ignore[method-assign]
        return spec


def point() -> None:
    """Has clients that are made from now on send to ``URL`` what they would send to Scale."""
    from scaleapi.api import Api
    from scaleapi.api_client.v2.configuration import Configuration

    make_api, make_configuration = Api.__init__, Configuration.__init__

    def init_api(self: Any, *args: Any, **kwargs: Any) -> None:
        make_api(self, *args, **kwargs)
        if is_scale(self.base_api_url):
            self.base_api_url = URL + "/v1"

    def init_configuration(self: Any, host: Any = None, *args: Any, **kwargs: Any) -> None:
        make_configuration(self, URL if host is None or is_scale(host) else host, *args, **kwargs)

    Api.__init__ = init_api
    Configuration.__init__ = init_configuration


def is_scale(url: str) -> bool:
    """Whether an address is one of Scale's API."""
    from urllib.parse import urlsplit

    return urlsplit(url).hostname in HOSTS


def run_next() -> None:
    """Runs the ``sitecustomize`` that Python would have found without this one."""
    from importlib.machinery import PathFinder
    from importlib.util import module_from_spec

    here = os.path.dirname(os.path.abspath(__file__))
    rest = [place for place in sys.path if os.path.abspath(place or ".") != here]
    spec = PathFinder.find_spec("sitecustomize", rest)
    if spec is not None and spec.loader is not None:
        module = sys.modules["sitecustomize"] = module_from_spec(spec)
        spec.loader.exec_module(module)


if URL:
    sys.meta_path.insert(0, Pointer())
run_next()
