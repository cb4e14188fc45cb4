"""A local site for measuring: pages in feeds of 2,000, served by a process of its own so that its time isn't ours.

python -m benchmarks.site FOLDER COUNT      serves COUNT pages, the .html.gz files of FOLDER in turn; prints its address
python -m benchmarks.site - COUNT           invented pages
"""

import gzip
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

A_FEED = 2000  # entries; the most that a poll reads
WORDS = "council bridge harbour ferry museum vote rain lamp school baker night train willow canal map farmer tonne".split()


def invented(n: int) -> bytes:
    """An invented article of about 300 words, unlike all others."""
    dice = random.Random(n)
    text = "".join(f"<p>{' '.join(dice.choices(WORDS, k=60)).capitalize()} {dice.random()}.</p>" for _ in range(5))
    menu = "".join(f"<li><a href='/s{k}'>Section {k}</a></li>" for k in range(40))
    return (
        f"<html lang='en'><head><title>Report {n}</title></head><body><nav><ul>{menu}</ul></nav>"
        f"<article><h1>Report {n}</h1>{text}</article></body></html>"
    ).encode()


class Handler(BaseHTTPRequestHandler):
    """Feeds at /feed/N, pages at /p/N; a feed whose ETag comes back is unchanged."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else each answer waits 40 ms for the acknowledgement of its head
    server: HTTPServer
    bodies: tuple[bytes, ...] = ()
    count = 0

    def do_GET(self) -> None:
        kind, _, number = self.path.strip("/").partition("/")
        if kind == "feed" and self.headers.get("If-None-Match") == '"1"':
            self._send(304, b"", "text/plain")
        elif kind == "feed":
            self._send(200, self._feed(int(number)), "application/rss+xml")
        elif kind == "p":
            n = int(number)
            self._send(200, self.bodies[n % len(self.bodies)] if self.bodies else invented(n), "text/html; charset=utf-8")
        else:
            self._send(404, b"", "text/plain")

    def _feed(self, number: int) -> bytes:
        base = f"http://127.0.0.1:{self.server.server_port}"
        span = range(number * A_FEED, min((number + 1) * A_FEED, self.count))
        rows = "".join(
            f"<item><title>Report {n}</title><link>{base}/p/{n}</link><pubDate>{formatdate()}</pubDate></item>" for n in span
        )
        return f"<rss version='2.0'><channel><title>{number}</title>{rows}</channel></rss>".encode()

    def _send(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("ETag", '"1"')
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Silent."""


@contextmanager
def serving(folder: str, count: int) -> Iterator[str]:
    """The site in a process of its own; gives its address."""
    process = subprocess.Popen([sys.executable, "-m", "benchmarks.site", folder, str(count)], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.kill()
        process.communicate()


def config(folder: Path, base: str, feeds: int) -> Path:
    """A config folder for the site."""
    folder.mkdir(parents=True)
    rows = "".join(f"      - {base}/feed/{n}\n" for n in range(feeds))
    (folder / "feeds.yaml").write_text(f"sources:\n  - name: bench\n    language: en\n    feeds:\n{rows}")
    (folder / "watches.yaml").write_text("watches:\n  - {name: kim-putin, query: 'Kim AND Putin'}\n")
    (folder / "wirewatch.toml").write_text(
        '[fetch]\nallow_networks = ["127.0.0.0/8"]\nper_host_delay = 0\ncontact = "bench@example.org"\n'
    )
    return folder


def main() -> None:
    """Serve until killed."""
    folder, count = sys.argv[1], int(sys.argv[2])
    if folder != "-":
        Handler.bodies = tuple(gzip.decompress(path.read_bytes()) for path in sorted(Path(folder).rglob("*.html.gz")))
    Handler.count = count
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(f"http://127.0.0.1:{server.server_address[1]}", flush=True)
    Thread(target=server.serve_forever).run()


if __name__ == "__main__":
    main()
