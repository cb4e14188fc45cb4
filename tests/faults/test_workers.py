"""Eight workers on one PostgreSQL: nothing is done twice, whoever is killed, stopped, or late."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import text

from tests import pg
from tests.wire_state import announce, many
from wirewatch.state.database import Database, opened

SECONDS = float(os.environ.get("WORKERS_SECONDS", "8"))  # .ci/run has them work for a minute
DELAY = 0.05  # seconds between two requests to one host
HOSTS = 12
WATCHED = """
CREATE TABLE asked (host text, no bigint, at timestamptz);
CREATE TABLE steps (no bigint, was text, became text);
CREATE FUNCTION note() RETURNS trigger AS $$ BEGIN
  IF OLD.status <> NEW.status THEN INSERT INTO steps VALUES (NEW.no, OLD.status, NEW.status); END IF;
  RETURN NEW;
END $$ LANGUAGE plpgsql;
CREATE TRIGGER noted AFTER UPDATE ON captures FOR EACH ROW EXECUTE FUNCTION note();
"""
LAPSE = "UPDATE {} SET leased_until = leased_until - interval '61 seconds' WHERE owner LIKE '%:{}:%'"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A server's URL."""
    with pg.server() as url:
        yield url


@pytest.fixture
def shared(server: str) -> Iterator[tuple[str, Database]]:
    """A database that notes every step of every capture, and whose clock lets a test say that a lease has run out."""
    with pg.database(server) as url, opened(url, Path()) as db:
        run(db, WATCHED)
        yield url, db


def run(db: Database, statements: str) -> None:
    with db.write() as conn:
        conn.exec_driver_sql(statements)


def ask(db: Database, query: str) -> list[tuple[object, ...]]:
    with db.read() as conn:
        return [tuple(row) for row in conn.execute(text(query))]


def start(stack: ExitStack, url: str, seconds: float = SECONDS) -> "subprocess.Popen[str]":
    """A worker, once it is at work; it is gone when the stack ends."""
    command = [sys.executable, "-m", "tests.worker", url, str(seconds), str(DELAY)]
    worker = stack.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True))
    stack.callback(worker.kill)
    return worker


def lapse(db: Database, worker: "subprocess.Popen[str]") -> int:
    """A minute passes for what this worker holds; the number of captures among it."""
    held = ask(db, f"SELECT no FROM captures WHERE owner LIKE '%:{worker.pid}:%'")
    for table in ("captures", "hosts"):
        run(db, LAPSE.format(table, worker.pid).replace("%", "%%"))
    return len(held)


def frozen(db: Database) -> bool:
    """Whether some transaction doesn't get on: it may be the stopped worker's."""
    query = "SELECT pid FROM pg_stat_activity WHERE state LIKE 'idle in transaction%' AND datname = current_database()"
    first = {row[0] for row in ask(db, query)}
    for _ in range(5):
        time.sleep(0.01)
        first &= {row[0] for row in ask(db, query)}
    return bool(first)


def until_it_holds_something(db: Database, worker: "subprocess.Popen[str]") -> None:
    """Stop the worker at a moment at which it holds captures, and no lock: between two transactions."""
    held = f"SELECT no FROM captures WHERE owner LIKE '%:{worker.pid}:%'"
    for _ in range(200):
        worker.send_signal(signal.SIGSTOP)
        time.sleep(0.01)
        if (rows := ask(db, held)) and len(ask(db, f"{held} FOR UPDATE SKIP LOCKED")) == len(rows) and not frozen(db):
            return
        worker.send_signal(signal.SIGCONT)
        time.sleep(0.02)
    pytest.fail("the worker never held anything")


@pytest.mark.long
def test_eight_workers_do_everything_once_though_one_is_killed_and_one_oversleeps(shared: tuple[str, Database]) -> None:
    url, db = shared
    pages = int(SECONDS * 25)
    for n in range(HOSTS):
        announce(db, *many(pages, f"host{n}.example"), feed=f"https://host{n}.example/rss")

    with ExitStack() as stack:
        workers = [start(stack, url) for _ in range(8)]
        for worker in workers:
            assert worker.stdout is not None
            assert worker.stdout.readline() == "at work\n"
        killed, late, *others = workers
        until_it_holds_something(db, killed)
        until_it_holds_something(db, late)
        killed.kill()
        killed.wait()
        assert lapse(db, killed) > 0
        assert lapse(db, late) > 0
        time.sleep(1.0)  # the others take over what it held
        late.send_signal(signal.SIGCONT)
        ends = [worker.communicate(timeout=SECONDS + 60) for worker in (late, *others)]
        assert [err for _, err in ends] == [""] * 7
        assert [worker.returncode for worker in (late, *others)] == [0] * 7

    twice = ask(db, "SELECT no, became, count(*) FROM steps GROUP BY no, became HAVING count(*) > 1")
    assert twice == []
    assert ask(db, "SELECT count(*) FROM steps WHERE became = 'matched'")[0][0] >= 100  # type: ignore[operator]
    assert ask(db, "SELECT was, became FROM steps GROUP BY was, became ORDER BY was") == [
        ("fetched", "indexed"), ("indexed", "matched"), ("queued", "fetched"),
    ]  # fmt: skip
    assert ask(db, "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()") == [(0,)]
    assert ask(db, "SELECT count(*) FROM captures WHERE leased_until > now()") == [(0,)]
    lag = "extract(epoch FROM at - lag(at) OVER (PARTITION BY host ORDER BY at))"
    gaps = ask(db, f"SELECT host, min(gap) FROM (SELECT host, {lag} AS gap FROM asked) AS g WHERE gap IS NOT NULL GROUP BY host")
    assert len(gaps) == HOSTS
    assert min(float(gap) for _, gap in gaps) >= DELAY, gaps  # type: ignore[arg-type]
    again = ask(db, "SELECT no, count(*) FROM asked GROUP BY no HAVING count(*) > 1")
    assert len(again) <= 8, "only what the killed and the late one held is asked again"
