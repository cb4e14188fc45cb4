"""Feeds and what a poll brings."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier, BrokenBarrierError

import pytest
from sqlalchemy import event, select, update

from tests.wire_state import (
    FEED,
    announce,
    claim_to_fetch,
    entry,
    fetch_all,
    keyed,
    make_due,
    many,
    oversleep,
    page,
    polled,
    source,
    statuses,
)
from wirewatch.errors import Reason, UserError
from wirewatch.model import Entry
from wirewatch.state import captures, feeds, meta, runs
from wirewatch.state import tables as t
from wirewatch.state.database import Database, clock

OTHER = "https://danas.example/atom"


def test_a_feed_removed_from_the_config_stops_and_keeps_what_it_brought(db: Database) -> None:
    announce(db, entry())

    feeds.sync(db, [source(OTHER)])

    assert {(row.url, row.active, row.entries) for row in feeds.rows(db)} == {(FEED, False, 1), (OTHER, True, 0)}
    assert [task.url for task in feeds.claim(db, 10)] == [OTHER]


def test_a_feed_without_a_web_address_is_the_users_mistake(db: Database) -> None:
    with pytest.raises(UserError, match="Вести: 'https://a b/rss' is no web address"):
        feeds.sync(db, [source("https://a b/rss")])


def test_a_renamed_source_keeps_its_feeds_history(db: Database) -> None:
    announce(db, entry())

    feeds.sync(db, [source(name="Нове вести", language="sr-Cyrl")])

    (row,) = feeds.rows(db)
    assert (row.source, row.entries, row.last_new_at is not None) == ("Нове вести", 1, True)
    fetch_all(db)
    (task,) = captures.claim_fetched(db, 1)
    assert (task.source, task.language, task.feed) == ("Нове вести", "sr-Cyrl", FEED)


def test_a_shorter_pace_in_the_config_is_taken_up_at_once(db: Database) -> None:
    announce(db)

    feeds.sync(db, [source(every=0.0)])

    assert [task.every for task in feeds.claim(db, 10)] == [0.0]


def test_a_feed_is_claimed_by_one_at_a_time_and_again_when_the_lease_is_over(db: Database) -> None:
    feeds.sync(db, [source()])

    (first,) = feeds.claim(db, 10)
    assert feeds.claim(db, 10, now_too=True) == []
    oversleep(db)
    (second,) = feeds.claim(db, 10)

    assert first.first_poll
    assert feeds.finish_poll(db, first, polled(), [keyed(entry())]) is None
    assert feeds.finish_poll(db, second, polled(), []) == feeds.PollCounts(new=0, edited=0, seen=0)
    assert statuses(db) == []


def test_a_renewed_lease_holds(db: Database) -> None:
    feeds.sync(db, [source()])
    (task,) = feeds.claim(db, 10)
    oversleep(db)

    feeds.renew(db, [task.token])

    assert feeds.claim(db, 10) == []


def test_now_asks_what_is_not_due_once_but_never_before_retry_after(open_again: Callable[[], Database]) -> None:
    db = open_again()
    feeds.sync(db, [source(FEED, OTHER)])
    for task in feeds.claim(db, 10):
        feeds.finish_poll(db, task, polled(), [])
    with db.write() as conn:
        conn.execute(update(t.feeds).where(t.feeds.c.url == OTHER).values(not_before=clock(conn) + timedelta(hours=1)))

    assert feeds.claim(db, 10) == []
    assert feeds.claim(db, 10, now_too=True) == []  # this run has polled them
    later = open_again()
    assert [task.url for task in feeds.claim(later, 10, now_too=True)] == [FEED]


def test_new_entries_are_queued_once_whatever_shows_them_again(db: Database) -> None:
    first = announce(db, entry(), entry("https://vesti.example/2"), entry("http://www.vesti.example/2?utm_source=rss"))
    again = announce(db, entry(), entry("https://vesti.example/3"))

    assert first == feeds.PollCounts(new=2, edited=0, seen=0)
    assert again == feeds.PollCounts(new=1, edited=0, seen=1)
    assert statuses(db) == ["queued"] * 3
    assert feeds.rows(db)[0].entries == 3


def test_a_link_in_two_feeds_is_one_article_with_two_references(db: Database) -> None:
    announce(db, entry())

    assert announce(db, entry(title="Други наслов"), feed=OTHER) == feeds.PollCounts(new=0, edited=0, seen=1)

    with db.read() as conn:
        assert len(conn.execute(select(t.article_feeds)).all()) == 2
        assert len(conn.execute(select(t.articles)).all()) == 1


def test_a_changed_title_is_fetched_again_unless_one_capture_waits_already(db: Database) -> None:
    announce(db, entry(title="Први"))
    waiting = announce(db, entry(title="Други"))
    fetch_all(db)
    edited = announce(db, entry(title="Трећи"))
    same = announce(db, entry(title="Трећи"))

    assert waiting == feeds.PollCounts(new=0, edited=0, seen=1)
    assert edited == feeds.PollCounts(new=0, edited=1, seen=0)
    assert same == feeds.PollCounts(new=0, edited=0, seen=1)
    assert statuses(db) == ["fetched", "queued"]


def test_an_edit_announced_while_the_page_is_being_fetched_is_fetched_a_while_later(db: Database) -> None:
    announce(db, entry(title="Први"))
    (asked,) = claim_to_fetch(db)
    edited = announce(db, entry(title="Други"))
    captures.fetched(db, [page(asked)])

    assert edited == feeds.PollCounts(new=0, edited=1, seen=0)
    with db.read() as conn:
        first, second = conn.execute(select(t.captures).order_by(t.captures.c.n)).all()
    assert [(row.status, row.kind) for row in (first, second)] == [("fetched", "new"), ("queued", "edit")]
    assert second.due_at - second.queued_at == timedelta(minutes=10)


def test_an_article_whose_mark_always_changes_is_fetched_25_times_at_most(db: Database) -> None:
    for i in range(30):
        announce(db, entry(updated=str(i)))
        make_due(db)
        fetch_all(db)

    assert len(statuses(db)) == 25


def test_validators_and_entries_are_written_together_or_not_at_all(db: Database) -> None:
    feeds.sync(db, [source()])
    (task,) = feeds.claim(db, 10)
    broken = keyed(entry("https://vesti.example/2"))
    object.__setattr__(broken.entry, "url", "no address")  # fails in the midst of the transaction

    with pytest.raises(Exception, match="bad-url"):
        feeds.finish_poll(db, task, polled(etag="new"), [keyed(entry()), broken])

    with db.read() as conn:
        assert conn.execute(select(t.articles)).all() == []
        assert conn.scalar(select(t.feeds.c.etag)) == ""


def test_a_failing_poll_tells_why_and_a_later_success_heals_it(db: Database) -> None:
    announce(db, entry())
    make_due(db)
    (task,) = feeds.claim(db, 1)
    feeds.finish_poll(db, task, polled("gone", reason=Reason.HTTP_410), [])
    (failing,) = feeds.rows(db)
    make_due(db)
    (task,) = feeds.claim(db, 1)
    feeds.finish_poll(db, task, polled("nothing-new"), [])
    (healed,) = feeds.rows(db)

    assert (failing.reason, failing.failures, failing.entries) == (Reason.HTTP_410, 1.0, 1)
    assert task.gone_at is not None
    assert not task.first_poll
    assert (healed.reason, healed.silent) == (None, False)


def test_what_feeds_say_may_hold_what_a_database_can_not(db: Database) -> None:
    assert announce(db, entry(title="a\0b\ud800c")) == feeds.PollCounts(new=1, edited=0, seen=0)

    fetch_all(db)
    (task,) = captures.claim_fetched(db, 1)
    assert task.entry.title == "a\0b?c"


def test_two_thousand_entries_are_taken_in_one_poll(db: Database) -> None:
    assert announce(db, *many(2000)) == feeds.PollCounts(new=2000, edited=0, seen=0)
    assert announce(db, *many(2000)) == feeds.PollCounts(new=0, edited=0, seen=2000)


def test_the_last_runs_are_told_newest_first(db: Database) -> None:
    first, second = runs.begin(db), runs.begin(db)
    runs.end(db, second, {"poll": {"new": 2}})

    found = runs.last(db)

    assert [(run.no, run.summary) for run in found] == [(second, {"poll": {"new": 2}}), (first, None)]
    assert found[1].ended_at is None


def test_a_fact_is_kept_and_replaced(db: Database) -> None:
    meta.put(db, "index-generation", "a")
    meta.put(db, "index-generation", "b")

    assert (meta.get(db, "index-generation"), meta.get(db, "nothing")) == ("b", None)


def test_times_come_back_with_their_zone_and_naive_ones_are_refused(db: Database) -> None:
    moscow = datetime.fromisoformat("2026-11-01T03:00:00.123456+03:00")
    with db.write() as conn:
        conn.execute(t.archive_files.insert().values(name="a", added_at=moscow))
        found = conn.scalar(select(t.archive_files.c.added_at))

    assert found == moscow
    assert found is not None
    assert found.tzinfo is UTC
    with pytest.raises(Exception, match="without a zone"), db.write() as conn:
        conn.execute(t.archive_files.insert().values(name="b", added_at=datetime(2026, 11, 1)))


def test_feeds_polled_at_once_that_announce_the_same_make_each_article_once(open_again: Callable[[], Database]) -> None:
    workers = [open_again() for _ in range(4)]
    urls = [f"https://f{i}.example/rss" for i in range(4)]
    feeds.sync(workers[0], [source(*urls)])
    tasks = feeds.claim(workers[0], 4)
    announced = many(60)

    def work(number: int) -> int:
        order = announced if number % 2 else announced[::-1]
        counts = feeds.finish_poll(workers[number], tasks[number], polled(), [keyed(one) for one in order])
        assert counts is not None
        assert counts.new + counts.seen == 60
        return counts.new

    with ThreadPoolExecutor(4) as pool:
        new = sum(pool.map(work, range(4)))

    assert new == 60
    assert len(statuses(workers[0])) == 60
    assert [row.entries for row in feeds.rows(workers[0])] == [60] * 4


def test_polls_that_brought_nothing_are_written_together_unless_the_claim_was_lost(db: Database) -> None:
    feeds.sync(db, [source("https://a.example/rss", "https://b.example/rss")])
    mine, lost = feeds.claim(db, 10)
    feeds.release(db, lost)

    feeds.finish_unchanged(db, [(mine, polled("unchanged", etag="new")), (lost, polled("unchanged", etag="new"))])

    rows = {row.url: row for row in feeds.rows(db)}
    assert rows[mine.url].last_success_at is not None
    assert rows[lost.url].last_success_at is None
    assert [task.url for task in feeds.claim(db, 10)] == [lost.url]


def test_processes_that_start_at_once_bring_the_config_once(open_again: Callable[[], Database]) -> None:
    databases = [open_again() for _ in range(4)]
    outlets = [source(*(f"https://{n}.example/rss" for n in range(40)))]

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda db: feeds.sync(db, outlets), databases))

    assert len(feeds.rows(databases[0])) == 40


def test_an_article_whose_mobile_page_could_not_be_had_is_fetched_at_its_own_address_once_that_is_announced(db: Database) -> None:
    announce(db, entry("https://m.vesti.example/vest-12345"))
    (task,) = claim_to_fetch(db)
    captures.skipped(db, task.no, task.token, Reason.NOINDEX)

    announce(db, entry("https://vesti.example/vest-12345"))
    announce(db, entry("https://vesti.example/vest-12345"))

    assert list(statuses(db)) == ["skipped", "queued"]


def test_an_article_that_failed_at_its_own_address_is_not_news_when_it_is_shown_again(db: Database) -> None:
    announce(db, entry())
    (task,) = claim_to_fetch(db)
    captures.failed(db, task.no, task.token, Reason.HTTP_404)

    announce(db, entry())

    assert list(statuses(db)) == ["failed"]


def marked(found: Entry, mark: bytes) -> feeds.KeyedEntry:
    """The entry of an item with this mark."""
    return replace(keyed(found), mark=mark)


def test_the_marks_of_a_feeds_items_are_kept_until_another_reading_and_over_a_failure(db: Database) -> None:
    feeds.sync(db, [source()])
    shown: list[bytes] = []
    for entries, kept in (((marked(entry(), b"a"),), b""), ((marked(entry("https://vesti.example/2"), b"b"),), b"a"), ((), None)):
        make_due(db)
        (task,) = feeds.claim(db, 1)
        shown.append(task.marks)
        feeds.finish_read(db, task, lambda _: polled(), entries, kept)
    make_due(db)

    assert shown == [b"", b"a", b"ab"]
    assert feeds.claim(db, 1)[0].marks == b"ab"


def test_an_item_that_shares_its_article_is_read_again_at_each_poll(db: Database) -> None:
    announce(db, entry("https://m.vesti.example/vest-12345"))
    make_due(db)
    (task,) = feeds.claim(db, 1)
    plain, twice = entry("https://vesti.example/vest-12345"), entry("https://vesti.example/2")

    feeds.finish_read(db, task, lambda _: polled(), [marked(plain, b"a"), marked(twice, b"b"), marked(twice, b"c")], b"")

    make_due(db)
    assert feeds.claim(db, 1)[0].marks == b""


def sent_away(db: Database, *urls: str, reason: Reason = Reason.HTTP_429) -> list[str]:
    """The feeds that may still be asked after the first of these was sent away for an hour."""
    feeds.sync(db, [source(*urls)])
    first = next(task for task in feeds.claim(db, 10) if task.url == urls[0])
    rest = polled("failed", reason=reason)
    feeds.finish_poll(db, first, replace(rest, host_closed_until=datetime.now(UTC) + timedelta(hours=1)), [])
    oversleep(db)
    return sorted(task.url for task in feeds.claim(db, 10, now_too=True))


def test_too_many_requests_to_one_host_give_its_whole_site_a_rest(db: Database) -> None:
    urls = ("https://ana.blogovi.example/rss", "http://marko.blogovi.example:8080/rss", "https://dablogovi.example/rss")

    assert sent_away(db, *urls) == ["https://dablogovi.example/rss"]

    with db.read() as conn:
        closed = dict(conn.execute(select(t.hosts.c.host, t.hosts.c.closed_until)).tuples().all())
    waits = {host: until - datetime.now(UTC) for host, until in closed.items() if until}
    assert waits["ana.blogovi.example:443"] > timedelta(minutes=59)
    assert timedelta(minutes=14) < waits["marko.blogovi.example:8080"] <= timedelta(minutes=15)


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        ("https://ana.blogovi.example/rss", "https://marko.blogovi.example/rss", Reason.HTTP_5XX),
        ("https://ana.blogspot.com/rss", "https://marko.blogspot.com/rss", Reason.HTTP_429),
        ("https://vesti.co.rs/rss", "https://danas.co.rs/rss", Reason.HTTP_429),
        ("http://192.0.2.1/rss", "http://192.0.2.1:8080/rss", Reason.HTTP_429),
    ],
)
def test_what_was_said_of_one_host_alone_holds_for_it_alone(db: Database, first: str, second: str, reason: Reason) -> None:
    assert sent_away(db, first, second, reason=reason) == [second]


def test_two_polls_that_announce_the_same_by_mobile_and_plain_addresses_crosswise_do_not_wait_for_each_other(
    open_again: Callable[[], Database],
) -> None:
    workers, met = [open_again() for _ in range(2)], Barrier(2)

    def pause(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        if "INSERT INTO article_keys" in statement:
            with suppress(BrokenBarrierError):
                met.wait(0.5)

    for worker in workers:
        event.listen(worker.engine, "after_cursor_execute", pause)
    feeds.sync(workers[0], [source("https://a.example/rss", "https://b.example/rss")])
    tasks = feeds.claim(workers[0], 2)
    one, two = (("https://{}vesti.example/vest-" + number).format for number in ("12345", "67890"))

    def work(number: int, *urls: str) -> feeds.PollCounts | None:
        return feeds.finish_poll(workers[number], tasks[number], polled(), [keyed(entry(url)) for url in urls])

    with ThreadPoolExecutor(2) as pool:
        counts = list(pool.map(work, (0, 1), (one("m."), two("m.")), (two(""), one(""))))

    assert [found and found.new + found.seen for found in counts] == [2, 2]
    with workers[0].read() as conn:
        owners = set(conn.scalars(select(t.article_keys.c.article)))
        assert owners == set(conn.scalars(select(t.articles.c.no)))
