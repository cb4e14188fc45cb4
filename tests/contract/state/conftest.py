"""Every test here runs on SQLite and on PostgreSQL."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests import pg
from wirewatch.state.database import Database, open_database


@pytest.fixture(scope="session")
def postgresql() -> Iterator[tuple[str, str]]:
    """A server's URL, and the name of a migrated template database."""
    with pg.server() as url, pg.template(url) as name:
        yield url, name


@pytest.fixture(params=["sqlite", "postgresql"])
def open_again(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Database]]:
    """Opens the test's database, as one more process would."""
    with ExitStack() as stack:
        url = "sqlite"
        if request.param == "postgresql":
            url = stack.enter_context(pg.database(*request.getfixturevalue("postgresql")))

        def opened() -> Database:
            db = open_database(url, tmp_path)
            stack.callback(db.close)
            return db

        yield opened


@pytest.fixture
def db(open_again: Callable[[], Database]) -> Database:
    """The test's database."""
    return open_again()
