"""What Prometheus is told, checked by hand against a state that is known."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import delete, event, insert, text, update

from tests.wire_state import announce, claim_to_fetch, fetch_all, index_all, make_due, many, page, polled, source
from wirewatch import metrics
from wirewatch.cli.status import facts
from wirewatch.errors import Reason
from wirewatch.settings import load
from wirewatch.state import captures, feeds, matches, runs
from wirewatch.state import measures as m
from wirewatch.state import tables as t
from wirewatch.state.database import Database
from wirewatch.state.totals import GAP, totals

MAX_AGE = timedelta(hours=48)
HOUR = timedelta(hours=1)


def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def change(db: Database, statement: object) -> None:
    with db.write() as conn:
        conn.execute(statement)  # type: ignore[call-overload]


def printed(db: Database, home: Path) -> dict[str, float]:
    """Every sample of the exposition text, by its name and labels as they stand there."""
    said = metrics.text(metrics.Exporter(db, load(None, home, {})))
    return {
        sample.name + "".join(f" {key}={value}" for key, value in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(said)
        for sample in family.samples
    }


def message(db: Database, no: int, channel: str = "newsroom", state: str = "pending") -> None:
    """A message about a match of its own, by the first article."""
    at = {"due_at": now() - timedelta(minutes=no), "message": "{}"}
    found = {"id": f"match-{no}", "watch": f"watch-{no}", "story": 1, "article": 1, "state": "live", "matched_at": now()}
    change(db, insert(t.matches).values(found))
    change(
        db, insert(t.outbox).values(at | {"no": no, "match": f"match-{no}", "channel": channel, "address": "a", "state": state})
    )


def run(db: Database, **summary: dict[str, int]) -> int:
    """A run that did this."""
    no = runs.begin(db)
    runs.end(db, no, summary)
    return no


def test_feeds_are_counted_in_the_words_and_numbers_of_status(db: Database) -> None:
    urls = [f"https://vesti.example/{name}" for name in ("fine", "asleep", "down", "lost", "new", "old")]
    feeds.sync(db, [source(*urls)])
    tasks = {task.url.rpartition("/")[2]: task for task in feeds.claim(db, 100)}
    for name in ("fine", "asleep", "old"):
        feeds.finish_poll(db, tasks[name], polled(), [])
    feeds.finish_poll(db, tasks["down"], polled("failed", reason=Reason.DNS), [])
    feeds.finish_poll(db, tasks["lost"], polled("failed", reason=Reason.HTTP_404), [])
    change(db, update(t.feeds).where(t.feeds.c.url == urls[0]).values(last_new_at=now()))
    feeds.sync(db, [source(*urls[:-1])])

    health = m.measures(db, MAX_AGE).feeds

    assert health == m.FeedHealth({"ok": 2, "failing": 2, "unpolled": 1, "inactive": 1}, 1, {"dns": 1, "http-404": 1})
    status = facts(db)["feeds"]
    assert (status["ok"], status["failing"], status["silent"]) == (2, 2, 1)
    assert status["failing_by_reason"] == health.failing
    assert status["total"] == sum(health.by_state.values()) - health.by_state["inactive"]


def test_each_queue_tells_what_waits_what_is_due_and_how_late_it_is(db: Database) -> None:
    at = now()
    announce(db, *many(9))
    tasks = claim_to_fetch(db)
    captures.fetched(db, [page(task) for task in tasks[:5]])
    captures.indexed(db, [])
    change(db, update(t.captures).values(due_at=at + HOUR))
    change(db, update(t.captures).where(t.captures.c.no <= 2).values(status="indexed"))
    for no, late in ((1, 10), (3, 20), (4, 30), (6, 40), (7, 50), (8, 60)):
        change(db, update(t.captures).where(t.captures.c.no == no).values(due_at=at - timedelta(minutes=late)))
    change(db, update(t.feeds).values(next_poll_at=at - timedelta(minutes=5)))

    found = m.measures(db, MAX_AGE).queues

    assert {stage: (queue.waiting, queue.due) for stage, queue in found.items()} == {
        "poll": (1, 1),
        "fetch": (4, 3),
        "index": (3, 2),
        "match": (2, 1),
        "tell": (0, 0),
    }
    minutes = {stage: round(queue.late / 60) for stage, queue in found.items()}
    assert minutes == {"poll": 5, "fetch": 60, "index": 30, "match": 10, "tell": 0}


def test_what_is_due_later_makes_no_queue_late(db: Database) -> None:
    announce(db, *many(1))
    change(db, update(t.captures).values(due_at=now() + HOUR))

    assert m.measures(db, MAX_AGE).queues["fetch"] == m.Queue(waiting=1, due=0, late=0.0)


def test_messages_wait_by_channel(db: Database) -> None:
    announce(db, *many(1))
    for no, channel, state in ((1, "desk", "pending"), (2, "desk", "pending"), (3, "night", "pending"), (4, "desk", "sent")):
        message(db, no, channel, state)

    found = m.measures(db, MAX_AGE)

    assert found.pending == {"desk": 2, "night": 1}
    tell = found.queues["tell"]
    assert (tell.waiting, tell.due, round(tell.late / 60)) == (3, 3, 3)


def articles_that_took(db: Database, *minutes: int) -> None:
    """Indexed articles that took so long from first seen, each published half an hour before it was."""
    announce(db, *many(len(minutes)))
    fetch_all(db)
    index_all(db)
    at = now()
    for no, took in enumerate(minutes, 1):
        seen = at - timedelta(minutes=took)
        change(db, update(t.captures).where(t.captures.c.no == no).values(at=at))
        published = {"first_seen_at": seen, "published_at": seen - timedelta(minutes=30)}
        change(db, update(t.articles).where(t.articles.c.no == no).values(published))


def test_lags_are_taken_from_the_newest_new_articles(db: Database) -> None:
    articles_that_took(db, *range(20, 0, -1))

    found = m.measures(db, MAX_AGE)

    assert [found.index_lag.percentile(percent) for percent in (50, 95)] == [600.0, 1140.0]
    assert [found.publication_lag.percentile(percent) for percent in (50, 95)] == [2400.0, 2940.0]
    assert (len(found.index_lag.seconds), len(found.publication_lag.seconds)) == (20, 20)


def test_a_matched_article_is_an_indexed_one(db: Database) -> None:
    articles_that_took(db, 1, 3)
    change(db, update(t.captures).where(t.captures.c.no == 2).values(status="matched"))

    assert list(m.measures(db, MAX_AGE).index_lag.seconds) == [60.0, 180.0]


def test_what_still_waits_counts_with_its_age_so_far(db: Database) -> None:
    articles_that_took(db, 1, 1, 1)
    waits = {"status": "queued", "queued_at": now() - 5 * HOUR}
    change(db, update(t.captures).where(t.captures.c.no == 2).values(waits))
    change(db, update(t.articles).where(t.articles.c.no == 2).values(first_seen_at=now() - 5 * HOUR))

    found = m.measures(db, MAX_AGE)

    assert found.index_lag.percentile(95) == pytest.approx(5 * 3600, abs=60)
    assert len(found.publication_lag.seconds) == 2


@pytest.mark.parametrize(
    "values",
    [
        {"kind": "edit"},
        {"quiet": True},
        {"status": "skipped", "reason": Reason.PAYWALL},
        {"status": "queued", "reason": Reason.HTTP_5XX},
        {"queued_at": datetime.now(UTC) - timedelta(days=2)},
    ],
    ids=["an edit", "an import", "a skip", "another attempt", "of the day before"],
)
def test_other_captures_say_nothing_about_the_lag(db: Database, values: dict[str, object]) -> None:
    articles_that_took(db, 1, 100)
    change(db, update(t.captures).where(t.captures.c.no == 2).values(values))

    assert list(m.measures(db, MAX_AGE).index_lag.seconds) == [60.0]


def test_an_old_article_of_a_new_feed_says_nothing_about_the_lag_from_publication(db: Database) -> None:
    articles_that_took(db, 1, 1)
    change(db, update(t.articles).where(t.articles.c.no == 2).values(published_at=now() - timedelta(days=30)))

    assert list(m.measures(db, MAX_AGE).publication_lag.seconds) == [31 * 60.0]


def test_an_article_from_the_future_took_no_time(db: Database) -> None:
    articles_that_took(db, 1)
    change(db, update(t.articles).values(published_at=now() + HOUR))

    assert list(m.measures(db, MAX_AGE).publication_lag.seconds) == [0.0]


def test_setbacks_of_the_last_hour_are_told_by_stage_outcome_and_reason(db: Database) -> None:
    announce(db, *many(7))
    tasks = claim_to_fetch(db)
    captures.skipped(db, tasks[0].no, tasks[0].token, Reason.ROBOTS)
    captures.failed(db, tasks[1].no, tasks[1].token, Reason.HTTP_404)
    captures.retry(db, tasks[2].no, tasks[2].token, Reason.HTTP_5XX)
    captures.fetched(db, [page(task) for task in tasks[3:]])
    found = captures.claim_fetched(db, 10)
    captures.skipped(db, found[0].no, found[0].token, Reason.REJECTED)
    captures.skipped(db, found[1].no, found[1].token, Reason.REJECTED)
    captures.retry(db, found[2].no, found[2].token, Reason.BUG)
    captures.skipped(db, found[3].no, found[3].token, Reason.SAME_AS)
    expected = {
        ("fetch", "skipped", "robots"): 1,
        ("fetch", "failed", "http-404"): 1,
        ("fetch", "retried", "http-5xx"): 1,
        ("index", "skipped", "rejected"): 2,
        ("index", "retried", "bug"): 1,
        ("fetch", "skipped", "same-as"): 1,
    }

    assert m.measures(db, MAX_AGE).setbacks == expected
    change(db, update(t.captures).where(t.captures.c.no == tasks[0].no).values(at=now() - 2 * HOUR))
    assert m.measures(db, MAX_AGE).setbacks == {key: n for key, n in expected.items() if key[2] != "robots"}


def test_the_run_that_ended_last_need_not_be_the_newest(db: Database) -> None:
    assert m.measures(db, MAX_AGE).last_run_ended_at is None
    long, short = runs.begin(db), runs.begin(db)
    runs.begin(db)
    runs.end(db, short, {})
    runs.end(db, long, {})
    at = now()
    change(db, update(t.runs).where(t.runs.c.no == short).values(ended_at=at - HOUR))
    change(db, update(t.runs).where(t.runs.c.no == long).values(ended_at=at))

    assert m.measures(db, MAX_AGE).last_run_ended_at == at


def test_runs_add_up_each_once_when_it_has_ended(db: Database) -> None:
    going_on = runs.begin(db)
    run(db, fetch={"fetched": 3, "failed": 1})
    run(db, fetch={"fetched": 2}, tell={"sent": 1})
    expected = {("fetch", "fetched"): 5, ("fetch", "failed"): 1, ("tell", "sent"): 1}

    assert totals(db).outcomes == expected
    assert totals(db).outcomes == expected
    runs.end(db, going_on, {"fetch": {"fetched": 10}})
    assert totals(db).outcomes == expected | {("fetch", "fetched"): 15}


def test_a_counter_does_not_fall_when_old_runs_are_forgotten(db: Database) -> None:
    for _ in range(5):
        run(db, fetch={"fetched": 1})
    before = totals(db).outcomes
    change(db, update(t.runs).values(started_at=now() - timedelta(days=100)))

    runs.drop_old(db, timedelta(days=90))

    assert totals(db).outcomes == before == {("fetch", "fetched"): 5}
    run(db, fetch={"fetched": 1})  # on SQLite it gets the number of one that was forgotten
    assert totals(db).outcomes == {("fetch", "fetched"): 6}


def test_a_run_whose_number_was_given_out_earlier_and_comes_later_is_counted(db: Database) -> None:
    run(db, fetch={"fetched": 1})
    late = {"no": 3, "owner": "x", "started_at": now(), "ended_at": now(), "summary": '{"fetch": {"fetched": 10}}'}
    change(db, insert(t.runs).values(late | {"no": 4}))
    assert totals(db).outcomes == {("fetch", "fetched"): 11}

    change(db, insert(t.runs).values(late))

    assert totals(db).outcomes == {("fetch", "fetched"): 21}


def test_a_number_that_never_comes_is_waited_for_no_longer_than_so_many_runs(db: Database) -> None:
    late = {"owner": "x", "started_at": now(), "ended_at": now(), "summary": '{"fetch": {"fetched": 1}}'}
    for no in (1, 3, 3 + GAP):
        change(db, insert(t.runs).values(late | {"no": no}))
        assert totals(db).outcomes[("fetch", "fetched")] == {1: 1, 3: 2, 3 + GAP: 3}[no]

    change(db, insert(t.runs).values(late | {"no": 2}))

    assert totals(db).outcomes == {("fetch", "fetched"): 3}


def test_two_that_count_at_once_count_each_run_once(open_again: Callable[[], Database]) -> None:
    databases = [open_again() for _ in range(4)]
    for _ in range(20):
        run(databases[0], fetch={"fetched": 1})

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(totals, databases * 3))

    assert totals(databases[0]).outcomes == {("fetch", "fetched"): 20}


def test_messages_are_counted_by_channel_when_they_are_sent_or_dead_and_stay_so_when_forgotten(db: Database) -> None:
    announce(db, *many(1))
    message(db, 1, "desk", "sent")
    message(db, 2, "desk", "pending")
    message(db, 3, "night", "dead")
    assert totals(db).messages == {("desk", "sent"): 1, ("night", "dead"): 1}

    change(db, update(t.outbox).where(t.outbox.c.no == 2).values(state="dead"))
    assert totals(db).messages == {("desk", "sent"): 1, ("desk", "dead"): 1, ("night", "dead"): 1}

    change(db, delete(t.outbox).where(t.outbox.c.no == 1))
    assert totals(db).messages == {("desk", "sent"): 1, ("desk", "dead"): 1, ("night", "dead"): 1}


def test_a_message_that_was_given_up_and_then_sent_counts_as_both(db: Database) -> None:
    announce(db, *many(1))
    message(db, 1, "desk", "dead")
    message(db, 2, "desk", "sent")
    before = totals(db).messages

    matches.revive(db)
    waiting = totals(db).messages
    change(db, update(t.outbox).where(t.outbox.c.no == 1).values(state="sent"))

    assert before == waiting == {("desk", "dead"): 1, ("desk", "sent"): 1}
    assert totals(db).messages == {("desk", "dead"): 1, ("desk", "sent"): 2}
    assert totals(db).messages == {("desk", "dead"): 1, ("desk", "sent"): 2}


def test_the_text_says_what_the_state_says(db: Database, tmp_path: Path) -> None:
    articles_that_took(db, 2)
    message(db, 2, "desk", "dead")
    run(db, fetch={"fetched": 1})

    said = printed(db, tmp_path)

    kind = db.engine.dialect.name
    assert {key for key in said if "build_info" in key and f"database={kind}" in key and "schema=" in key}
    assert said["wirewatch_up"] == 1
    assert said["wirewatch_feeds state=ok"] == 1
    assert said["wirewatch_queue_waiting stage=match"] == 1
    assert said["wirewatch_queue_waiting stage=fetch"] == 0
    assert said["wirewatch_messages_total channel=desk outcome=dead"] == 1
    assert said["wirewatch_outcomes_total outcome=fetched stage=fetch"] == 1
    assert said["wirewatch_outcomes_total outcome=failed stage=index"] == 0
    assert said["wirewatch_publication_lag_seconds percentile=50"] == 32 * 60
    assert said["wirewatch_last_run_end_timestamp_seconds"] == pytest.approx(datetime.now(UTC).timestamp(), abs=60)


def test_the_state_is_asked_again_only_when_a_measurement_is_no_longer_fresh(db: Database, tmp_path: Path) -> None:
    settings = load(None, tmp_path, {})
    kept, anew = metrics.Exporter(db, settings, fresh=60), metrics.Exporter(db, settings, fresh=0)
    before = metrics.text(kept)
    run(db, fetch={"fetched": 7})

    assert metrics.text(kept) == before
    assert 'wirewatch_outcomes_total{outcome="fetched",stage="fetch"} 7.0' in metrics.text(anew)


@contextmanager
def statements(db: Database) -> Iterator[list[tuple[str, object]]]:
    """What the database is asked meanwhile."""
    seen: list[tuple[str, object]] = []

    def note(_conn: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        seen.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def test_nothing_reads_all_captures(db: Database) -> None:
    announce(db, *many(3))
    make_due(db)
    with statements(db) as seen:
        m.measures(db, MAX_AGE)
        totals(db)
    asked = [(statement, values) for statement, values in seen if "FROM captures" in statement]
    assert len(asked) == 5  # three queues, the lags, the setbacks

    plans = [_plan(db, statement, values) for statement, values in asked]

    whole = [plan for plan in plans if re.search(r"Seq Scan on captures|SCAN captures(?! USING)", plan) and "LIMIT" not in plan]
    assert whole == []
    found = "\n".join(plans)
    assert {name for name in ("queued", "fetched", "indexed", "reason") if f"captures_{name}" not in found} == set()


def _plan(db: Database, statement: str, values: object) -> str:
    """How the database would go about it, on PostgreSQL as if the table were large; and whether it may stop early."""
    postgresql = db.engine.dialect.name == "postgresql"
    with db.read() as conn:
        if postgresql:
            conn.execute(text("SET LOCAL enable_seqscan = off"))
        rows = conn.exec_driver_sql(("EXPLAIN " if postgresql else "EXPLAIN QUERY PLAN ") + statement, values).all()  # type: ignore[arg-type]
    return "\n".join([*(str(row[-1]) for row in rows), *re.findall("ORDER BY captures.no DESC\\s+LIMIT", statement)])
