"""Keys to worlds: which simulation a request belongs to, and who may open one."""

from __future__ import annotations

from scale_mock.registry.keys import ParsedKey, parse_key, redact
from scale_mock.registry.registry import Registry

__all__ = ["ParsedKey", "Registry", "parse_key", "redact"]
