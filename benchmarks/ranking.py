"""NDCG@10 of the judged searches: both homes, and plain BM25 over the same tokens.

    python -m benchmarks.ranking [--embedded]

Starts the tests' own Elasticsearch (tests/es.py), unless the embedded index alone is to be measured.
"""

import argparse
import tempfile
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from benchmarks.measure import row
from tests.elastic import elastic_index
from tests.es import Server, distribution
from tests.judged import Figures, figures, plain_bm25, sample, searching, well_ordered
from wirewatch.index.open import open_index
from wirewatch.index.port import Index
from wirewatch.settings.schema import IndexSettings

T = TypeVar("T")


def measured(where: IndexSettings, what: Callable[[Index], T]) -> T:
    """What an index says that holds the sample."""
    with tempfile.TemporaryDirectory() as folder, closing(open_index(where, Path(folder))) as index:
        with index.writing() as writer:
            assert writer.write(sample(datetime.now(UTC))) == {}
        return what(index)


def show(name: str, found: Figures, bar: str = "") -> None:
    """A row: all searches, and both halves."""
    row(f"NDCG@10, {name}", f"{found.all:.3f} (tuned by {found.tuned:.3f}, aside {found.aside:.3f})", bar)


def on_server() -> Figures:
    """The figures of an index on the tests' own server."""
    server = Server(distribution())
    server.start()
    try:
        with elastic_index(server.url) as where:
            return measured(where, lambda index: figures(searching(index)))
    finally:
        server.stop()


def main() -> None:
    """Print the rows."""
    options = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    options.add_argument("--embedded", action="store_true", help="without Elasticsearch")
    given = options.parse_args()
    ours, bound = measured(IndexSettings(), lambda index: (figures(searching(index)), figures(well_ordered(index))))
    every, some = (figures(plain_bm25(every_word=every_word)) for every_word in (True, False))
    show("embedded", ours, "≥ .90")
    show("what it meets, in the best order there is", bound)
    show("plain BM25, articles with every word", every)
    show("plain BM25, articles with any of the words", some)
    row("embedded − plain BM25: with every word, with any", f"{ours.all - every.all:+.3f}, {ours.all - some.all:+.3f}", "≥ +.05")
    if not given.embedded:
        theirs = on_server()
        show("Elasticsearch", theirs)
        row("difference between the homes", f"{abs(ours.all - theirs.all):.3f}", "≤ .02")


if __name__ == "__main__":
    main()
