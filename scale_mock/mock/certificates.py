"""The certificate authority of this process, and the certificate that its https servers show.

Both are made once, when the first https server starts, so that a test run pays for them once. The
files lie in a folder of their own, which goes when the process does.
"""

from __future__ import annotations

import atexit
import shutil
import ssl
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from scale_mock.config.routes import CA_ROUTE
from scale_mock.errors import MissingDependency

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import ModuleType
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

LOOPBACK = ("localhost", "127.0.0.1", "::1")
SCALE = ("api.scale.com", "api.scaleapi.com", "api.scale.ai")
"""Scale's own API hosts, for whoever sends their traffic here by name."""
WILDCARDS = frozenset({"0.0.0.0", "::", ""})

_lock = threading.Lock()


class Authority:
    """A certificate authority made for one process.

    Attributes:
        ca_file: The authority's certificate as PEM: what a client is told to trust.

    Raises:
        MissingDependency: ``trustme`` is not installed.
    """

    _of_process: Authority | None = None

    def __init__(self) -> None:
        self._ca = _trustme().CA(organization_name="scale_mock")
        self.ca_file = Path(tempfile.mkdtemp(prefix="scale-mock-")) / "ca.pem"
        atexit.register(self.remove_files)
        self._ca.cert_pem.write_to_path(str(self.ca_file))
        self._contexts: dict[tuple[str, ...], ssl.SSLContext] = {}

    @classmethod
    def of_process(cls) -> Authority:
        """The one of this process, made on first use."""
        with _lock:
            if cls._of_process is None:
                cls._of_process = cls()
            return cls._of_process

    def remove_files(self) -> None:
        """Takes the files away; for processes that end without Python's own end."""
        shutil.rmtree(self.ca_file.parent, ignore_errors=True)

    def context_for(self, host: str) -> ssl.SSLContext:
        """What a server that listens on a host shows its clients.

        Args:
            host: The host name or address to listen on. The certificate also names this machine's
                loopback addresses and Scale's own API hosts.
        """
        names = tuple(dict.fromkeys((*LOOPBACK, *_named(host), *SCALE)))
        with _lock:
            if names not in self._contexts:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.set_alpn_protocols(["http/1.1"])
                self._ca.issue_cert(*names).configure_cert(context)
                self._contexts[names] = context
            return self._contexts[names]


def with_authority(app: WSGIApplication, ca_file: Path) -> WSGIApplication:
    """An application that also hands out the authority's certificate, at :data:`CA_ROUTE`."""
    pem = ca_file.read_bytes()
    headers = [
        ("Content-Type", "application/x-pem-file"),
        ("Content-Length", str(len(pem))),
        ("X-Scale-Mock-Ca-File", str(ca_file)),
    ]

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] != CA_ROUTE or environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
            return app(environ, start_response)
        start_response("200 OK", list(headers))
        return [pem]

    return answer


def _named(host: str) -> tuple[str, ...]:
    """The name that clients use for what a server listens on; none for every address."""
    return () if host in WILDCARDS else (host,)


def _trustme() -> ModuleType:
    try:
        import trustme
    except ImportError as error:
        raise MissingDependency(
            "https needs trustme, which makes the certificates. It comes with the extra: "
            "pip install 'scale-mock[https]'."
        ) from error
    return trustme
