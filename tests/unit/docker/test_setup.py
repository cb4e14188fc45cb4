"""The service `setup`, against a server on loopback that answers as a test needs.

The same requests were sent once to a real Elasticsearch 9.1.3 with its native users (docker/README.md).
"""

import base64
import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from tests.unit.docker.scripts import DOCKER, load
from wirewatch.index.elastic.roles import roles

setup = load("setup")
ROLES = json.loads((DOCKER / "roles.json").read_text(encoding="utf-8"))


class Server(ThreadingHTTPServer):
    """Keeps what it is asked; `answers` are given first, then 200."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[tuple[str, str, dict[str, Any]]] = []
        self.answers: list[tuple[int, str]] = []
        self.logins: set[str] = set()

    def environment(self, **changes: str) -> dict[str, str]:
        names = ("ELASTIC_PASSWORD", "KIBANA_PASSWORD", "SETUP_PASSWORD", "WRITER_PASSWORD", "DESK_PASSWORD")
        url = f"http://127.0.0.1:{self.server_port}"
        return {name: f"secret-{name.lower()}" for name in names} | {"ELASTICSEARCH_URL": url} | changes


class Handler(BaseHTTPRequestHandler):
    server: Server

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.asked.append((self.command, self.path, json.loads(body or b"{}")))
        self.server.logins.add(base64.b64decode(self.headers["Authorization"].removeprefix("Basic ")).decode())
        code, text = self.server.answers.pop(0) if self.server.answers else (200, "{}")
        self.send_response(code)
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    do_GET = do_PUT = answer

    def log_message(self, format: str, *args: Any) -> None: ...


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as found:
        thread = Thread(target=found.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield found
        found.shutdown()
        thread.join()


def test_the_roles_are_those_that_wirewatch_prints() -> None:
    ours = roles("wirewatch-articles")

    assert {name: ROLES.get(name) for name in ours} == ours


def test_a_role_for_kibana_gives_no_right_on_an_index_or_the_cluster() -> None:
    others = {name: rights for name, rights in ROLES.items() if name not in roles("wirewatch-articles")}

    assert {key for rights in others.values() for key in rights} == {"applications"}
    assert {place for rights in others.values() for each in rights["applications"] for place in each["resources"]} == {
        "space:default"
    }


def test_every_role_and_user_is_put_and_kibana_gets_its_password(server: Server) -> None:
    code = setup.main(server.environment())

    put = {path: body for method, path, body in server.asked if method == "PUT"}
    assert code == 0
    assert {name: put[f"/_security/role/{name}"] for name in ROLES} == ROLES
    assert put["/_security/user/kibana_system/_password"] == {"password": "secret-kibana_password"}
    assert put["/_security/user/wirewatch"] == {"password": "secret-writer_password", "roles": ["wirewatch_writer"]}
    assert server.logins == {"elastic:secret-elastic_password"}


def test_roles_come_before_the_users_who_hold_them_and_all_of_them_exist(server: Server) -> None:
    setup.main(server.environment())

    order = [path for method, path, _ in server.asked if method == "PUT"]
    held = {role for _, roles_held in setup.USERS.values() for role in roles_held}
    assert max(order.index(f"/_security/role/{name}") for name in ROLES) < order.index("/_security/user/wirewatch")
    assert held == set(ROLES)


def test_the_second_time_sends_the_same(server: Server) -> None:
    setup.main(server.environment())
    first = list(server.asked)
    server.asked.clear()

    assert setup.main(server.environment()) == 0
    assert server.asked == first


def test_a_server_that_is_not_ready_is_asked_again(server: Server) -> None:
    server.answers = [(503, "starting"), (408, "no shards yet")]

    assert setup.main(server.environment()) == 0
    assert [path for method, path, _ in server.asked if method == "GET"] == [
        "/_cluster/health?wait_for_status=yellow&timeout=10s"
    ] * 3


def test_an_old_password_ends_it_at_once_with_what_to_look_at(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    server.answers = [(401, "missing authentication credentials")]

    code = setup.main(server.environment())

    assert code == 1
    assert len(server.asked) == 1
    assert "docker/README.md" in capsys.readouterr().err


def test_a_refusal_is_told_in_one_harmless_line_without_the_passwords(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    server.answers = [(200, "{}"), (400, "\x1b[2Jno\nsuch privilege " + "x" * 200_000)]

    code = setup.main(server.environment())

    said = "".join(capsys.readouterr())
    assert code == 1
    assert said.count("\n") == 1
    assert "/_security/role/wirewatch_writer: 400" in said
    assert "\x1b" not in said
    assert "secret-" not in said
    assert len(said) < 400


def test_a_server_that_is_not_there_is_given_up(capsys: pytest.CaptureFixture[str]) -> None:
    with Server() as closed:
        environment = closed.environment()

    code = setup.main(environment, patience=0)

    assert code == 1
    assert "can't be reached" in capsys.readouterr().err


def test_a_missing_variable_is_named(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    environment = server.environment()
    del environment["DESK_PASSWORD"]

    code = setup.main(environment)

    assert code == 2
    assert "DESK_PASSWORD is not set" in capsys.readouterr().err
    assert server.asked[1:] == []  # nothing was changed by halves


def test_an_answer_that_is_no_http_is_told_in_one_line(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as odd, ThreadPoolExecutor(1) as pool:
        pool.submit(greet_once, odd)

        code = setup.main(server.environment(ELASTICSEARCH_URL=f"http://127.0.0.1:{odd.getsockname()[1]}"), patience=0)

    said = capsys.readouterr().err
    assert code == 1
    assert said.count("\n") == 1
    assert "\x1b" not in said


def greet_once(listener: socket.socket) -> None:
    """Answer as another service would: read the request, so that closing sends no reset, and say something else."""
    connection, _ = listener.accept()
    with connection:
        connection.recv(65536)
        connection.sendall(b"SSH-2.0-\x1b[31m\r\n")
