"""The database itself: schema, transactions, plans of the queries that must not grow with the archive."""

import os
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, event, insert, select, text

import wirewatch.state.migrate as migrate_module
from tests import pg
from tests.state_at import state_at
from tests.wire_state import announce, fetch_all, index_all, many
from wirewatch.errors import Unavailable, UserError
from wirewatch.state import captures, meta
from wirewatch.state import tables as t
from wirewatch.state.database import Database, free_dead_claims, open_database, opened
from wirewatch.state.owners import new_owner, owner_is_alive

MIGRATIONS = Path(migrate_module.__file__).parent / "migrations"


def test_the_migrations_make_the_tables_as_they_are_written(db: Database) -> None:
    with db.read() as conn:
        assert compare_metadata(MigrationContext.configure(conn), t.metadata) == []


def test_the_partial_indexes_are_made_as_written(db: Database) -> None:
    wanted = {
        "captures_queued",
        "captures_fetched",
        "captures_indexed",
        "captures_owner",
        "articles_revisit",
        "captures_reason",
        "outbox_dead",
        "outbox_pending",
    }
    catalogue = "sqlite_master" if db.engine.dialect.name == "sqlite" else "pg_indexes"
    name, source = ("name", "sql") if catalogue == "sqlite_master" else ("indexname", "indexdef")
    with db.read() as conn:
        found = {row[0] for row in conn.execute(text(f"SELECT {name} FROM {catalogue} WHERE {source} LIKE '%WHERE%'"))}

    assert found == wanted


def test_the_head_is_the_newest_migration() -> None:
    assert ScriptDirectory(str(MIGRATIONS)).get_current_head() == migrate_module.HEAD


@pytest.mark.parametrize("revision", [path.name[:4] for path in sorted((MIGRATIONS / "versions").glob("0*.py"))])
def test_an_older_home_folder_is_migrated_when_it_is_opened(tmp_path: Path, revision: str) -> None:
    state_at(revision, tmp_path)

    with opened("sqlite", tmp_path) as db, db.read() as conn:
        assert compare_metadata(MigrationContext.configure(conn), t.metadata) == []


def test_a_newer_schema_is_refused_in_one_line(tmp_path: Path) -> None:
    open_database("sqlite", tmp_path).close()
    with sqlite3.connect(tmp_path / "state.db") as conn:
        conn.execute("UPDATE alembic_version SET version_num = '9999'")
    conn.close()

    with pytest.raises(UserError, match=r"^[^\n]*9999[^\n]*update wirewatch$"):
        open_database("sqlite", tmp_path)


def test_many_processes_may_open_a_new_state_at_once(tmp_path: Path) -> None:
    with ThreadPoolExecutor(6) as pool:
        databases = list(pool.map(lambda _: open_database("sqlite", tmp_path), range(6)))

    for db in databases:
        meta.put(db, "a", "b")
        db.close()


def test_two_workers_may_open_a_new_postgresql_at_once(postgresql: tuple[str, str]) -> None:
    with pg.database(postgresql[0]) as url:
        with ThreadPoolExecutor(2) as pool:
            databases = list(pool.map(lambda _: open_database(url, Path()), range(2)))
        for db in databases:
            db.close()


@pytest.mark.parametrize("url", ["sqlite:////proc/no/state.db", "postgresql+psycopg://nobody@127.0.0.1:1/x"])
def test_what_cannot_be_reached_is_told_in_one_line(url: str, tmp_path: Path) -> None:
    with pytest.raises(Unavailable) as told:
        open_database(url, tmp_path)

    assert "\n" not in str(told.value)


@pytest.mark.parametrize("url", ["mysql://x/y", "no url"])
def test_what_is_no_database_is_the_users_mistake(url: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="state"):
        open_database(url, tmp_path)


def test_a_file_that_is_no_database_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "state.db").write_bytes(b"no database" * 1000)

    with pytest.raises(Unavailable, match="no wirewatch state"):
        open_database("sqlite", tmp_path)


def test_a_full_disk_is_told_in_one_line_and_nothing_is_lost(tmp_path: Path) -> None:
    with opened("sqlite", tmp_path) as db:
        announce(db, *many(3))

        @event.listens_for(db.engine, "begin")
        def small(conn: object) -> None:
            conn.exec_driver_sql("PRAGMA max_page_count = 1")  # type: ignore[attr-defined]

        with pytest.raises(Unavailable, match="no room left on the disk"):
            announce(db, *many(3000))

    with opened("sqlite", tmp_path) as db:
        assert captures.counts(db).articles["queued"] == 3


def test_a_read_only_state_is_told_in_one_line(tmp_path: Path) -> None:
    with opened("sqlite", tmp_path) as db:

        @event.listens_for(db.engine, "begin")
        def read_only(conn: object) -> None:
            conn.exec_driver_sql("PRAGMA query_only = 1")  # type: ignore[attr-defined]

        with pytest.raises(Unavailable, match="read-only"):
            meta.put(db, "a", "b")


def test_a_transaction_that_breaks_off_leaves_nothing(db: Database) -> None:
    def break_off() -> None:
        with db.write() as conn:
            conn.execute(insert(t.meta).values(key="a", value="b"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        break_off()

    assert meta.get(db, "a") is None


KILLED = """
import os, signal, sys
from pathlib import Path
from threading import Barrier
from sqlalchemy import event
from tests.wire_state import announce, fetch_all, many
from wirewatch.state import captures
from wirewatch.state.database import open_database

db = open_database(sys.argv[1], Path(sys.argv[2]))
fetch_all(db)
captures.claim_fetched(db, 2)
statements = 0
@event.listens_for(db.engine, "before_cursor_execute")
def count(*_):
    global statements
    statements += 1
    if statements == int(sys.argv[3]):
        os.kill(os.getpid(), signal.SIGKILL)
announce(db, *many(40), feed="https://other.example/rss")
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("statement", [12, 14, 16, 18, 99])
def test_a_kill_between_statements_leaves_nothing_half_and_frees_the_claims(
    open_again: Callable[[], Database], tmp_path: Path, statement: int
) -> None:
    db = open_again()
    announce(db, *many(2))
    url = "sqlite" if db.engine.dialect.name == "sqlite" else db.engine.url.render_as_string(hide_password=False)

    killed = subprocess.run([sys.executable, "-c", KILLED, url, str(tmp_path), str(statement)], timeout=60, env=dict(os.environ))

    assert killed.returncode == -signal.SIGKILL
    assert free_dead_claims(db) >= 2
    with db.read() as conn:
        articles = conn.scalars(select(t.articles.c.no)).all()
        keys = conn.scalars(select(t.article_keys.c.key)).all()
        rows = conn.scalars(select(t.captures.c.no)).all()
    assert len(articles) == len(keys) == len(rows)
    assert len(rows) in (2, 40)
    assert [task.deaths for task in captures.claim_fetched(db, 2)] == [1, 1]


def test_a_process_that_ended_is_known_from_one_that_took_its_number() -> None:
    owner = new_owner()
    host, pid, started = owner.split(":")

    assert owner_is_alive(owner)
    assert not owner_is_alive(f"{host}:{pid}:1{started}")
    assert owner_is_alive(f"elsewhere:{pid}:1{started}")
    assert owner_is_alive("no owner")


@pytest.mark.parametrize(
    ("claim", "index"),
    [
        (lambda db: captures.claim_fetched(db, 100), "captures_fetched"),
        (lambda db: captures.claim_indexed(db, 100), "captures_indexed"),
        (lambda db: captures.claim_host(db), "captures_queued"),
    ],
)
def test_a_claim_reads_an_index_and_sorts_nothing(tmp_path: Path, claim: Callable[[Database], object], index: str) -> None:
    with opened("sqlite", tmp_path) as db:
        announce(db, *many(10))
        fetch_all(db)
        index_all(db)
        plans: list[str] = []

        @event.listens_for(db.engine, "after_cursor_execute")
        def explain(conn: object, cursor: sqlite3.Cursor, statement: str, parameters: tuple[object, ...], *_: object) -> None:
            if re.match(r"SELECT .*FROM (captures|hosts)", statement, re.DOTALL) and "LIMIT" in statement:
                rows = cursor.connection.execute("EXPLAIN QUERY PLAN " + statement, parameters).fetchall()
                plans.append(" / ".join(str(row[3]) for row in rows))

        claim(db)

        assert plans
        assert all(index in plan and "TEMP B-TREE" not in plan for plan in plans), plans


def test_of_two_transactions_that_wait_for_each_other_the_one_that_is_ended_is_done_again(postgresql: tuple[str, str]) -> None:
    first, last = Barrier(2), Barrier(2)

    def work(own: str, other: str) -> int:
        tries = 0

        def both(conn: Connection) -> None:
            nonlocal tries
            tries += 1
            conn.execute(meta.SET, {"key": own, "value": own})
            if tries == 1:
                first.wait(10)
            conn.execute(meta.SET, {"key": other, "value": own})

        with opened(url, Path()) as db:
            last.wait(10)
            db.written(both)
        return tries

    with pg.database(*postgresql) as url, ThreadPoolExecutor(2) as pool:
        tries = list(pool.map(work, ("a", "b"), ("b", "a")))

    assert sorted(tries) == [1, 2]
