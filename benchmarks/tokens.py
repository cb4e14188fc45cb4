"""Python's tokens beside a server's: `python -m benchmarks.tokens [--data FOLDER] [--text FILE …]`.

Both analyzers, on the sample's articles, the gazetteer's names, what FOLDER holds (`lemmas-LANGUAGE.tsv`, `names.tsv`), and
texts of yours. The server is ELASTICSEARCH_URL's, or one that the tests start.
"""

import argparse
import os
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from benchmarks.measure import row
from tests.elastic import elastic_index
from tests.es import Server, distribution
from wirewatch.analysis.chain import forms
from wirewatch.analysis.elastic import EXACT, TEXT
from wirewatch.demo.sample import outlets
from wirewatch.enrich.entities import names
from wirewatch.index.elastic.client import connect
from wirewatch.settings import load

AT_ONCE = 2000  # words in a request: a server gives 10,000 tokens at most


def texts(data: Path | None, files: Sequence[Path]) -> Iterator[tuple[str, list[str]]]:
    """Each set's name and its texts."""
    yield "sample articles", [f"{each.first.title}\n{each.first.body}" for outlet in outlets() for each in outlet.articles]
    yield "names of the gazetteer", sorted({name.text for rule in load(environment={}).entities for name in names(rule)})
    for file in sorted(data.glob("lemmas-*.tsv")) if data else ():
        yield file.name, [line.split("\t")[0] for line in _lines(file)]
    for file in [data / "names.tsv"] if data else ():
        yield file.name, [line.split("\t")[2] for line in _lines(file)]
    for file in files:
        yield file.name, _lines(file)


def _lines(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").splitlines()


def compared(url: str, data: Path | None, files: Sequence[Path]) -> None:
    """Print each set's number of texts, and of how many the tokens differ."""
    with elastic_index(url) as where, closing(connect(where)) as client:
        index = f"{where.name}-v1-2026.01"
        client.indices.create(index=index)

        def there(analyzer: str, some: list[str]) -> list[str]:
            return [token["token"] for token in client.indices.analyze(index=index, analyzer=analyzer, text=some)["tokens"]]

        for name, all_of in texts(data, files):
            differing = 0
            size = 1 if max(map(len, all_of)) > 200 else AT_ONCE
            for some in (all_of[start : start + size] for start in range(0, len(all_of), size)):
                for analyzer, form in ((TEXT, 0), (EXACT, 1)):
                    if there(analyzer, some) != [token for text in some for token in forms(text)[form]]:
                        differing += sum(there(analyzer, [text]) != list(forms(text)[form]) for text in some)
            row(f"{name}: {len(all_of):,} texts, tokens differ", str(differing), "0")


def main() -> None:
    """Print the rows."""
    options = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    options.add_argument("--data", type=Path, help="the folder of lemmas and names")
    options.add_argument("--text", type=Path, nargs="*", default=[], help="more texts, compared line by line")
    given = options.parse_args()
    if url := os.environ.get("ELASTICSEARCH_URL"):
        compared(url, given.data, given.text)
        return
    server = Server(distribution())
    server.start()
    try:
        compared(server.url, given.data, given.text)
    finally:
        server.stop()


if __name__ == "__main__":
    main()
