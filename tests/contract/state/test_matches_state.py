"""Matches and the outbox."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from sqlalchemy import insert, text, update

from tests.texts import news
from tests.wire_state import announce, entry, fetch_all, index_all, make_due, many, oversleep, statuses
from wirewatch.group.sketch import fold
from wirewatch.group.stage import Text, assign
from wirewatch.model import ArticleNo
from wirewatch.state import captures, matches
from wirewatch.state import tables as t
from wirewatch.state.captures import MatchTask
from wirewatch.state.database import Database
from wirewatch.state.matches import Met

MAX_AGE = timedelta(hours=48)
WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")


def indexed(db: Database, number: int = 1) -> list[MatchTask]:
    """That many indexed articles of one text, claimed for matching."""
    announce(db, *many(number))
    fetch_all(db)
    index_all(db)
    assign(db, [Text(ArticleNo(no), "", fold("\n".join(news()))) for no in range(1, number + 1)], timedelta(days=14))
    return captures.claim_indexed(db, 100)


def met(task: MatchTask, state: str = "live", addresses: Sequence[tuple[str, str]] = (("newsroom", "a1"),)) -> Met:
    return Met(
        watch="kim-putin",
        article_no=task.article_no,
        story_no=task.story_no,
        state=state,
        reason="" if state == "live" else "before the watch",
        sentence="<em>Ким</em> и <em>Путин</em>",
        addresses=addresses,
    )


def test_a_watch_is_saved_when_its_name_and_query_are_first_seen(db: Database) -> None:
    first = matches.seen_watches(db, [("kim", "1"), ("putin", "1")])
    second = matches.seen_watches(db, [("kim", "2"), ("putin", "1")])

    assert second["putin"] == first["putin"]
    assert second["kim"] > first["kim"]


def test_a_story_meets_a_watch_once_and_is_queued_for_each_address(db: Database) -> None:
    first, second = indexed(db, 2)

    counts = matches.record(db, [first, second], [met(first, addresses=[("n", "a"), ("n", "b")]), met(second)], MAX_AGE)

    assert (counts.live, counts.again) == (1, 1)
    assert statuses(db) == ["matched", "matched"]
    sending = matches.claim_outbox(db)
    assert [(task.channel, task.address) for task in sending] == [("n", "a"), ("n", "b")]
    message = sending[0].message
    assert (message.title, message.source, message.story_id, message.tellings) == ("Вест 0", "Вести", first.story_id, 2)
    assert message.published_at == entry().published_at
    assert len(message.match_id) == 16


def test_a_suppressed_match_is_lifted_by_a_fresh_telling(db: Database) -> None:
    first, second = indexed(db, 2)
    matches.record(db, [first], [met(first, "suppressed")], MAX_AGE)
    silent = matches.claim_outbox(db)

    counts = matches.record(db, [second], [met(second)], MAX_AGE)

    assert (silent, counts.lifted) == ([], 1)
    (row,) = matches.history(db)
    assert (row.state, row.article_id, row.story_id) == ("pending", second.article_id, first.story_id)


def test_a_story_first_told_long_ago_stays_suppressed(db: Database) -> None:
    first, second = indexed(db, 2)
    matches.record(db, [first], [met(first, "suppressed")], MAX_AGE)
    with db.write() as conn:
        conn.execute(update(t.articles).where(t.articles.c.no == 1).values(first_seen_at=datetime.now(UTC) - 2 * MAX_AGE))

    counts = matches.record(db, [second], [met(second)], MAX_AGE)

    assert counts.again == 1
    assert [row.state for row in matches.history(db)] == ["suppressed"]


def test_a_lost_claim_records_nothing(db: Database) -> None:
    (lost,) = indexed(db)
    oversleep(db)
    (held,) = captures.claim_indexed(db, 10)

    matches.record(db, [lost], [met(lost)], MAX_AGE)
    assert matches.history(db) == []
    matches.record(db, [held], [met(held)], MAX_AGE)
    assert len(matches.history(db)) == 1


def test_several_captures_of_an_article_are_matched_together(db: Database) -> None:
    announce(db, entry())
    fetch_all(db)
    announce(db, entry(title="Други"))
    fetch_all(db)
    index_all(db)
    tasks = captures.claim_indexed(db, 10)

    counts = matches.record(db, tasks, [met(task) for task in tasks], MAX_AGE)

    assert (counts.live, counts.again) == (1, 1)
    assert statuses(db) == ["matched", "matched"]


def test_two_matchers_at_once_record_a_story_once(open_again: Callable[[], Database]) -> None:
    db, other = open_again(), open_again()
    tasks = indexed(db, 20)

    def work(worker: Database, mine: list[MatchTask]) -> int:
        return sum(matches.record(worker, [task], [met(task)], MAX_AGE).live for task in mine)

    with ThreadPoolExecutor(2) as pool:
        live = sum(pool.map(work, (db, other), (tasks[::2], tasks[1::2])))

    assert live == 1
    assert len(matches.claim_outbox(db)) == 1


def test_a_telling_that_is_news_is_told_though_another_process_has_just_recorded_an_old_one(
    open_again: Callable[[], Database],
) -> None:
    db, other = open_again(), open_again()
    old, fresh = indexed(db, 2)
    row = {"id": "0" * 16, "watch": "kim-putin", "story": old.story_no, "article": old.article_no, "state": "suppressed"}

    with ThreadPoolExecutor(1) as beside:
        with db.write() as conn:
            conn.execute(insert(t.matches).values(row | {"matched_at": datetime.now(UTC)}))
            recording = beside.submit(matches.record, other, [fresh], [met(fresh)], MAX_AGE)
            while conn.dialect.name == "postgresql" and not conn.scalar(WAITING):
                pass
        counts = recording.result()

    assert counts.lifted == 1
    assert [row.state for row in matches.history(db)] == ["pending"]


def test_a_message_is_sent_once_and_said_so(db: Database) -> None:
    (task,) = indexed(db)
    matches.record(db, [task], [met(task)], MAX_AGE)
    (sending,) = matches.claim_outbox(db)

    assert matches.claim_outbox(db) == []
    matches.sent(db, sending)

    (row,) = matches.history(db)
    assert (row.state, row.deliveries[0].attempts, row.deliveries[0].error) == ("sent", 1, "")
    assert row.deliveries[0].sent_at is not None
    make_due(db)
    assert matches.claim_outbox(db) == []


def test_a_message_that_fails_eight_times_is_dead(db: Database) -> None:
    (task,) = indexed(db)
    matches.record(db, [task], [met(task)], MAX_AGE)
    outcomes = []
    for _ in range(8):
        (sending,) = matches.claim_outbox(db)
        outcomes.append(matches.failed_once(db, sending, "500"))
        make_due(db)

    assert outcomes == ["pending"] * 7 + ["dead"]
    (row,) = matches.history(db)
    assert (row.state, row.deliveries[0].attempts, row.deliveries[0].error) == ("dead", 8, "500")


def test_a_match_without_a_channel_is_recorded(db: Database) -> None:
    (task,) = indexed(db)

    matches.record(db, [task], [met(task, addresses=())], MAX_AGE)

    assert [row.state for row in matches.history(db)] == ["recorded"]
    assert captures.counts(db).matches == 1
    assert captures.counts(db).stories == 1
