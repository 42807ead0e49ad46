"""The doors as one WSGI application: Scale's v1 API, the control API, the built-in receiver."""

from __future__ import annotations

from scale_mock.api.app import App

__all__ = ["App"]
