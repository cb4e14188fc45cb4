"""The sample site: every outlet answers on 127.0.0.1 at a port of its own, as a real server does."""

import hashlib
import json
import socket
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from typing import Any, Self

from wirewatch.demo import pages, wires
from wirewatch.demo.sample import Outlet, SampleArticle, outlets, updated_at

REMEMBERED = ("host", "user-agent", "if-none-match", "if-modified-since")  # headers kept of each request


@dataclass(frozen=True, slots=True)
class Answer:
    """A document as it is now."""

    content_type: str
    body: bytes
    changed_at: datetime

    @property
    def etag(self) -> str:
        """A mark that changes with the body."""
        return f'"{hashlib.sha256(self.body).hexdigest()[:16]}"'


class SampleSite:
    """Serves the sample between `start` and `stop`, or as a context manager; everything follows from `now`, but the ports."""

    def __init__(self, now: datetime | None = None) -> None:
        self.now = (now or datetime.now(UTC)).astimezone(UTC).replace(microsecond=0)
        self.edited = False
        self.requests: list[tuple[str, dict[str, str]]] = []  # path with query, and some headers, in the order of coming
        self._servers: dict[str, _Server] = {}

    def start(self) -> None:
        """Listen, on free ports."""
        for outlet in outlets():
            server = _Server(self, outlet)
            self._servers[outlet.slug] = server
            server.thread.start()

    def stop(self) -> None:
        """Stop listening, and close what is open."""
        for server in self._servers.values():
            server.shutdown()
            server.server_close()
            server.thread.join()
        self._servers.clear()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def advance(self) -> None:
        """A moment later: edited articles show their second version, in the feeds and on their pages."""
        self.edited = True

    @property
    def url(self) -> str:
        """The first outlet's home page."""
        return self.base(outlets()[0]) + "/"

    def base(self, outlet: Outlet) -> str:
        """An outlet's address, without a closing slash."""
        return f"http://127.0.0.1:{self._servers[outlet.slug].server_port}"

    def article_url(self, article: SampleArticle) -> str:
        """The article's address, as its outlet's first feed announces it."""
        return self.base(next(outlet for outlet in outlets() if outlet.slug == article.outlet)) + article.path

    def feeds_yaml(self) -> str:
        """A feeds.yaml with every outlet as a source."""
        return "sources:\n" + "".join(self._source(outlet) for outlet in outlets())

    def _source(self, outlet: Outlet) -> str:
        base = self.base(outlet)
        feeds = "".join(f"      - {base}{path}\n" for path in outlet.feeds)
        name = json.dumps(outlet.name, ensure_ascii=False)
        return (
            f"  - name: {name}\n    home: {base}/\n    country: {json.dumps(outlet.country)}\n"
            f"    language: {outlet.language}\n    feeds:\n{feeds}"
        )

    def answer(self, outlet: Outlet, path: str) -> Answer | None:
        """What the outlet has at `path`, without its query; None: nothing."""
        base = self.base(outlet)
        if path == "/robots.txt":
            return Answer("text/plain; charset=utf-8", _robots(outlet).encode(), self.now)
        if path in outlet.feeds:
            body = wires.feed(outlet, path, base, self.now, edited=self.edited)
            changed = wires.changed_at(outlet, path, self.now, edited=self.edited)
            return Answer(f"application/{outlet.kind}+xml; charset={outlet.charset}", body, changed)
        if path == "/":
            changed = wires.changed_at(outlet, outlet.feeds[0], self.now, edited=self.edited)
            return _page(outlet, pages.front_page(outlet, base, edited=self.edited), changed)
        article = next((article for article in outlet.articles if article.path == path), None)
        if article is None:
            return None
        page = pages.article_page(outlet, article, base, self.now, edited=self.edited)
        return _page(outlet, page, updated_at(article, self.now, edited=self.edited))


def _page(outlet: Outlet, page: str, changed: datetime) -> Answer:
    return Answer(f"text/html; charset={outlet.charset}", page.encode(outlet.charset, "xmlcharrefreplace"), changed)


def _robots(outlet: Outlet) -> str:
    return f"User-agent: *\nDisallow: {outlet.disallow}\n"


class _Server(ThreadingHTTPServer):
    """One outlet's port. Open connections are closed with it, so that no thread waits for a client that is still there."""

    daemon_threads = False  # server_close() then joins them

    def __init__(self, site: SampleSite, outlet: Outlet) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.site, self.outlet = site, outlet
        self.open: set[socket.socket] = set()
        self.thread = Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, name=f"sample-{outlet.slug}", daemon=True)

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        self.open.add(connection)
        return connection, address

    def close_request(self, request: Any) -> None:
        self.open.discard(request)
        super().close_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is none of ours to tell about."""

    def server_close(self) -> None:
        for connection in tuple(self.open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        super().server_close()


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # header and body are two writes

    def do_GET(self) -> None:
        """Send the document, or say that it is still the one the client has."""
        server = self.server
        kept = {name: value for name in REMEMBERED if (value := self.headers.get(name))}
        server.site.requests.append((self.path, kept))
        answer = server.site.answer(server.outlet, self.path.partition("?")[0])
        if answer is None:
            self._send(404, b"nothing here\n", {"Content-Type": "text/plain"})
            return
        validators = {"ETag": answer.etag, "Last-Modified": format_datetime(answer.changed_at, usegmt=True)}
        if self._has(answer):
            self._send(304, b"", validators)
        else:
            self._send(200, answer.body, validators | {"Content-Type": answer.content_type})

    def _has(self, answer: Answer) -> bool:
        """RFC 9110 13.2.2: If-Modified-Since counts only without If-None-Match."""
        if marks := self.headers.get("If-None-Match"):
            return marks == "*" or answer.etag in {mark.strip().removeprefix("W/") for mark in marks.split(",")}
        try:
            return answer.changed_at <= parsedate_to_datetime(self.headers.get("If-Modified-Since", ""))
        except (ValueError, TypeError):  # TypeError: a date without a zone
            return False

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """No log: the demo's output is the user's."""
