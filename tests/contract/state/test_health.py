"""Feeds that fall ill are told once, and once more when they are well again."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from tests.wire_state import source
from wirewatch.errors import Reason
from wirewatch.state import feeds, health, runs
from wirewatch.state import tables as t
from wirewatch.state.database import Database, sweep

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def feed(db: Database, **ago: timedelta | str | None) -> None:
    """One feed, whose times lie that far back."""
    feeds.sync(db, [source()])
    now = datetime.now(UTC)
    values: dict[str, object] = {name: now - value if isinstance(value, timedelta) else value for name, value in ago.items()}
    values["failures"] = float(str(values.get("failures", 0)))
    with db.write() as conn:
        conn.execute(update(t.feeds).values(values))


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ({"last_success_at": HOUR, "last_new_at": HOUR}, []),
        ({"last_success_at": HOUR, "last_new_at": 8 * DAY}, ["silent"]),
        ({"last_success_at": HOUR, "last_new_at": None}, ["silent"]),
        ({"last_success_at": 2 * HOUR, "last_new_at": HOUR, "reason": str(Reason.HTTP_5XX)}, []),
        ({"last_success_at": 2 * DAY, "last_new_at": 2 * DAY, "reason": str(Reason.HTTP_5XX)}, ["failing"]),
        ({"last_success_at": None, "reason": str(Reason.DNS), "failures": "3"}, ["failing"]),
        ({"last_success_at": None, "reason": str(Reason.DNS), "failures": "1"}, []),
        ({"last_success_at": 9 * DAY, "last_new_at": 9 * DAY, "reason": str(Reason.DNS)}, ["failing for a week"]),
        ({"last_success_at": None}, []),
        ({"last_success_at": HOUR, "last_new_at": 8 * DAY, "active": None}, []),
    ],
)
def test_what_a_feeds_health_is_called(db: Database, times: dict[str, timedelta | str | None], expected: list[str]) -> None:
    feed(db, **{name: value for name, value in times.items() if name != "active"})
    if "active" in times:
        feeds.sync(db, [])

    assert [found.health for found in health.changed(db)] == expected


def test_it_is_told_once_and_once_more_when_it_is_well_again(db: Database) -> None:
    feed(db, last_success_at=2 * DAY, last_new_at=2 * DAY, reason=str(Reason.HTTP_5XX))
    ill = health.changed(db)

    health.told(db, ill)
    still = health.changed(db)
    feed(db, last_success_at=HOUR, last_new_at=HOUR, reason=None)
    well = health.changed(db)
    health.told(db, well)

    assert [(one.health, one.reason) for one in ill] == [("failing", "http-5xx")]
    assert still == []
    assert [(one.health, one.source) for one in well] == [("", "Вести")]
    assert health.changed(db) == []


def test_a_sweep_frees_what_lapsed_an_hour_ago_and_nothing_younger(db: Database) -> None:
    feeds.sync(db, [source("https://a.example/rss", "https://b.example/rss")])
    feeds.claim(db, 2)
    now = datetime.now(UTC)
    with db.write() as conn:
        for url, at in (("https://a.example/rss", now - 2 * HOUR), ("https://b.example/rss", now - timedelta(minutes=5))):
            conn.execute(update(t.feeds).where(t.feeds.c.url == url).values(leased_until=at, owner="elsewhere:1:1"))

    assert sweep(db) == 1
    assert sweep(db) == 0


def test_old_runs_are_forgotten(db: Database) -> None:
    old, new = runs.begin(db), runs.begin(db)
    with db.write() as conn:
        conn.execute(update(t.runs).where(t.runs.c.no == old).values(started_at=datetime.now(UTC) - 91 * DAY))

    assert runs.drop_old(db, 90 * DAY) == 1
    assert [row.no for row in runs.last(db)] == [new]
