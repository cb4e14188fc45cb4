"""Moving up from SQLite to PostgreSQL, and bringing a shared database up to date."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, func, select

from tests import pg
from tests.texts import news
from tests.wire_state import announce, claim_to_fetch, entry, fetch_all, index_all, many, statuses
from wirewatch.errors import UserError
from wirewatch.group.sketch import fold
from wirewatch.group.stage import Text, assign
from wirewatch.model import ArticleNo
from wirewatch.state import captures, feeds, meta
from wirewatch.state import tables as t
from wirewatch.state.database import Database, open_database, opened, upgrade_database
from wirewatch.state.migrate import HEAD, migrate
from wirewatch.state.transfer import copy_state


@pytest.fixture
def old(tmp_path: Path) -> Iterator[Database]:
    """A user's SQLite with captures in every state."""
    with opened("sqlite", tmp_path) as db:
        announce(db, *many(6))
        fetch_all(db)
        index_all(db)
        announce(db, *many(9))
        captures.fetched(db, [])
        announce(db, *many(12), entry("https://други.example/ж", "Ким \x00 и Путин \ud83d"), feed="https://other.example/rss")
        assign(db, [Text(ArticleNo(no), "", fold("\n".join(news()))) for no in (1, 2)], timedelta(days=14))
        meta.put(db, "a", "б")
        yield db


@pytest.fixture
def new(postgresql: tuple[str, str]) -> Iterator[Database]:
    """An empty PostgreSQL."""
    with pg.database(*postgresql) as url, opened(url, Path()) as db:
        yield db


def everything(db: Database) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, but for who holds it."""
    held = {"token", "owner", "leased_until"}
    with db.read() as conn:
        return {
            table.name: [
                tuple(row)
                for row in conn.execute(
                    select(*(column for column in table.c if column.name not in held or table is t.runs)).order_by(
                        *table.primary_key.columns
                    )
                )
            ]
            for table in t.metadata.sorted_tables
        }


def test_every_row_arrives_as_it_was_and_new_ones_are_numbered_after_them(old: Database, new: Database) -> None:
    rows = copy_state(old, new)

    assert everything(new) == everything(old)
    assert rows == sum(len(found) for found in everything(old).values()) > 40
    announce(new, *many(20), feed="https://third.example/rss")
    assert len(statuses(new)) == len(statuses(old)) + 8


def test_who_is_at_work_is_not_copied_from_under(old: Database, new: Database) -> None:
    claim_to_fetch(old, 2)

    with pytest.raises(UserError, match="stop it first"):
        copy_state(old, new)

    assert feeds.rows(new) == []


def test_what_is_there_already_is_not_written_over(old: Database, new: Database) -> None:
    meta.put(new, "mine", "1")

    with pytest.raises(UserError, match="already has meta"):
        copy_state(old, new)

    assert feeds.rows(new) == []


def test_a_copy_that_breaks_off_leaves_nothing(old: Database, new: Database) -> None:
    def stop(done: int, _: int) -> None:
        if done > 10:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copy_state(old, new, stop)

    with new.read() as conn:
        assert {conn.scalar(select(func.count()).select_from(table)) for table in t.metadata.sorted_tables} == {0}


@pytest.fixture
def behind(postgresql: tuple[str, str]) -> Iterator[str]:
    """A PostgreSQL as the first version of wirewatch left it, with a feed in it."""
    with pg.database(postgresql[0]) as url:
        engine = create_engine(url)
        migrate(engine, "0001")
        with engine.begin() as conn:
            conn.exec_driver_sql(
                "INSERT INTO feeds (url, host, source, active, interval, next_poll_at, etag, last_modified, body_hash, failures,"
                " outcome, detail, format, moved_to, entries) VALUES"
                " ('https://vesti.example/rss', 'vesti.example:443', 'Вести', true, 60, now(), '', '', '', 0, '', '', '', '', 0)"
            )
        engine.dispose()
        yield url


def test_an_older_schema_on_a_shared_server_is_refused_until_somebody_upgrades_it(behind: str) -> None:
    with pytest.raises(UserError, match=r"^[^\n]*0001[^\n]*`wirewatch db upgrade`$"):
        open_database(behind, Path())

    assert upgrade_database(behind, Path()) == "0001"
    assert upgrade_database(behind, Path()) == HEAD
    with opened(behind, Path()) as db:
        assert [row.source for row in feeds.rows(db)] == ["Вести"]


def test_an_empty_server_is_made_ready_by_whoever_comes_first(postgresql: tuple[str, str]) -> None:
    with pg.database(postgresql[0]) as url, opened(url, Path()) as db:
        assert feeds.rows(db) == []
