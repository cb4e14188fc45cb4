"""The one-off service `setup`: gives the server its roles, its users and Kibana's password. Safe to repeat: all is put anew.

Reads roles.json beside it; `wirewatch index roles` prints the same roles.
"""

import base64
import http.client
import json
import os
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from wirewatch.safe import one_line

ROLES = Path(__file__).resolve().parent / "roles.json"
USERS = {  # name → the variable with its password, and its roles
    "wirewatch": ("WRITER_PASSWORD", ["wirewatch_writer"]),
    "wirewatch_setup": ("SETUP_PASSWORD", ["wirewatch_setup", "wirewatch_kibana_setup"]),
    "desk": ("DESK_PASSWORD", ["wirewatch_reader", "wirewatch_kibana_reader"]),
}
PATIENCE = 180.0  # seconds for the server to come up
TIMEOUT = 30.0  # seconds for an answer
ENOUGH = 100_000  # bytes read of an answer


class Refused(Exception):
    """The server answered, and not with a yes; or it never answered."""


class WrongPassword(Refused):
    """The server doesn't know us: waiting won't help."""


def main(environment: Mapping[str, str], patience: float = PATIENCE) -> int:
    """Set the server up; the exit code."""
    try:
        url = environment["ELASTICSEARCH_URL"].rstrip("/")
        login = "elastic", environment["ELASTIC_PASSWORD"]
        wait(url, login, patience)
        for path, body in requests(environment):
            put(url, login, path, body)
            print(f"setup: {path}")
    except KeyError as error:
        print(f"setup: {error.args[0]} is not set", file=sys.stderr)
        return 2
    except Refused as error:
        print(f"setup: {one_line(str(error), 300)}", file=sys.stderr)
        return 1
    return 0


def requests(environment: Mapping[str, str]) -> list[tuple[str, dict[str, Any]]]:
    """What is put on the server: each role, Kibana's password, each user."""
    roles = json.loads(ROLES.read_text(encoding="utf-8"))
    return [
        *((f"/_security/role/{name}", rights) for name, rights in roles.items()),
        ("/_security/user/kibana_system/_password", {"password": environment["KIBANA_PASSWORD"]}),
        *(
            (f"/_security/user/{name}", {"password": environment[variable], "roles": held})
            for name, (variable, held) in USERS.items()
        ),
    ]


def wait(url: str, login: tuple[str, str], patience: float) -> None:
    """Until the server has its shards; a wrong password ends it at once."""
    until = time.monotonic() + patience
    while True:
        try:
            return call(url, login, "GET", "/_cluster/health?wait_for_status=yellow&timeout=10s")
        except WrongPassword:
            raise
        except Refused:
            if time.monotonic() > until:
                raise
            time.sleep(1)


def put(url: str, login: tuple[str, str], path: str, body: dict[str, Any]) -> None:
    """Send one of the requests."""
    call(url, login, "PUT", path, json.dumps(body).encode())


def call(url: str, login: tuple[str, str], method: str, path: str, body: bytes | None = None) -> None:
    """One request; raises Refused with one sentence."""
    request = urllib.request.Request(url + path, data=body, method=method)  # noqa: S310 - the address is ours
    request.add_header("Authorization", "Basic " + base64.b64encode(":".join(login).encode()).decode())
    request.add_header("Content-Type", "application/json")
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # no proxy knows the services' names
    try:
        with direct.open(request, timeout=TIMEOUT) as answer:
            answer.read(ENOUGH)
    except urllib.error.HTTPError as error:
        with error:
            said = error.read(ENOUGH).decode("utf-8", "replace")
        if error.code == 401:
            raise WrongPassword(
                f"{url}: the password of `elastic` in .env is not that of its first start (docker/README.md)"
            ) from None
        raise Refused(f"{url}{path}: {error.code}: {said}") from None
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise Refused(f"{url} can't be reached: {error}") from None


if __name__ == "__main__":
    sys.exit(main(os.environ))
