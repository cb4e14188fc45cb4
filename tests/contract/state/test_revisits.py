"""A page is looked at once more a day later; what that finds changes nothing unless the text did."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select, update

from tests.wire_state import announce, claim_to_fetch, document, entry, fetch_all, index_all, make_due, page
from wirewatch.errors import Reason
from wirewatch.state import captures, forgetting
from wirewatch.state import tables as t
from wirewatch.state.database import Database
from wirewatch.state.polls import MOST_EDITS


def a_day_later(db: Database) -> None:
    """Every look that waits for its time is due."""
    with db.write() as conn:
        conn.execute(update(t.articles).where(t.articles.c.revisit_at.is_not(None)).values(revisit_at=datetime.now(UTC)))


def brought(db: Database) -> None:
    """An article that was fetched and indexed."""
    announce(db, entry())
    fetch_all(db)
    index_all(db)


def test_an_article_is_looked_at_once_more_and_only_once(db: Database) -> None:
    brought(db)
    assert captures.queue_revisits(db) == 0, "the day isn't over"

    a_day_later(db)

    assert captures.queue_revisits(db) == 1
    assert [(task.kind, task.n) for task in claim_to_fetch(db)] == [("revisit", 2)]
    assert captures.queue_revisits(db) == 0


def test_told_to_hurry_it_looks_again_at_what_an_earlier_run_brought(db: Database) -> None:
    brought(db)
    assert captures.queue_revisits(db, now_too=True) == 0, "this run brought it"

    with db.write() as conn:
        conn.execute(update(t.articles).values(revisit_at=db.opened_at + timedelta(hours=23)))

    assert captures.queue_revisits(db, now_too=True) == 1


def test_a_later_look_asks_by_what_the_page_gave(db: Database) -> None:
    announce(db, entry())
    (task,) = claim_to_fetch(db)
    captures.fetched(db, [page(task, etag='"v1"', last_modified="Sun, 01 Nov 2026 08:30:00 GMT")])
    index_all(db)
    a_day_later(db)
    captures.queue_revisits(db)

    (again,) = claim_to_fetch(db)

    assert (task.etag, again.etag, again.last_modified) == ("", '"v1"', "Sun, 01 Nov 2026 08:30:00 GMT")


def test_a_look_that_found_the_same_changes_no_count_and_is_no_failure(db: Database) -> None:
    brought(db)
    before = captures.counts(db)
    a_day_later(db)
    captures.queue_revisits(db)
    (task,) = claim_to_fetch(db)

    captures.skipped(db, task.no, task.token, Reason.UNCHANGED)

    assert captures.counts(db) == before
    assert captures.failures(db) == []
    assert captures.requeue(db) == 0


def test_a_later_look_knows_the_text_that_the_index_has(db: Database) -> None:
    announce(db, entry())
    fetch_all(db)
    (first,) = captures.claim_fetched(db, 10)
    captures.indexed(db, [document(first, text_hash="one")])
    a_day_later(db)
    captures.queue_revisits(db)
    fetch_all(db)

    (again,) = captures.claim_fetched(db, 10)

    assert (first.text_hash, again.text_hash) == ("", "one")


def test_a_forgotten_article_is_not_looked_at_again(db: Database) -> None:
    brought(db)
    forgetting.forget(db, [found[0] for found in forgetting.found(db, url=entry().url)])
    a_day_later(db)

    assert captures.queue_revisits(db) == 0


def test_edits_are_fetched_ever_less_often_and_not_for_ever(db: Database) -> None:
    brought(db)

    for n in range(MOST_EDITS + 3):
        announce(db, entry(title=f"Верзија {n}"))
        make_due(db)
        fetch_all(db)
        index_all(db)

    with db.read() as conn:
        kinds = conn.scalars(select(t.captures.c.kind).order_by(t.captures.c.n)).all()
    assert kinds == ["new", *["edit"] * MOST_EDITS]


def test_the_second_edit_waits(db: Database) -> None:
    brought(db)
    for n in range(2):
        announce(db, entry(title=f"Верзија {n}"))
        fetch_all(db)
        index_all(db)

    with db.read() as conn:
        statuses = conn.scalars(select(t.captures.c.status).order_by(t.captures.c.n)).all()
    assert statuses == ["indexed", "indexed", "queued"]
