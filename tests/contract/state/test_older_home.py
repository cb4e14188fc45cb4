"""A home folder that an older version left is taken up by this one, with everything in it."""

import sqlite3
from pathlib import Path

from wirewatch.state import captures, feeds, matches
from wirewatch.state.database import opened

SPECIMEN = Path(__file__).parents[2] / "data" / "home-0001.sql"  # made by the first version: two articles told, one queued


def test_the_first_versions_home_is_taken_up(tmp_path: Path) -> None:
    old = sqlite3.connect(tmp_path / "state.db")
    old.executescript(SPECIMEN.read_text(encoding="utf-8"))
    old.close()

    with opened("sqlite", tmp_path) as db:
        counts = captures.counts(db)
        history = matches.history(db)
        rows = feeds.rows(db)

    assert (counts.articles["matched"], counts.articles["queued"]) == (2, 1)
    assert [(match.watch, match.state) for match in history] == [("kim-putin", "pending")]
    assert [row.url for row in rows] == ["https://vesti.example/rss"]
