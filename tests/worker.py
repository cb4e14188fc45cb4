"""One of many workers on one state: fetches, indexes and matches whatever it can claim, without a network.

    python -m tests.worker URL SECONDS DELAY

Every request it would send is noted in the table `asked`. A line on standard output says that it is at work.
"""

import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import text

from tests.wire_state import document, page
from wirewatch.state import captures, matches
from wirewatch.state.database import Database, opened


def work(db: Database, seconds: float, delay: timedelta) -> None:
    """Until the time is up."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not (fetch(db, delay) + index(db) + match(db)):
            time.sleep(0.05)


def fetch(db: Database, delay: timedelta) -> int:
    """A few pages of one host, at its pace."""
    host = captures.claim_host(db)
    if host is None:
        return 0
    next_at, done = host.next_at, []
    for task in captures.claim_captures(db, host, 4):
        time.sleep(max(0.0, (next_at - datetime.now(UTC)).total_seconds()))
        at = datetime.now(UTC)
        next_at = at + delay
        if not captures.paced(db, host, next_at):
            break
        with db.write() as conn:
            conn.execute(text("INSERT INTO asked VALUES (:host, :no, :at)"), {"host": host.host, "no": task.no, "at": at})
        done.append(page(task))
    captures.fetched(db, done)
    captures.release_host(db, host)
    return len(done)


def index(db: Database) -> int:
    """A batch of documents."""
    tasks = captures.claim_fetched(db, 20)
    captures.indexed(db, [document(task) for task in tasks])
    return len(tasks)


def match(db: Database) -> int:
    """A batch of matches."""
    tasks = captures.claim_indexed(db, 20)
    matches.record(db, tasks, [], timedelta(hours=48))
    return len(tasks)


if __name__ == "__main__":
    url, seconds, delay = sys.argv[1:]
    with opened(url, Path()) as state:
        print("at work", flush=True)
        work(state, float(seconds), timedelta(seconds=float(delay)))
