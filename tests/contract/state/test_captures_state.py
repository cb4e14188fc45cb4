"""Captures from queued to indexed: claims, leases, tokens, retries."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from tests.wire_state import (
    announce,
    claim_to_fetch,
    document,
    entry,
    fetch_all,
    index_all,
    make_due,
    many,
    oversleep,
    page,
    statuses,
)
from wirewatch.errors import Reason, Skip
from wirewatch.model import Place
from wirewatch.state import captures
from wirewatch.state import tables as t
from wirewatch.state.database import Database, free_dead_claims
from wirewatch.state.ending import FETCH_WAITS

SOON = timedelta(hours=1)


def test_a_host_is_asked_by_one_worker_at_a_time(open_again: Callable[[], Database]) -> None:
    db, other = open_again(), open_again()
    announce(db, *many(3), *many(1, "danas.example"))

    first, second, third = captures.claim_host(db), captures.claim_host(other), captures.claim_host(db)

    assert {first.host, second.host} == {"vesti.example:443", "danas.example:443"}  # type: ignore[union-attr]
    assert third is None


def test_hosts_can_be_left_out(db: Database) -> None:
    announce(db, *many(1))

    assert captures.claim_host(db, skip=["vesti.example:443"]) is None


def test_a_task_tells_all_that_the_archive_keeps(db: Database) -> None:
    announce(db, entry("https://vesti.example/1?utm_source=rss"))

    (task,) = claim_to_fetch(db)

    origin = task.origin
    assert (task.url, task.n, task.kind, task.attempts) == ("https://vesti.example/1?utm_source=rss", 1, "new", 0)
    assert (origin.keys, origin.source, origin.language, origin.country) == (("vesti.example/1",), "Вести", "sr", "rs")
    assert origin.entry == entry("https://vesti.example/1?utm_source=rss")
    assert origin.article_id == task.article_id


def test_a_hosts_pace_and_robots_hold_for_the_next_worker(db: Database) -> None:
    announce(db, *many(2))
    host = captures.claim_host(db)
    assert host is not None
    next_at = datetime.now(UTC).replace(microsecond=0) + SOON

    assert captures.paced(db, host, next_at)
    captures.release_host(db, host, pace=2.0, robots=b"Disallow: /x", robots_status=200, robots_fetched_at=next_at)
    again = captures.claim_host(db)

    assert again is not None
    assert (again.next_at, again.pace, again.robots, again.robots_status) == (next_at, 2.0, b"Disallow: /x", 200)
    assert not captures.paced(db, host, next_at)
    assert captures.claim_captures(db, host, 10) == []


def test_a_closed_host_is_left_alone_even_with_now(open_again: Callable[[], Database]) -> None:
    db = open_again()
    announce(db, *many(1))
    host = captures.claim_host(db)
    assert host is not None

    captures.release_host(db, host, down_until=datetime.now(UTC) + SOON)

    assert captures.claim_host(open_again(), now_too=True) is None


def test_a_host_that_sent_a_poll_away_is_not_asked_for_the_next_page_either(db: Database) -> None:
    announce(db, *many(2))
    host = captures.claim_host(db)
    assert host is not None
    with db.write() as conn:
        conn.execute(update(t.hosts).values(closed_until=datetime.now(UTC) + SOON))

    assert not captures.paced(db, host, datetime.now(UTC))
    assert captures.claim_captures(db, host, 10) == []


def test_of_two_times_that_close_a_host_the_later_one_stands(open_again: Callable[[], Database]) -> None:
    db, later = open_again(), datetime.now(UTC).replace(microsecond=0) + 2 * SOON
    announce(db, *many(1))
    host = captures.claim_host(db)
    assert host is not None
    with db.write() as conn:
        conn.execute(update(t.hosts).values(closed_until=later))

    captures.release_host(db, host, down_until=later - SOON)

    with db.read() as conn:
        assert conn.scalar(select(t.hosts.c.closed_until)) == later


def test_the_longest_due_comes_first_and_the_limit_holds(db: Database) -> None:
    announce(db, *many(5))
    with db.write() as conn:
        conn.execute(update(t.captures).where(t.captures.c.no == 4).values(due_at=datetime(2026, 1, 1, tzinfo=UTC)))

    assert [task.no for task in claim_to_fetch(db, 3)] == [4, 1, 2]


def test_six_threads_take_each_of_500_captures_once(open_again: Callable[[], Database]) -> None:
    db = open_again()
    announce(db, *many(500))
    fetch_all(db)
    workers = [open_again() for _ in range(6)]

    def work(worker: Database) -> list[int]:
        taken: list[int] = []
        while tasks := captures.claim_fetched(worker, 7):
            taken += [task.no for task in tasks]
            captures.indexed(worker, [document(task) for task in tasks])
        return taken

    with ThreadPoolExecutor(6) as pool:
        taken = [no for nos in pool.map(work, workers) for no in nos]

    assert sorted(taken) == list(range(1, 501))
    assert set(statuses(db)) == {"indexed"}


def test_six_threads_fetch_each_of_300_pages_of_30_hosts_once(open_again: Callable[[], Database]) -> None:
    db = open_again()
    announce(db, *(one for i in range(30) for one in many(10, f"h{i}.example")))
    workers = [open_again() for _ in range(6)]

    def work(worker: Database) -> list[int]:
        taken: list[int] = []
        while host := captures.claim_host(worker):
            tasks = captures.claim_captures(worker, host, 4)
            captures.fetched(worker, [page(task) for task in tasks])
            captures.release_host(worker, host)
            taken += [task.no for task in tasks]
        return taken

    with ThreadPoolExecutor(6) as pool:
        taken = [no for nos in pool.map(work, workers) for no in nos]

    assert sorted(taken) == list(range(1, 301))


def test_a_lost_lease_writes_nothing(db: Database) -> None:
    announce(db, entry())
    (lost,) = claim_to_fetch(db)
    oversleep(db)
    (held,) = claim_to_fetch(db)

    captures.fetched(db, [page(lost)])
    captures.skipped(db, lost.no, lost.token, Reason.NOT_HTML)
    captures.retry(db, lost.no, lost.token, Reason.TIMEOUT)

    assert statuses(db) == ["queued"]
    captures.fetched(db, [page(held)])
    assert statuses(db) == ["fetched"]


def test_a_lost_lease_for_indexing_writes_nothing(db: Database) -> None:
    announce(db, entry())
    fetch_all(db)
    (lost,) = captures.claim_fetched(db, 1)
    oversleep(db)
    (held,) = captures.claim_fetched(db, 1)

    captures.indexed(db, [document(lost)])

    assert statuses(db) == ["fetched"]
    assert held.revision > lost.revision


def test_a_page_stays_claimed_while_its_file_is_open_and_its_host_free(db: Database) -> None:
    announce(db, entry())
    (task,) = claim_to_fetch(db)

    assert captures.claim_host(db) is None  # nothing else is due there
    captures.fetched(db, [page(task)])
    assert captures.known_files(db) == {"2026/11/01/a.warc.gz"}


def test_released_captures_are_free_at_once(db: Database) -> None:
    announce(db, *many(2))
    tasks = claim_to_fetch(db)

    captures.release_captures(db, tasks)

    assert len(claim_to_fetch(db)) == 2


def test_fetching_is_tried_again_on_a_growing_schedule_then_failed(db: Database) -> None:
    announce(db, entry())
    waits, outcome = [], "queued"
    while outcome == "queued":
        (task,) = claim_to_fetch(db)
        before = datetime.now(UTC)
        outcome = captures.retry(db, task.no, task.token, Reason.TIMEOUT, "30 s")
        with db.read() as conn:
            waits.append(conn.scalars(select(t.captures.c.due_at)).one() - before)
        make_due(db)

    rounded = [timedelta(minutes=round(wait / timedelta(minutes=1))) for wait in waits[: len(FETCH_WAITS)]]
    assert tuple(rounded) == FETCH_WAITS
    (row,) = captures.failures(db)
    assert (row.status, row.reason, row.detail, row.attempts) == ("failed", Reason.TIMEOUT, "30 s", 7)


def test_indexing_is_tried_three_times(db: Database) -> None:
    announce(db, entry())
    fetch_all(db)
    outcomes = []
    for _ in range(3):
        (task,) = captures.claim_fetched(db, 1)
        outcomes.append(captures.retry(db, task.no, task.token, Reason.EXTRACT_TIMEOUT))
        make_due(db)

    assert outcomes == ["queued", "queued", "failed"]
    assert captures.counts(db).failed_by_reason == {"extract-timeout": 1}


def test_now_tries_again_what_waits_but_breaks_no_retry_after(open_again: Callable[[], Database]) -> None:
    db = open_again()
    announce(db, *many(2))
    told, waits = claim_to_fetch(db)
    captures.retry(db, told.no, told.token, Reason.HTTP_429, after=SOON)
    captures.retry(db, waits.no, waits.token, Reason.TIMEOUT)

    assert captures.claim_host(db, now_too=True) is None  # this run has tried both
    later = open_again()
    host = captures.claim_host(later, now_too=True)
    assert host is not None
    assert [task.no for task in captures.claim_captures(later, host, 10, now_too=True)] == [waits.no]


def test_what_takes_its_worker_down_comes_alone_then_fails(open_again: Callable[[], Database]) -> None:
    db = open_again()
    announce(db, *many(3))
    fetch_all(db)
    sizes = []
    for _ in range(3):
        sizes.append(len(captures.claim_fetched(db, 10)))
        oversleep(db)
    for _ in range(80):
        tasks = captures.claim_fetched(db, 10)
        sizes.append(len(tasks))
        oversleep(db)

    assert sizes[:4] == [3, 3, 3, 3]
    assert set(sizes[4:]) == {1, 0}
    assert set(statuses(db)) == {"failed"}
    assert captures.counts(db).failed_by_reason == {"poison": 3}


def test_closing_gives_claims_back_without_a_death(open_again: Callable[[], Database]) -> None:
    db, other = open_again(), open_again()
    announce(db, entry())
    fetch_all(db)
    captures.claim_fetched(other, 10)

    other.close()

    assert [task.deaths for task in captures.claim_fetched(db, 10)] == [0]


def test_a_dead_process_of_this_machine_loses_its_claims_and_another_machines_keeps_them(db: Database) -> None:
    announce(db, *many(2))
    fetch_all(db)
    captures.claim_fetched(db, 2)
    host = db.owner.split(":")[0]
    with db.write() as conn:
        conn.execute(update(t.captures).where(t.captures.c.no == 1).values(owner=f"{host}:{2**22 + 1}:7.1"))
        conn.execute(update(t.captures).where(t.captures.c.no == 2).values(owner="elsewhere:1:7.1"))

    assert free_dead_claims(db) == 1

    assert [(task.no, task.deaths) for task in captures.claim_fetched(db, 10)] == [(1, 1)]


def test_two_captures_of_an_article_go_into_two_batches_and_the_later_wins(db: Database) -> None:
    announce(db, entry(title="Први"))
    fetch_all(db)
    announce(db, entry(title="Други"))
    fetch_all(db)
    (first,) = captures.claim_fetched(db, 10)
    (second,) = captures.claim_fetched(db, 10)

    captures.indexed(db, [document(second)])
    captures.indexed(db, [document(first)])

    assert second.revision > first.revision
    assert [task.title for task in captures.claim_indexed(db, 10)] == ["Други", "Други"]


def test_a_redirect_to_a_known_article_is_the_same_article(db: Database) -> None:
    announce(db, entry(), entry("https://vesti.example/amp/1"))
    first, second = sorted(claim_to_fetch(db), key=lambda task: task.no)

    captures.fetched(db, [page(first), page(second, keys=("vesti.example/1",))])

    assert sorted(statuses(db)) == ["fetched", "skipped"]
    assert captures.counts(db).skipped_by_reason == {"same-as": 1}
    assert captures.failures(db)[0].detail == first.article_id


def test_a_redirects_end_is_known_when_a_feed_shows_it(db: Database) -> None:
    announce(db, entry("https://kratko.example/x"))
    (task,) = claim_to_fetch(db)
    captures.fetched(db, [page(task, keys=("vesti.example/1",))])

    counts = announce(db, entry())

    assert counts is not None
    assert (counts.new, counts.seen) == (0, 1)


def test_closed_files_without_rows_are_adopted_once(db: Database, open_again: Callable[[], Database]) -> None:
    announce(db, entry())
    (task,) = claim_to_fetch(db)
    place = Place(file="b.warc.gz", offset=0, length=10)
    found = [(task.origin, place, task.url, "text/html")]

    assert captures.adopt(db, "b.warc.gz", found) == 1
    assert captures.adopt(db, "b.warc.gz", found) == 0
    captures.fetched(db, [page(task)])  # too late: its claim is gone

    (adopted,) = captures.claim_fetched(db, 10)
    assert adopted.place == place


def test_a_capture_fails_for_good_where_another_attempt_would_not_help(db: Database) -> None:
    announce(db, entry())
    (task,) = claim_to_fetch(db)

    captures.failed(db, task.no, "another token", Reason.HTTP_410)
    captures.failed(db, task.no, task.token, Reason.BLOCKED_ADDRESS, "127.0.0.1")

    (row,) = captures.failures(db)
    assert (row.status, row.reason, row.attempts) == ("failed", Reason.BLOCKED_ADDRESS, 1)


def test_an_adopted_page_of_a_known_article_is_the_same_article(db: Database) -> None:
    announce(db, entry(), entry("https://kratko.example/x"))
    with db.write() as conn:
        conn.execute(update(t.captures).where(t.captures.c.host == "vesti.example:443").values(due_at=datetime.now(UTC) + SOON))
    (task,) = claim_to_fetch(db)
    origin = replace(task.origin, keys=(*task.origin.keys, "vesti.example/1"))

    captures.adopt(db, "b.warc.gz", [(origin, Place(file="b.warc.gz", offset=0, length=10), task.url, "text/html")])

    assert captures.counts(db).skipped_by_reason == {"same-as": 1}


def test_from_the_archive_alone_the_articles_come_back_with_their_ids(db: Database) -> None:
    announce(db, entry())
    (task,) = claim_to_fetch(db)
    with db.write() as conn:
        for table in (t.article_keys, t.article_feeds, t.captures, t.articles):
            conn.execute(table.delete())

    captures.adopt(db, "b.warc.gz", [(task.origin, Place(file="b.warc.gz", offset=0, length=10), task.url, "")])

    (back,) = captures.claim_fetched(db, 10)
    assert (back.article_id, back.first_seen_at, back.source) == (task.article_id, task.origin.first_seen_at, "Вести")
    assert announce(db, entry()).seen == 1  # type: ignore[union-attr]


def test_another_index_has_everything_indexed_again_and_not_told_again(db: Database) -> None:
    announce(db, *many(2))
    fetch_all(db)
    index_all(db)
    first, second = captures.claim_indexed(db, 10)
    with db.write() as conn:
        conn.execute(update(t.captures).where(t.captures.c.no == first.no).values(status="matched"))

    assert captures.forget_index(db) == 2
    index_all(db)

    oversleep(db)
    assert {task.no: task.kind for task in captures.claim_indexed(db, 10)} == {first.no: "rebuild", second.no: "new"}


def test_a_failed_article_is_queued_once_more_by_hand(db: Database) -> None:
    announce(db, *many(3))
    for task, reason in zip(claim_to_fetch(db), (Reason.NOT_HTML, Reason.HTTP_404, Reason.HTTP_404), strict=True):
        captures.skipped(db, task.no, task.token, reason)

    assert captures.requeue(db, reason="not-html") == 1
    assert captures.requeue(db, url="http://www.vesti.example/1?utm_source=x") == 1
    assert captures.requeue(db, url="https://vesti.example/nowhere") == 0
    assert captures.requeue(db) == 1

    assert captures.requeue(db) == 0  # they wait
    assert {(task.kind, task.n) for task in claim_to_fetch(db)} == {("retry", 2)}
    with pytest.raises(Skip, match="bad-url"):
        captures.requeue(db, url="vesti")


def test_each_article_counts_once_and_a_revisit_that_fails_changes_nothing(db: Database) -> None:
    announce(db, *many(4))
    fetch_all(db)
    index_all(db)
    announce(db, *(entry(one.url, one.title + "!") for one in many(3)), entry("https://vesti.example/9"))
    edits = {task.url: task for task in claim_to_fetch(db)}
    captures.skipped(db, edits["https://vesti.example/0"].no, edits["https://vesti.example/0"].token, Reason.HTTP_404)
    captures.skipped(db, edits["https://vesti.example/9"].no, edits["https://vesti.example/9"].token, Reason.NOT_ARTICLE)

    counts = captures.counts(db)

    assert counts.articles == {"queued": 0, "fetched": 0, "indexed": 4, "matched": 0, "skipped": 1, "failed": 0}
    assert counts.skipped_by_reason == {"not-article": 1}
    assert counts.oldest_queued_at is not None
    assert [row.reason for row in captures.failures(db)] == [Reason.NOT_ARTICLE, Reason.HTTP_404]
