"""OpenAPI 3.1 of what is implemented, made from the operations table and the schemas."""

from __future__ import annotations

from scale_mock.api.openapi.document import APIS, document

__all__ = ["APIS", "document"]
