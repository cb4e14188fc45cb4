"""Watches: 1,000 over 500 new articles, with an index of 1,000 and of 100,000 articles, and the ways of others beside it.

    python -m benchmarks.watching [--large 100000] [--watches 1000] [--runs 5] [--no-server]

Ours is what watch/stage.py does to find which watches the batch meets: the articles by their ids from the index, the index in
memory, every watch's query. What follows, sentences and ledger, is the same for every way, and no part of any of them.
Beside it, on the same articles in the tests' own Elasticsearch: an msearch of all watches restricted to the new ids (4 requests
of 250, ids as doc values: the fastest form of the Kibana study), and a query a watch over the last minute, by the server's own
time, as Kibana's rules and elastalert ask: what it says it took (whole milliseconds, cut off: half of these queries take none),
and its CPU. Wall time, and CPU time of our process and the server's together, which other
programs on the machine spoil less.
"""

import argparse
import os
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from elasticsearch import Elasticsearch

from benchmarks.elastic import articles
from benchmarks.measure import row, spread, turns
from tests.elastic import elastic_index
from tests.es import Server, distribution
from wirewatch.analysis.chain import by_line, tokens
from wirewatch.index.elastic.client import connect
from wirewatch.index.elastic.query import build
from wirewatch.index.narrow import narrowed
from wirewatch.index.open import open_index
from wirewatch.index.port import Index
from wirewatch.model import Article, Watch
from wirewatch.settings.schema import IndexSettings
from wirewatch.watch.judge import asked, judge

BATCH = 500
PER_REQUEST = 250
WARM = 2  # runs that are not counted: the server compiles what it does often
WRITTEN = 500  # articles a commit while an index is filled
SHAPES = (
    "{a} {b}",
    "{a} AND {b} NOT {c}",
    '"{p}"',
    "{a} OR {b} {c}",
    "{start}* {b}",
    "title:{a} OR {b} {c}",
    "entity:kim-jong-un {a} {b}",
)


def new_articles() -> list[Article]:
    """The batch: just seen, so that a minute's window holds all of it and nothing else."""
    now = datetime.now(UTC)
    some = list(articles(BATCH))
    fresh = {"first_seen_at": now, "indexed_at": now}
    return [replace(each, id=f"n{n:015}", story_id=f"n{n:015}", **fresh) for n, each in enumerate(some)]  # type: ignore[arg-type]


def watches(number: int, batch: Sequence[Article]) -> list[Watch]:
    """Queries of the shapes that people write, over the words of the batch."""
    chance = random.Random(11)
    made: list[Watch] = []
    while len(made) < number:
        body = chance.choice(batch).body
        some = [token for token in tokens(body) if token.end - token.start > 3]
        if len(some) < 3:
            continue
        words = [body[token.start : token.end] for token in chance.sample(some, 3)]
        at = chance.randrange(len(some) - 1)
        phrase = body[some[at].start : some[at + 1].end]
        if all(word.isalnum() for word in words) and all(letter.isalnum() or letter == " " for letter in phrase):
            a, b, c = words
            query = SHAPES[len(made) % len(SHAPES)].format(a=a, b=b, c=c, p=phrase, start=a[:4])
            made.append(Watch(name=f"w{len(made)}", query=query))
    return made


@contextmanager
def filled(where: IndexSettings, home: Path, size: int, batch: Sequence[Article]) -> Iterator[Index]:
    """An index of so many articles, the batch among them."""
    with closing(open_index(where, home)) as index:
        old = articles(size - len(batch))
        with index.writing() as writer:
            while some := list(islice(old, WRITTEN)):
                writer.write(some)
            writer.write(list(batch))
        yield index


def ours(index: Index, standing: Sequence[Watch], batch: Sequence[Article], met: list[int], clock: Callable[[], float]) -> float:
    """Seconds of judging the batch, as a task of its own does it: nothing of the batch's words is remembered."""
    by_line.cache_clear()
    began = clock()
    met[:] = [len(judge(standing, index.get([each.id for each in batch])))]
    return clock() - began


class Costs:
    """Seconds on the clock, and of CPU: ours and the server's."""

    def __init__(self, server: int) -> None:
        self._stat = Path(f"/proc/{server}/stat")
        self.cpu: dict[str, list[float]] = {}
        self.server: dict[str, list[float]] = {}  # of that, the server's

    def of(self, name: str, work: Callable[[], float]) -> float:
        """Do the work; gives what it gives, and keeps its CPU seconds under the name."""
        mine, theirs = time.process_time(), self._server()
        result = work()
        theirs = self._server() - theirs
        self.server.setdefault(name, []).append(theirs)
        self.cpu.setdefault(name, []).append(time.process_time() - mine + theirs)
        return result

    def _server(self) -> float:
        user, system = self._stat.read_text().rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def msearch(client: Elasticsearch, name: str, standing: Sequence[Watch], batch: Sequence[Article], met: list[int]) -> float:
    """Seconds of asking the server for all watches at once, among the new ids."""
    ids = {"terms": {"id": [each.id for each in batch]}}
    bodies = [_body(watch, ids) for watch in standing]
    began, found = time.perf_counter(), 0
    for n in range(0, len(bodies), PER_REQUEST):
        searches = [line for body in bodies[n : n + PER_REQUEST] for line in ({}, body)]
        found += sum(len(answer["hits"]["hits"]) for answer in client.msearch(index=name, searches=searches)["responses"])
    took = time.perf_counter() - began
    met[:] = [found]
    return took


def by_the_minute(client: Elasticsearch, name: str, standing: Sequence[Watch], since: datetime) -> float:
    """Seconds of the server's own time for a query a watch, over what was indexed in the last minute."""
    lately = {"range": {"indexed_at": {"gte": since.isoformat()}}}
    return sum(int(client.search(index=name, **_body(watch, lately))["took"]) for watch in standing) / 1000


def _body(watch: Watch, among: dict[str, Any]) -> dict[str, Any]:
    query = {"bool": {"must": [build(asked(watch), narrowed(watch))], "filter": [among]}}
    return {
        "query": query,
        "size": BATCH,
        "track_total_hits": False,
        "_source": False,
        "stored_fields": "_none_",
        "docvalue_fields": ["id"],
    }


def embedded(large: int, standing: Sequence[Watch], batch: Sequence[Article], runs: int) -> list[float]:
    """Print what the size of an embedded index costs; gives the wall seconds with the large one."""
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        with (
            filled(IndexSettings(), home / "small", 1_000, batch) as small,
            filled(IndexSettings(), home / "large", large, batch) as big,
        ):
            met: list[int] = []
            few, many, wall = turns(
                runs,
                lambda: ours(small, standing, batch, met, time.process_time),
                lambda: ours(big, standing, batch, met, time.process_time),
                lambda: ours(big, standing, batch, met, time.perf_counter),
            )
    what = f"{len(standing)} watches x {BATCH} articles, {met[0]} met"
    row(f"CPU s, {what}: embedded index of 1,000", spread(few))
    row(f"the same, embedded index of {large:,}", spread(many))
    row("large / small", spread([a / b for a, b in zip(many, few, strict=True)]), "<= 1.1")
    return wall


def server(large: int, standing: Sequence[Watch], batch: Sequence[Article], runs: int) -> None:
    """Print what it costs with the articles on a server, and what others' ways cost there."""
    machine = Server(distribution())
    machine.start()
    try:
        with (
            elastic_index(machine.url) as where,
            closing(connect(where)) as client,
            tempfile.TemporaryDirectory() as home,
            filled(where, Path(home), large, batch) as index,
        ):
            mine, theirs = list[int](), list[int]()
            since = batch[0].indexed_at - timedelta(seconds=60)
            node = next(iter(client.nodes.info(metric="process")["nodes"].values()))
            costs = Costs(int(node["process"]["id"]))
            here, at_once, each = turns(
                runs + WARM,
                lambda: costs.of("ours", lambda: ours(index, standing, batch, mine, time.perf_counter)),
                lambda: costs.of("at once", lambda: msearch(client, where.name, standing, batch, theirs)),
                lambda: costs.of("each", lambda: by_the_minute(client, where.name, standing, since)),
            )
    finally:
        machine.stop()
    assert mine == theirs, f"{mine} met here, {theirs} there"
    cpu = costs.cpu
    for what, walls, used in (
        (f"ours, index of {large:,} on Elasticsearch", here, cpu["ours"]),
        ("msearch restricted to the new ids", at_once, cpu["at once"]),
        ("a query a watch over the last minute (s: by the server's clock)", each, cpu["each"]),
    ):
        row(f"s; CPU s: {what}", f"{spread(walls[WARM:])}; {spread(used[WARM:])}")
    for name, walls, used, bar in (
        ("msearch", at_once, cpu["at once"], "<= 0.3"),
        ("a query a watch", each, cpu["each"], "<= 0.2"),
    ):
        row(f"ours / {name}: s", spread(_ratios(here, walls)), bar)
        row(f"ours / {name}: CPU s", spread(_ratios(cpu["ours"], used)), bar)
    least = spread(_ratios(cpu["ours"], costs.server["each"]))
    row("CPU s, all of ours / the server's alone for a query a watch", least, "<= 0.2")


def _ratios(mine: Sequence[float], theirs: Sequence[float]) -> list[float]:
    return [a / b for a, b in zip(mine[WARM:], theirs[WARM:], strict=True)]


def main() -> None:
    """Print the rows."""
    options = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    for name, default in (("large", 100_000), ("watches", 1_000), ("runs", 5)):
        options.add_argument(f"--{name}", type=int, default=default)
    options.add_argument("--no-server", action="store_true")
    given = options.parse_args()
    batch = new_articles()
    standing = watches(given.watches, batch)
    judge(standing, batch)  # queries are read once and remembered; the other ways' are built before they are timed, too
    ours_wall = embedded(given.large, standing, batch, given.runs)
    row(f"s, embedded index of {given.large:,}", spread(ours_wall))
    if not given.no_server:
        server(given.large, standing, batch, given.runs)


if __name__ == "__main__":
    main()
