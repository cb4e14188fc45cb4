"""The outbox by address: what is due for whom, how much it was told lately, and that it may rest."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from tests.contract.state.test_matches_state import MAX_AGE, met
from tests.wire_state import announce, fetch_all, index_all, many
from wirewatch.state import captures, matches
from wirewatch.state import tables as t
from wirewatch.state.database import Database
from wirewatch.state.matches import Due

BOTH = [("desk", "a"), ("desk", "b")]


def told(db: Database, number: int) -> None:
    """So many stories are to be told to both addresses."""
    announce(db, *many(number))
    fetch_all(db)
    index_all(db)
    tasks = captures.claim_indexed(db, 100)
    matches.record(db, tasks, [met(task, addresses=BOTH) for task in tasks], MAX_AGE)


def test_an_address_is_due_until_somebody_sends_to_it(db: Database) -> None:
    told(db, 3)

    mine = matches.claim_outbox(db, 2, ("desk", "a"))

    assert [(task.channel, task.address) for task in mine] == [("desk", "a")] * 2
    assert sorted(matches.due_addresses(db), key=lambda due: due.address) == [
        Due(channel="desk", address="a", messages=1),
        Due(channel="desk", address="b", messages=3),
    ]


def test_what_went_in_one_message_counts_once_and_for_its_address_only(db: Database) -> None:
    told(db, 3)
    first, *rest = matches.claim_outbox(db, 3, ("desk", "a"))

    matches.sent(db, first)
    matches.sent(db, *rest)

    assert len(matches.told_since(db, "desk", "a", timedelta(hours=1))) == 2
    assert matches.told_since(db, "desk", "a", timedelta(0)) == []
    assert matches.told_since(db, "desk", "b", timedelta(hours=1)) == []


def test_an_address_that_rests_spends_no_attempt_and_what_was_claimed_is_given_back(db: Database) -> None:
    told(db, 3)
    failing, *_ = matches.claim_outbox(db, 2, ("desk", "a"))
    matches.failed_once(db, failing, "500", timedelta(hours=2))
    until = datetime.now(UTC) + timedelta(hours=1)

    matches.rest(db, "desk", "a", until)

    with db.read() as conn:
        rows = conn.execute(select(t.outbox).where(t.outbox.c.address == "a").order_by(t.outbox.c.due_at)).all()
    assert [row.attempts for row in rows] == [0, 0, 1]
    assert [row.due_at - until < timedelta(seconds=1) for row in rows] == [True, True, False]
    assert {row.token for row in rows} == {None}
    assert [due.address for due in matches.due_addresses(db)] == ["b"]


def test_a_match_is_due_when_its_channel_tells(db: Database) -> None:
    announce(db, *many(1))
    fetch_all(db)
    index_all(db)
    tasks = captures.claim_indexed(db, 100)
    later = datetime.now(UTC) + timedelta(hours=8)

    found = [replace(met(task, addresses=[("desk", "a"), ("log", "l")]), tell_at={"desk": later}) for task in tasks]
    matches.record(db, tasks, found, MAX_AGE)

    assert [due.channel for due in matches.due_addresses(db)] == ["log"]
