"""How long after it was indexed a match is handed to its channel, while articles keep coming.

    python -m benchmarks.telling [--seconds 60] [--rate 50]

A site of this machine shows so many new articles a second, each tenth about Kim and Putin; `wirewatch run --every 1s` tells a
json:// receiver, which notes when each message came. A second address of the channel never answers.
"""

import argparse
import json
import os
import subprocess
import tempfile
import threading
import time
from datetime import UTC, datetime
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from benchmarks.measure import WIREWATCH, row
from benchmarks.site import invented

ONE_IN = 10  # articles meets the watch
SHOWN = 1_000  # entries of the feed
NAMES = "<p>Kim met Putin in the north.</p>"
SETTLE = 20  # seconds given to what is on its way at the end


class Site(ThreadingHTTPServer):
    """The feed, the pages, and the receiver of what is told."""

    def __init__(self, rate: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.rate, self.began, self.ended = rate, time.time(), False
        self.last = 0  # article shown
        self.told: dict[str, tuple[float, float]] = {}  # article id → when it was matched, and when its message came
        self.repeats = 0
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def base(self) -> str:
        """Where it is."""
        return f"127.0.0.1:{self.server_port}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Nobody waits any more for the address that never answers."""

    def shown(self) -> int:
        """The newest article by now."""
        if not self.ended:
            self.last = int((time.time() - self.began) * self.rate)
        return self.last


class _Handler(BaseHTTPRequestHandler):
    server: Site
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        kind, _, number = self.path.strip("/").partition("/")
        if kind == "feed":
            self._send(self._feed(), "application/rss+xml")
        elif kind == "p":
            page = invented(int(number))
            self._send(page.replace(b"<p>", NAMES.encode() + b"<p>", 1) if int(number) % ONE_IN == 0 else page, "text/html")
        else:
            self._send(b"", "text/plain", 404)

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path.startswith("/silent"):
            time.sleep(60)
        else:
            self.server.repeats += body["article_id"] in self.server.told
            matched = datetime.fromisoformat(body["matched_at"]).timestamp()
            self.server.told.setdefault(body["article_id"], (matched, time.time()))
        self._send(b"", "text/plain")

    def _feed(self) -> bytes:
        newest, base = self.server.shown(), self.server.base
        rows = "".join(
            f"<item><title>Report {n}</title><link>http://{base}/p/{n}</link><pubDate>{formatdate()}</pubDate></item>"
            for n in range(newest, max(newest - SHOWN, 0), -1)
        )
        return f"<rss version='2.0'><channel><title>bench</title>{rows}</channel></rss>".encode()

    def _send(self, body: bytes, kind: str, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Silent."""


def config(folder: Path, base: str) -> Path:
    """A config folder for the site."""
    folder.mkdir()
    (folder / "feeds.yaml").write_text(
        f"sources:\n  - name: bench\n    language: en\n    feeds:\n      - {{url: 'http://{base}/feed', every: 1s}}\n"
    )
    (folder / "watches.yaml").write_text("watches:\n  - {name: kim-putin, query: 'Kim AND Putin', channels: [hook, silent]}\n")
    (folder / "wirewatch.toml").write_text(
        '[fetch]\nallow_networks = ["127.0.0.0/8"]\nper_host_delay = 0\ncontact = "bench@example.org"\n'
        f'[channels]\nhook = "json://{base}/told"\nsilent = "json://{base}/silent"\n'
    )
    return folder


def indexed(command: list[str]) -> dict[str, float]:
    """When each article that meets the watch was indexed."""
    found = subprocess.run([*command, "search", "--all", "--json", "Kim Putin"], capture_output=True, text=True, check=True)
    rows = map(json.loads, found.stdout.splitlines())
    return {each["id"]: datetime.fromisoformat(each["indexed_at"]).astimezone(UTC).timestamp() for each in rows}


def main() -> None:
    """Print the rows."""
    options = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    options.add_argument("--seconds", type=int, default=60)
    options.add_argument("--rate", type=int, default=50, help="new articles a second")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        site = Site(given.rate)
        command = [WIREWATCH, "--config", str(config(Path(name) / "config", site.base)), "--home", f"{name}/home", "--quiet"]
        process = subprocess.Popen([*command, "run", "--every", "1s"])
        time.sleep(given.seconds)
        site.ended = True
        time.sleep(SETTLE)
        process.terminate()
        process.wait()
        at = indexed(command)
        site.shutdown()
    told = {id_: times for id_, times in site.told.items() if id_ in at}
    met = f"{len(told)} of {len(at)} matches told, {site.repeats} twice"
    row(f"load of the machine {os.getloadavg()[0]:.0f}; shown {given.rate} articles/s for {given.seconds} s", met)
    print_delays("indexed to handed to the channel", [came - at[id_] for id_, (_, came) in told.items()], "<= 5")
    print_delays("indexed to matched", [matched - at[id_] for id_, (matched, _) in told.items()])
    print_delays("matched to handed to the channel", [came - matched for matched, came in told.values()])


def print_delays(name: str, delays: list[float], bar: str = "") -> None:
    """One row: median, the 99th of a hundred, the longest."""
    found = sorted(delays)
    values = [f"{found[min(len(found) - 1, len(found) * percent // 100)]:.2f}" for percent in (50, 99, 100)]
    row(f"s from {name}: p50, p99, most", ", ".join(values), bar)


if __name__ == "__main__":
    main()
