"""Silence is told too: what usually speaks and doesn't, what lags, what can't be delivered."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, update

from tests.wire import Wire
from tests.wire_state import announce, fetch_all, make_due, many, source
from wirewatch.settings import load
from wirewatch.silence import EVERY, tell_silence
from wirewatch.state import feeds, matches
from wirewatch.state import tables as t
from wirewatch.state.database import Database
from wirewatch.state.silence import troubles

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def wire(db: Database, tmp_path: Path) -> Wire:
    return Wire(db, tmp_path)


def fired(wire: Wire, watch: str, *ago: timedelta) -> None:
    """The watch was met so long ago, each time by a story of its own."""
    announce(wire.db, *many(len(ago), f"{watch}.example"))
    with wire.db.write() as conn:
        nos = conn.scalars(t.articles.select().with_only_columns(t.articles.c.no).order_by(t.articles.c.no.desc())).all()
        facts = {"watch": watch, "state": "live"}
        rows = [
            {"id": f"{watch}{n}", "story": no, "article": no, "matched_at": wire.now - each, **facts}
            for n, (no, each) in enumerate(zip(nos, ago, strict=False))
        ]
        conn.execute(insert(t.matches), rows)


def told(wire: Wire, *watches: str) -> list[str]:
    return [each.text for each in troubles(wire.db, watches)]


def days(*numbers: float) -> Sequence[timedelta]:
    return [number * DAY for number in numbers]


def test_a_watch_that_usually_fires_and_went_quiet_is_told(wire: Wire) -> None:
    fired(wire, "kim", *days(5, 6, 7, 8, 9, 10, 12, 13))
    fired(wire, "weekly", *days(5, 12, 19, 26, 33, 40, 47, 54))
    fired(wire, "seldom", *days(30, 31))
    fired(wire, "muted", *days(5, 6, 7, 8, 9, 10, 12, 13))
    matches.mute(wire.db, "muted", wire.now + DAY)

    assert told(wire, "kim", "weekly", "seldom", "muted") == [
        "watch kim: met by nothing for 5 d; 2 d was its longest pause in 8 weeks"
    ]
    assert told(wire) == []


def test_an_index_that_lags_is_told(wire: Wire) -> None:
    announce(wire.db, *many(3))
    fetch_all(wire.db)
    fresh = told(wire)
    make_due(wire.db)

    assert fresh == []
    assert told(wire) == ["index: 3 pages wait to be indexed, the first for 60 min"]


def test_deliveries_that_fail_are_told_and_those_given_up(wire: Wire) -> None:
    wire.watch("kim", query="Kim")
    for n in range(3):
        wire.article(f"Ким {n}")
    wire.judge()
    dead, failing, once = matches.claim_outbox(wire.db)
    matches.failed_once(wire.db, replace(dead, attempts=7), "refused")
    matches.failed_once(wire.db, replace(failing, attempts=1), "timed out")
    matches.failed_once(wire.db, once, "timed out")

    assert told(wire) == [
        "channel desk: 1 messages given up after eight attempts: `wirewatch watches retry`; refused",
        "channel desk: 1 messages failed and tried again; timed out",
    ]


def test_a_source_none_of_whose_feeds_brings_anything_is_told(wire: Wire) -> None:
    urls = ("https://a.example/rss", "https://b.example/rss")
    feeds.sync(wire.db, [source(*urls, name="Тишина"), source("https://c.example/1", "https://c.example/2", name="Глас")])
    with wire.db.write() as conn:
        quiet = {"last_success_at": wire.now, "last_new_at": wire.now - 9 * DAY}
        conn.execute(update(t.feeds).where(t.feeds.c.url.in_(urls)).values(quiet))

    assert told(wire) == ["source Тишина: none of its 2 feeds brought anything new for 9 d"]


def test_a_trouble_is_told_once_and_told_again_when_it_is_over(wire: Wire, tmp_path: Path) -> None:
    (tmp_path / "wirewatch.toml").write_text('[channels]\nops = "file://ops.jsonl"\n[alarms]\nchannels = ["ops"]\n')
    settings = load(tmp_path, tmp_path, environment={})
    announce(wire.db, *many(3))
    fetch_all(wire.db)
    make_due(wire.db)

    counts = [tell_silence(settings, wire.db, wire.now + n * EVERY) for n in (0, 0.5, 1)]
    with wire.db.write() as conn:
        conn.execute(update(t.captures).values(status="matched"))
    counts.append(tell_silence(settings, wire.db, wire.now + 2 * EVERY))

    notices = [json.loads(line) for line in (tmp_path / "ops.jsonl").read_text().splitlines()]
    assert counts == [1, 0, 0, 1]
    assert [notice["notice"] for notice in notices] == ["wirewatch: 1 to look at", "wirewatch: 0 to look at, 1 over"]
    assert notices[1]["text"] == "over: index: 3 pages wait to be indexed, the first for 60 min"
