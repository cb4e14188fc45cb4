"""What only many rows show: claims that read an index, a start that writes what changed and no more."""

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import event, select

from tests.wire_state import announce, many, source
from wirewatch.state import captures, feeds
from wirewatch.state import tables as t
from wirewatch.state.database import Database, opened


def test_a_run_may_have_seen_more_hosts_than_a_statement_has_parameters(db: Database) -> None:
    announce(db, *many(1))
    seen = {f"{number}.example:443" for number in range(70_000)}

    host = captures.claim_host(db, skip=seen)

    assert host is not None
    assert host.host == "vesti.example:443"


def test_a_host_that_was_seen_is_not_taken_again(db: Database) -> None:
    announce(db, *many(1))

    assert captures.claim_host(db, skip={"vesti.example:443"}) is None


def test_a_claim_of_feeds_reads_an_index_and_sorts_nothing(tmp_path: Path) -> None:
    with opened("sqlite", tmp_path) as db:
        feeds.sync(db, [source()])
        plans: list[str] = []

        @event.listens_for(db.engine, "after_cursor_execute")
        def explain(_conn: object, cursor: sqlite3.Cursor, statement: str, parameters: tuple[object, ...], *_: object) -> None:
            if statement.startswith("SELECT") and "LIMIT" in statement:
                rows = cursor.connection.execute("EXPLAIN QUERY PLAN " + statement, parameters).fetchall()
                plans.append(" / ".join(str(row[3]) for row in rows))

        feeds.claim(db, 100)

        assert len(plans) == 1
        assert "feeds_next" in plans[0]
        assert "TEMP B-TREE" not in plans[0]


def test_a_change_in_the_config_writes_the_feeds_that_it_changed_and_no_other(db: Database) -> None:
    urls = [f"https://vesti.example/{number}/rss" for number in range(20)]
    feeds.sync(db, [source(*urls)])
    written: list[Any] = []

    @event.listens_for(db.engine, "after_cursor_execute")
    def count(_conn: object, cursor: Any, statement: str, *_: object) -> None:
        if statement.startswith(("UPDATE", "INSERT")):
            written.append(cursor.rowcount)

    feeds.sync(db, [source(*urls[1:19]), source(urls[0], language="en"), source("https://vesti.example/new/rss")])

    assert sum(written) == 3
    with db.read() as conn:
        rows = {row.url: row for row in conn.execute(select(t.feeds))}
    assert rows[urls[0]].language == "en"
    assert not rows[urls[19]].active
    assert rows["https://vesti.example/new/rss"].active
