"""The health check of what answers over HTTP, on a server that answers as a test needs."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from tests.unit.docker.scripts import load

answers = load("answers")


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/health" else 503)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, format: str, *args: Any) -> None: ...


@pytest.fixture
def url() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_an_answer_of_200_is_health_whatever_proxy_is_set(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")

    assert answers.main(f"{url}/health") == 0


def test_any_other_answer_is_none(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert answers.main(f"{url}/ill") == 1
    assert "503" in capsys.readouterr().err


def test_no_answer_is_none() -> None:
    assert answers.main("http://127.0.0.1:9/health") == 1
