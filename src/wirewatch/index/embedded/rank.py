"""Which articles come first: the best by words and freshness, or the newest; and one for each story."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import groupby, islice

from tantivy import DocAddress, Query, Searcher

from wirewatch.index.document import micros
from wirewatch.index.embedded.query import between
from wirewatch.index.favour import freshness

RESCORED = 200  # so many of the best by words are looked at for freshness
PAGE = 500  # articles read at a time, newest first
STORIES_EXACT = 5_000  # articles that are grouped by story one by one; of more, the number of stories is an estimate


@dataclass(frozen=True, slots=True)
class Ranked:
    """Where one article lies, and why it comes where it comes."""

    address: DocAddress
    score: float = 0.0  # by date: 0
    tellings: int = 1


def count(searcher: Searcher, query: Query) -> int:
    """How many articles meet `query`."""
    return int(searcher.search(query, 1).count)  # type: ignore[attr-defined]  # tantivy's stub lacks it


def best(searcher: Searcher, query: Query, n: int) -> list[Ranked]:
    """The best `n` ≥ 1 by score × (0.8 + 0.2 × 2^(−age / 7 days)), equal ones newest first.

    Looks at the best 200 (or `n`) by score alone: what comes behind isn't lifted by being fresh.
    """
    hits = searcher.search(query, max(n, RESCORED), count=False).hits
    shown = numbers(searcher, "shown_at", [address for _, address in hits])
    now = micros(datetime.now(UTC))
    rows = [
        (score * freshness(timedelta(microseconds=now - at)), at, address)
        for (score, address), at in zip(hits, shown, strict=True)
    ]
    rows.sort(key=lambda row: (-row[0], -row[1]))
    return list(islice(_settled(searcher, rows), n))


def newest(searcher: Searcher, query: Query, page: int = PAGE) -> Iterator[Ranked]:
    """All that meet `query`, newest first, equal ones by id, `page` at a time."""
    older: Query = query
    while hits := searcher.search(older, page, count=False, order_by_field="shown_at").hits:
        last = hits[-1][0]
        rows = [(0.0, at, address) for at, address in hits]
        if len(hits) == page:  # the last moment may go on behind the page
            rows = [row for row in rows if row[1] != last] + _of_moment(searcher, query, last)
        yield from _settled(searcher, rows)
        if len(hits) < page:
            return
        older = between(query, "shown_at", None, last - 1)


def stories(searcher: Searcher, query: Query, n: int, by_date: bool) -> tuple[list[Ranked], int]:
    """The best `n` ≥ 1 stories, each as its best article, with its number of tellings; and how many stories there are.

    Something must meet `query`. Tellings are exact. So is the number of stories, if no more than STORIES_EXACT articles meet
    it; else it is an estimate.
    """
    total = count(searcher, query)
    looked = min(total, max(STORIES_EXACT, n))
    while True:
        rows = first(searcher, query, looked, by_date)
        of_story = numbers(searcher, "story_no", [row.address for row in rows])
        tellings = Counter(of_story)
        if looked >= total or len(tellings) >= n:
            break
        looked = min(total, looked * 4)
    firsts: dict[int, Ranked] = {}
    for no, row in zip(of_story, rows, strict=True):
        firsts.setdefault(no, row)
    if looked < total:  # not all were seen
        chosen = islice(firsts.items(), n)
        tellings = Counter({no: count(searcher, between(query, "story_no", no, no)) for no, _ in chosen})
        found = max(len(firsts), round(searcher.cardinality(query, "story_no")))
    else:
        found = len(firsts)
    return [replace(row, tellings=tellings[no]) for no, row in islice(firsts.items(), n)], found


def first(searcher: Searcher, query: Query, n: int, by_date: bool) -> list[Ranked]:
    """The newest, or the best, `n` ≥ 1."""
    return list(islice(newest(searcher, query, min(n, PAGE)), n)) if by_date else best(searcher, query, n)


def numbers(searcher: Searcher, field: str, addresses: list[DocAddress]) -> list[int]:
    """A number of each of these articles."""
    return [int(value or 0) for value in searcher.fast_field_values(field, addresses)]


def id_of(searcher: Searcher, address: DocAddress) -> str:
    """The id of the article that lies there."""
    return str(searcher.doc(address)["id"][0])


def _of_moment(searcher: Searcher, query: Query, at: int) -> list[tuple[float, int, DocAddress]]:
    then = between(query, "shown_at", at, at)
    return [(0.0, at, address) for _, address in searcher.search(then, count(searcher, then), count=False).hits]


def _settled(searcher: Searcher, rows: list[tuple[float, int, DocAddress]]) -> Iterator[Ranked]:
    """Rows that are equal but for their place in the index, which merges change, by id."""
    for _, equal in groupby(rows, key=lambda row: row[:2]):
        run = list(equal)
        if len(run) > 1:
            run.sort(key=lambda row: id_of(searcher, row[2]))
        for score, _, address in run:
            yield Ranked(address, score)
