"""A strict stand-in for Kibana on loopback: it refuses what a real one refuses (Kibana study, sections 1 and 4).

What it can't show is that Kibana draws a panel: docs/kibana.md has a check list for that.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = "encoded-key"
RULE_NEW = {"name", "rule_type_id", "consumer", "enabled", "tags", "schedule", "params", "actions"}
RULE_KEPT = RULE_NEW - {"rule_type_id", "consumer", "enabled"}
CONNECTOR_NEW = {"name", "connector_type_id", "config", "secrets"}
CHECKED_REFERENCES = {"index-pattern", "search"}


@dataclass
class Fake:
    """What is in this Kibana, and how it behaves."""

    url: str = ""
    spaces: tuple[str, ...] = ("default", "desk")
    objects: dict[tuple[str, str, str], dict[str, Any]] = field(default_factory=dict)  # by space, type, id
    rules: dict[str, dict[str, Any]] = field(default_factory=dict)
    connectors: dict[str, dict[str, Any]] = field(default_factory=dict)
    settings: dict[str, dict[str, Any]] = field(default_factory=dict)  # by space
    requests: list[tuple[str, str]] = field(default_factory=list)
    level: str = "available"
    status: int = 0  # answer everything so
    destination: str = ""  # give this id to the dashboard, as when the id is taken in another space
    refuse: bool = False  # an import that ends with 200 and success: false
    cut: bool = False  # close the connection in the middle of an answer
    bar_keys: frozenset[str] = frozenset({"analyze_wildcard", "default_operator"})  # its schema has no more (9.x source)


@contextmanager
def kibana() -> Iterator[Fake]:
    """A running stand-in."""
    fake = Fake()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer(b"")

        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers["Content-Length"])))

        do_PUT = do_POST

        def _answer(self, raw: bytes) -> None:
            space, path = _within(self.path)
            fake.requests.append((self.command, self.path))
            status, body = _answer(fake, self, space, path, raw)
            packed = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(packed)))
            self.end_headers()
            self.wfile.write(packed[: len(packed) // 2] if fake.cut else packed)
            self.close_connection = self.close_connection or fake.cut

        def log_message(self, *_: object) -> None:
            """Silent."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        fake.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield fake
        finally:
            server.shutdown()
            thread.join()


def _within(path: str) -> tuple[str, str]:
    """The space that a path names, and the path within it."""
    if not path.startswith("/s/"):
        return "default", path
    _, _, space, rest = path.split("/", 3)
    return space, f"/{rest}"


def _answer(fake: Fake, asked: Any, space: str, path: str, raw: bytes) -> tuple[int, dict[str, Any]]:
    if fake.status:
        return fake.status, {"statusCode": fake.status, "message": "as the test wants it"}
    if path == "/api/status":
        return (200 if fake.level == "available" else 503), {"status": {"overall": {"level": fake.level}}}
    if asked.headers.get("Authorization") != f"ApiKey {KEY}":
        return 401, {"message": "Unauthorized"}
    if not asked.headers.get("kbn-xsrf"):
        return 400, {"message": "Request must contain a kbn-xsrf header."}
    if space not in fake.spaces:
        return 404, {"message": "Not Found"}
    if path.startswith("/api/saved_objects/_import"):
        return _import(fake, asked, space, path, raw)
    body = json.loads(raw)
    if path == "/internal/kibana/settings":
        return _settings(fake, asked, space, body)
    if path.startswith("/api/actions/connector/"):
        return _named(fake.connectors, path, asked.command, body, CONNECTOR_NEW, CONNECTOR_NEW - {"connector_type_id"})
    if path.startswith("/api/alerting/rule/"):
        return _named(fake.rules, path, asked.command, body, RULE_NEW, RULE_KEPT)
    return 404, {"message": "Not Found"}


def _import(fake: Fake, asked: Any, space: str, path: str, raw: bytes) -> tuple[int, dict[str, Any]]:
    if "overwrite=true" in path and "createNewCopies=true" in path:
        return 400, {"message": "cannot use [overwrite] with [createNewCopies]"}
    message = BytesParser().parsebytes(b"Content-Type: " + asked.headers["Content-Type"].encode() + b"\r\n\r\n" + raw)
    (part,) = (each for each in message.walk() if not each.is_multipart())
    if not str(part.get_filename()).endswith(".ndjson"):
        return 400, {"message": "Invalid file extension"}
    rows = [json.loads(line) for line in bytes(part.get_payload(decode=True)).splitlines()]
    if len({(row["type"], row["id"]) for row in rows}) < len(rows):
        return 400, {"message": "Non-unique import objects detected"}
    there = {(row["type"], row["id"]) for row in rows} | {(kind, each) for own, kind, each in fake.objects if own == space}
    missing = [
        {"type": row["type"], "id": row["id"], "error": {"type": "missing_references"}}
        for row in rows
        for reference in row["references"]
        if reference["type"] in CHECKED_REFERENCES and (reference["type"], reference["id"]) not in there
    ]
    if missing or fake.refuse:
        errors = missing or [{"type": rows[0]["type"], "id": rows[0]["id"], "error": {"type": "unknown"}}]
        return 200, {"success": False, "successCount": 0, "errors": errors}
    results = []
    for row in rows:
        fake.objects[(space, row["type"], row["id"])] = row
        moved = {"destinationId": fake.destination} if fake.destination and row["type"] == "dashboard" else {}
        results.append({"type": row["type"], "id": row["id"]} | moved)
    return 200, {"success": True, "successCount": len(rows), "successResults": results}


def _settings(fake: Fake, asked: Any, space: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    if not asked.headers.get("x-elastic-internal-origin"):
        return 400, {"message": "exists but is not available with the current configuration"}
    bar = json.loads(body["changes"]["query:queryString:options"])
    if unknown := set(bar) - fake.bar_keys:
        return 400, {
            "message": f"[validation [query:queryString:options]]: [{unknown.pop()}]: definition for this key is missing"
        }
    fake.settings.setdefault(space, {}).update(body["changes"])
    return 200, {"settings": {}}


def _named(
    there: dict[str, dict[str, Any]], path: str, method: str, body: dict[str, Any], new: set[str], kept: set[str]
) -> tuple[int, dict[str, Any]]:
    name = path.rpartition("/")[2]
    allowed = new if method == "POST" else kept
    if unknown := set(body) - allowed:
        return 400, {"message": f"[request body.{unknown.pop()}]: definition for this key is missing"}
    if method == "POST" and name in there:
        return 409, {"message": "Conflict"}
    there[name] = there.get(name, {}) | body
    return 200, {"id": name}
