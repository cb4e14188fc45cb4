"""A press of many outlets, each at a port of its own, that publishes when a test says so, and may be slow."""

import itertools
import time
from collections import Counter
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from typing import Self

BODY = (
    "Владимир Путин и Kим Џонг Ун састали су се на космодрому Восточни, јавља дописник {n} из града {n}.",
    "Разговор {n} је трајао {n} минута дуже него што је најављено, рекао је портпарол Кремља Дмитриј Песков, вест {n}.",
    "Северна Кореја и Русија говориле су о сарадњи у свемиру, железници и пољопривреди, наводи извештај број {n}.",
    "Делегације су се вратиле возом, а састанак број {n} биће одржан у Пјонгјангу, пренели су медији {n}.",
)


class Press:
    """Outlets that announce articles; `pause` is the seconds a page takes."""

    def __init__(self, outlets: int) -> None:
        self.pause = 0.0
        self.correction = ""  # a paragraph that every page has from then on
        self.asked: Counter[str] = Counter()  # pages, by address
        self._numbers = itertools.count(1)
        self._servers = [_Outlet(self) for _ in range(outlets)]

    def __enter__(self) -> Self:
        for server in self._servers:
            server.thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()

    def publish(self, each: int) -> None:
        """Every outlet has so many articles more."""
        for server in self._servers:
            server.articles += [next(self._numbers) for _ in range(each)]

    @property
    def published(self) -> int:
        """Articles of all outlets."""
        return sum(len(server.articles) for server in self._servers)

    def feeds_yaml(self) -> str:
        """The outlets as sources that are asked at every run."""
        rows = (
            f"  - name: Лист {n}\n    language: sr\n    feeds: [{{url: '{server.base}/rss', every: 1s}}]\n"
            for n, server in enumerate(self._servers)
        )
        return "sources:\n" + "".join(rows)


class _Outlet(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, press: Press) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.press, self.articles = press, list[int]()
        self.base = f"http://127.0.0.1:{self.server_port}"
        self.thread = Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def answer(self, path: str) -> tuple[str, str] | None:
        """Content type and text of what lies there."""
        if path == "/rss":
            items = "".join(f"<item><title>Вест {n}</title><link>{self.base}/{n}.html</link></item>" for n in self.articles)
            return "application/rss+xml", f'<rss version="2.0"><channel><title>Лист</title>{items}</channel></rss>'
        number = path.strip("/").removesuffix(".html")
        if not number.isdigit() or int(number) not in self.articles:
            return None
        self.press.asked[self.base + path] += 1
        time.sleep(self.press.pause)
        correction = f"<p>{self.press.correction}</p>" if self.press.correction else ""
        text = correction + "".join(f"<p>{line.format(n=number)}</p>" for line in BODY)
        return "text/html", f"<html lang=sr><title>Вест {number}</title><article><h1>Вест {number}</h1>{text}</article></html>"


class _Handler(BaseHTTPRequestHandler):
    server: _Outlet

    def do_GET(self) -> None:
        """Send what lies there."""
        found = self.server.answer(self.path)
        kind, text = found or ("text/plain", "nothing here")
        body = text.encode()
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with suppress(ConnectionError):  # the task that asked was killed
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """No log."""
