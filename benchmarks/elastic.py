"""The server's figures: writing, bytes on disk, searching, and a reindex, each beside the plain way in the same run.

    python -m benchmarks.elastic [--data FOLDER] [--runs 3] [--articles 5000] [--searched 100000] [--pages 5000]

Starts the tests' own Elasticsearch (tests/es.py).
"""

import argparse
import gzip
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from elasticsearch import Elasticsearch
from elasticsearch.helpers import parallel_bulk, streaming_bulk

from benchmarks.measure import WIREWATCH, row, spread, tree_cpu, turns
from benchmarks.site import A_FEED, config, serving
from tests.elastic import elastic_index
from tests.es import Server, distribution, new_name
from wirewatch.analysis.query import parse
from wirewatch.demo.sample import outlets
from wirewatch.index.elastic.client import connect
from wirewatch.index.elastic.document import to_source
from wirewatch.index.elastic.home import ElasticIndex, open_elastic
from wirewatch.index.elastic.template import month_index
from wirewatch.index.port import Search
from wirewatch.model import Article, ArticleId
from wirewatch.settings.schema import IndexSettings

SENTENCES = 14  # about 1,700 characters, as the study's articles
QUERIES = ("Kim Putin", "Ким Путин", "Владимира Путина", "космодром", '"Severna Koreja"', "ракет*", "金正恩", "김정은 푸틴")


def articles(n: int) -> Iterator[Article]:
    """Articles made of the sample's sentences, shuffled by a fixed seed, each in one language."""
    chance = random.Random(5)
    now = datetime(2026, 11, 20, tzinfo=UTC)
    per_outlet = [
        (outlet, [line for each in outlet.articles for line in each.first.body.replace(". ", ".\n").split("\n")])
        for outlet in outlets()
    ]
    for number in range(n):
        outlet, lines = chance.choice(per_outlet)
        title, *body = chance.choices(lines, k=SENTENCES + 1)
        body.append(f"{chance.getrandbits(40):x} {chance.randrange(10**6)}")  # words that no other article has
        seen = now - timedelta(minutes=number % 80_000)
        yield Article(
            id=ArticleId(f"a{number:015}"),
            revision=1,
            url=f"https://example.org/{outlet.slug}/{number}",
            title=title,
            body="\n".join(body),
            source=outlet.name,
            first_seen_at=seen,
            indexed_at=seen,
            published_at=seen,
            published_at_source="meta",
            language=outlet.language,
            entities=("kim-jong-un", "vladimir-putin"),
            entity_names=("Ким Џонг Ун", "Владимир Путин"),
            people=("Ким Џонг Ун", "Владимир Путин"),
            topics=("russia-north-korea",),
            story_id=ArticleId(f"a{number // 2 * 2:015}"),
        )


def writing(url: str, runs: int, n: int) -> None:
    """Articles a second of Index.write and of the client's own helpers, into equal indices."""
    made = list(articles(n))

    def ours() -> float:
        with elastic_index(url) as where, closing(open_elastic(where)) as index:
            began = time.perf_counter()
            with index.writing() as writer:
                assert writer.write(made) == {}
            return n / (time.perf_counter() - began)

    def bare(helper: Any, **options: Any) -> float:
        with elastic_index(url) as where, closing(connect(where)) as client:
            began = time.perf_counter()
            actions = (
                {"_index": month_index(where.name, 1, each.first_seen_at), "_id": each.id, "_source": to_source(each)}
                for each in made
            )
            for fine, _ in helper(client, actions, **options):
                assert fine
            client.indices.refresh(index=f"{where.name}-v1-*")
            return n / (time.perf_counter() - began)

    mine, parallel, streaming = turns(runs, ours, lambda: bare(parallel_bulk, thread_count=4), lambda: bare(streaming_bulk))
    row(f"articles/s of Index.write, {n} articles", spread(mine))
    row("articles/s of the client's parallel_bulk, 4 threads", spread(parallel))
    row("articles/s of the client's streaming_bulk", spread(streaming))
    ratios = [a / max(b, c) for a, b, c in zip(mine, parallel, streaming, strict=True)]
    row("Index.write ÷ the better of the two", spread(ratios), "≥ 0.9")


def real(data: Path) -> list[Article]:
    """The articles of real pages, whose texts don't repeat each other's sentences."""
    import trafilatura

    bodies = [trafilatura.extract(gzip.decompress(path.read_bytes())) or "" for path in sorted(data.rglob("*.html.gz"))]
    made = zip(articles(len(bodies)), bodies, strict=True)
    return [replace(each, title=body.split("\n")[0][:120], body=body) for each, body in made if body]


def on_disk(url: str, some: list[Article], what: str) -> None:
    """Bytes an article, ours and with what dynamic mapping guesses."""
    n = len(some)
    with elastic_index(url) as where, closing(open_elastic(where)) as index, closing(connect(where)) as client:
        same = [replace(each, first_seen_at=datetime(2026, 11, 1, tzinfo=UTC)) for each in some]
        with index.writing() as writer:
            writer.write(same)
        guessed = new_name()
        for fine, _ in streaming_bulk(client, ({"_index": guessed, "_id": each.id, "_source": to_source(each)} for each in same)):
            assert fine
        ours, theirs = (_bytes(client, name) / n for name in (f"{where.name}-v1-*", guessed))
        client.indices.delete(index=guessed)
    row(f"bytes on disk an article, one segment, {n} {what}", f"{ours:.0f}")
    row("bytes with default dynamic mapping", f"{theirs:.0f}")
    row("ours ÷ dynamic", f"{ours / theirs:.2f}", "≤ 1.0")


def _bytes(client: Elasticsearch, index: str) -> float:
    client.indices.forcemerge(index=index, max_num_segments=1)
    client.indices.refresh(index=index)
    return float(client.indices.stats(index=index, metric="store")["_all"]["primaries"]["store"]["size_in_bytes"])


def searching(url: str, n: int) -> None:
    """Milliseconds of 100 queries, ours and a bare multi_match of the same words on the same index."""
    with elastic_index(url) as where, closing(open_elastic(where)) as index, closing(connect(where)) as client:
        some = articles(n)
        with index.writing() as writer:
            while batch := list(islice(some, 5_000)):
                writer.write(batch)
        for name in client.indices.get(index=f"{where.name}-v1-*", features="aliases"):
            client.indices.forcemerge(index=name, max_num_segments=1)
        ours, bare = _asked(index, client, where)
    for name, took in (("wirewatch search", ours), ("bare multi_match", bare)):
        row(f"ms of {name}, {n} articles, 100 queries: p50, p99", f"{_at(took, 50):.1f}, {_at(took, 99):.1f}")
    row("search ÷ multi_match: p50, p99", f"{_at(ours, 50) / _at(bare, 50):.2f}, {_at(ours, 99) / _at(bare, 99):.2f}", "≤ 1.5")


def _asked(index: ElasticIndex, client: Elasticsearch, where: IndexSettings) -> tuple[list[float], list[float]]:
    ours, bare = [], []
    for turn in range(113):
        query = QUERIES[turn % len(QUERIES)]
        began = time.perf_counter()
        index.search(parse(query), Search(limit=20))
        between = time.perf_counter()
        plain = query.strip('"*')
        client.search(index=where.name, query={"multi_match": {"query": plain, "fields": ["title", "body"]}}, size=20)
        if turn >= 13:  # warm by now
            ours.append((between - began) * 1000)
            bare.append((time.perf_counter() - between) * 1000)
    return ours, bare


def _at(took: list[float], percent: int) -> float:
    return sorted(took)[min(len(took) - 1, len(took) * percent // 100)]


def rebuilding(url: str, data: Path | None, pages: int) -> None:
    """CPU seconds of a reindex of archived pages and of their first ingest."""
    with serving(str(data) if data else "-", pages) as base, elastic_index(url) as where, tempfile.TemporaryDirectory() as name:
        folder = config(Path(name) / "config", base, -(-pages // A_FEED))
        toml = folder / "wirewatch.toml"
        toml.write_text(toml.read_text() + f'\n[index]\nurl = "{url}"\nname = "{where.name}"\n')
        command = [WIREWATCH, "--config", str(folder), "--home", f"{name}/home", "--quiet"]
        first, _, _ = tree_cpu([*command, "run", "--once"])
        again, _, _ = tree_cpu([*command, "reindex"])
    row(f"CPU s: first ingest of {pages} pages, reindex of them", f"{first:.0f}, {again:.0f}")
    row("reindex ÷ first ingest", f"{again / first:.2f}", "≤ 1.0")


def main() -> None:
    """Print the rows."""
    options = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    options.add_argument("--data", type=Path)
    for name, default in (("runs", 3), ("articles", 5_000), ("searched", 100_000), ("pages", 5_000)):
        options.add_argument(f"--{name}", type=int, default=default)
    given = options.parse_args()
    server = Server(distribution())
    server.start()
    try:
        writing(server.url, given.runs, given.articles)
        on_disk(server.url, list(articles(given.articles)), "articles of the sample's sentences")
        if given.data:
            on_disk(server.url, real(given.data), "articles of real pages")
        rebuilding(server.url, given.data, given.pages)
        searching(server.url, given.searched)
    finally:
        server.stop()


if __name__ == "__main__":
    main()
