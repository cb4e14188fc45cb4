"""An HTTP receiver for what channels are told."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Receiver(ThreadingHTTPServer):
    """An HTTP receiver that answers `status`, with these headers, once `answers` is set; it keeps what it got."""

    daemon_threads = True

    def __init__(self, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status, self.headers, self.answers = status, headers or {}, threading.Event()
        self.answers.set()
        self.got: list[tuple[Mapping[str, str], dict[str, Any]]] = []
        self.raw: list[bytes] = []
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self) -> str:
        """The address for Apprise, which waits a second for an answer."""
        return f"json://127.0.0.1:{self.server_port}/hook?rto=1&cto=1"

    @property
    def hook(self) -> str:
        """The address of a webhook."""
        return f"webhook://127.0.0.1:{self.server_port}/hook"


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.raw.append(body)
        self.server.got.append(({name.lower(): value for name, value in self.headers.items()}, json.loads(body)))
        self.server.answers.wait(10)
        self.send_response(self.server.status)
        for name, value in {"Content-Length": "0", **self.server.headers}.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Silent."""


@contextmanager
def receiving(status: int = 200, headers: Mapping[str, str] | None = None) -> Iterator[Receiver]:
    """A receiver for a while."""
    server = Receiver(status, headers)
    try:
        yield server
    finally:
        server.answers.set()
        server.shutdown()
        server.server_close()
