"""The labelled set through grouping itself, on a database made for it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import insert

from benchmarks.stories.labelled import Labelled
from wirewatch.group.sketch import fold
from wirewatch.group.stage import Text, assign
from wirewatch.model import ArticleNo
from wirewatch.state import tables as t
from wirewatch.state.database import Database, opened

WINDOW = timedelta(days=14)


def announced(db: Database, seen: Sequence[tuple[datetime, str]], begin: int = 1) -> None:
    """Articles first seen then, of these sources, numbered on from `begin`."""
    rows = [
        {"no": no, "id": f"{no:016x}", "url": f"https://press.example/{no}", "first_seen_at": at, "source": source}
        for no, (at, source) in enumerate(seen, start=begin)
    ]
    with db.write() as conn:
        for some in range(0, len(rows), 5000):
            conn.execute(insert(t.articles), rows[some : some + 5000])


def grouped(articles: Sequence[Labelled], folder: Path, order: Sequence[int] | None = None) -> list[int]:
    """Each article's story, when they come in this order (of their places)."""
    with opened("sqlite", folder) as db:
        announced(db, [(article.seen_at, article.source) for article in articles])
        chosen = list(order or range(len(articles)))
        texts = [Text(ArticleNo(place + 1), articles[place].title, fold(articles[place].body)) for place in chosen]
        told = assign(db, texts, WINDOW)
    return [told[ArticleNo(place + 1)].story_no for place in range(len(articles))]
