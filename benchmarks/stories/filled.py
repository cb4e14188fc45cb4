"""A state as if so many articles had come within the window: invented texts, their hashes where they would be."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.stories.labelled import BEGIN, DAYS
from wirewatch.group.sketch import RULES, RUN, SMALLEST, _mixed
from wirewatch.state.database import opened
from wirewatch.state.grouping import day_of

WORDS, PARAGRAPHS = 300, 6  # of an article
BLOCK = 10_000
PASSES = 4  # rows that come sorted fill their pages; four times over, pages are about as full as in use
FIRST = 1_000_000  # the first number: below are the articles that are measured

Numbers = npt.NDArray[np.uint64]


def fill(folder: Path, articles: int) -> None:
    """Put that many unlike articles into the database in `folder`."""
    with opened("sqlite", folder) as db, db.engine.connect() as conn:
        raw: Any = conn.connection.driver_connection
        raw.execute("PRAGMA foreign_keys = OFF")
        raw.execute("PRAGMA cache_size = -200000")
        for number in range(PASSES):
            begin = FIRST + articles * number // PASSES
            raw.execute("BEGIN IMMEDIATE")
            _fill(raw, begin, FIRST + articles * (number + 1) // PASSES, number)
            raw.execute("COMMIT")
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _fill(raw: Any, begin: int, end: int, seed: int) -> None:
    dice = np.random.default_rng(seed)
    hashes, first_day = [], day_of(BEGIN)
    for start in range(begin, end, BLOCK):
        numbers = np.arange(start, min(start + BLOCK, end))
        words = dice.integers(0, 256, (len(numbers), WORDS), np.uint8)
        days = first_day + dice.integers(0, DAYS, len(numbers))
        hashes.append((_smallest(words), days, numbers))
        raw.executemany("INSERT INTO articles VALUES " + _marks(raw, "articles"), _articles(raw, numbers))
        digests = dice.integers(0, 256, (len(numbers), 16), np.uint8)
        rows = zip(numbers.tolist(), days.tolist(), map(bytes, digests), map(bytes, words), strict=True)
        for no, day, digest, text in rows:
            raw.execute("INSERT INTO story_texts VALUES (?, ?, ?, ?, NULL)", (no, no, day, digest))
            raw.execute("INSERT INTO story_sketches VALUES (?, ?, ?, ?, ?, ?)", (no, no, day, RULES, text, digest + digest))
    raw.executemany("INSERT OR IGNORE INTO story_hashes VALUES (?, ?, ?)", _sorted(hashes))
    keys = np.sort(dice.integers(-(2**63), 2**63 - 1, (end - begin) * PARAGRAPHS))
    seen = zip(keys.tolist(), np.resize(np.arange(begin, end), len(keys)).tolist(), strict=True)
    raw.executemany("INSERT OR IGNORE INTO story_paragraphs VALUES (?, ?, NULL, NULL, ?)", ((*row, first_day) for row in seen))


def _smallest(words: npt.NDArray[np.uint8]) -> npt.NDArray[np.int32]:
    runs = np.zeros((len(words), WORDS - RUN + 1), np.uint64)
    for n in range(RUN):
        runs |= words[:, n : n + runs.shape[1]].astype(np.uint64) << np.uint64(8 * n)
    chosen = np.partition(_mixed(runs), SMALLEST, axis=1)[:, :SMALLEST]
    return chosen.astype(np.uint32).view(np.int32)


def _sorted(blocks: list[Any]) -> Iterator[tuple[int, int, int]]:
    hashes = np.concatenate([each[0].ravel() for each in blocks])
    days = np.concatenate([np.repeat(each[1], SMALLEST) for each in blocks])
    numbers = np.concatenate([np.repeat(each[2], SMALLEST) for each in blocks])
    order = np.argsort(hashes, kind="stable")
    for start in range(0, len(order), 100_000):
        some = order[start : start + 100_000]
        yield from zip(hashes[some].tolist(), days[some].tolist(), numbers[some].tolist(), strict=True)


def _marks(raw: Any, table: str) -> str:
    return f"({', '.join('?' * len(_columns(raw, table)))})"


def _columns(raw: Any, table: str) -> list[str]:
    return [row[1] for row in raw.execute(f"PRAGMA table_info({table})")]


def _articles(raw: Any, numbers: npt.NDArray[np.int64]) -> Iterator[tuple[Any, ...]]:
    names = _columns(raw, "articles")
    for no in numbers.tolist():
        known = {"no": no, "id": f"{no:016x}", "url": f"https://press.example/{no}", "source": "", "story": no, "telling": 1}
        known |= {"first_seen_at": 0, "revision": 1, "indexed_revision": 1, "title": "", "text_hash": ""}
        yield tuple(known.get(name) for name in names)
