"""What grouping costs: CPU an article, one a transaction, beside so many others; bytes; two workers at once."""

import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import func, select

from benchmarks.stories.filled import fill
from benchmarks.stories.labelled import Labelled, labelled
from benchmarks.stories.ours import WINDOW, announced
from wirewatch.group.sketch import fold
from wirewatch.group.stage import Text, assign
from wirewatch.model import ArticleNo
from wirewatch.state import tables as t
from wirewatch.state.database import Database, opened

MEASURED = 600  # articles of the labelled set, in the order of first seeing
WARM = 100  # of them, that come before the clock is looked at
TWICE = 1500  # texts that two workers meet at once


def cpu(articles: Sequence[Labelled], others: int) -> tuple[float, float]:
    """Milliseconds of CPU an article, folded and grouped, one a transaction; and of folding alone."""
    with tempfile.TemporaryDirectory() as name, opened("sqlite", Path(name)) as db:
        fill(Path(name), others)
        announced(db, [(article.seen_at, article.source) for article in articles])
        folding = whole = 0.0
        for place, article in enumerate(articles):
            began = time.process_time()
            text = Text(ArticleNo(place + 1), article.title, fold(article.body))
            folded = time.process_time()
            assign(db, [text], WINDOW)
            if place >= WARM:
                folding += folded - began
                whole += time.process_time() - began
    return whole / (len(articles) - WARM) * 1000, folding / (len(articles) - WARM) * 1000


def bytes_an_article(articles: Sequence[Labelled]) -> float:
    """What the state grows by, for an article in the window."""
    with tempfile.TemporaryDirectory() as name, opened("sqlite", folder := Path(name)) as db:
        announced(db, [(article.seen_at, article.source) for article in articles])
        before = _size(folder)
        assign(db, [Text(ArticleNo(n), each.title, fold(each.body)) for n, each in enumerate(articles, 1)], WINDOW)
        return (_size(folder) - before) / len(articles)


def _size(folder: Path) -> int:
    with sqlite3.connect(folder / "state.db") as conn:
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return int(conn.execute("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size").fetchone()[0])


def same_texts(seed: int) -> list[Labelled]:
    """TWICE unlike texts."""
    made = labelled(seed, originals=TWICE, share=0.1)
    return [article for article in made if article.kind == "original"]


def split(seed: int) -> tuple[int, int]:
    """Stories that two processes split, each given the same texts under addresses of its own; and the rows more when all
    come again.
    """
    articles = same_texts(seed)
    with tempfile.TemporaryDirectory() as home, opened("sqlite", Path(home)) as db:
        announced(db, [(article.seen_at, f"{article.source} {part}") for article in articles for part in (0, 1)])
        _work(home, seed)
        before = _rows(db)
        with db.read() as conn:
            stories = list(conn.scalars(select(t.articles.c.story).order_by(t.articles.c.no)))
        _work(home, seed)
        return sum(stories[n] != stories[n + 1] for n in range(0, len(stories), 2)), _rows(db) - before


def _work(home: str, seed: int) -> None:
    command = [sys.executable, "-m", "benchmarks.stories.worker", home, str(seed)]
    workers = [subprocess.Popen([*command, part]) for part in ("0", "1")]
    ended = [worker.wait() for worker in workers]
    if any(ended):
        raise RuntimeError("a worker failed")


def _rows(db: Database) -> int:
    tables = (t.story_texts, t.story_sketches, t.story_hashes, t.story_paragraphs, t.story_links)
    with db.read() as conn:
        return sum(conn.scalar(select(func.count()).select_from(table)) or 0 for table in tables)
