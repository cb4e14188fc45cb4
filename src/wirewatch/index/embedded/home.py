"""The embedded index: a folder with tantivy's files and `format.json`, which says by whose rules they were made."""

import json
import os
import shutil
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any
from uuid import uuid4

import tantivy

from wirewatch.analysis.chain import TABLES_VERSION
from wirewatch.analysis.highlight import sentences
from wirewatch.analysis.query import Node
from wirewatch.index.document import from_bytes
from wirewatch.index.embedded.errors import REBUILD, told
from wirewatch.index.embedded.explain import explained, readable
from wirewatch.index.embedded.query import build, ids_query, ranked
from wirewatch.index.embedded.rank import Ranked, count, first, id_of, newest, stories
from wirewatch.index.embedded.rebuild import EmbeddedRebuild
from wirewatch.index.embedded.schema import SCHEMA, VERSION
from wirewatch.index.embedded.writer import HEAP_BYTES, EmbeddedWriter, sync
from wirewatch.index.favour import ranks
from wirewatch.index.port import Answer, Hit, NeedsRebuild, Search
from wirewatch.model import Article, ArticleId


def open_embedded(home: Path) -> "EmbeddedIndex":
    """The index in `home`/index, made if there is none. Raises NeedsRebuild if it is damaged or made by other rules."""
    folder = home / "index"
    with told():
        home.mkdir(parents=True, exist_ok=True)
        if not folder.exists():
            _put(home, _made(home), folder)
        return EmbeddedIndex(folder, _format(folder))


def fresh(home: Path) -> "EmbeddedIndex":
    """A new, empty index in the place of the one in `home`. Raises Busy while another process writes to that."""
    folder = home / "index"
    with told():
        home.mkdir(parents=True, exist_ok=True)
        with _unwritten(folder):
            made = _made(home)
            if folder.exists():
                old = Path(tempfile.mkdtemp(prefix="index.old.", dir=home))
                os.rename(folder, old)
                shutil.rmtree(old, ignore_errors=True)
            _put(home, made, folder)
    return open_embedded(home)


class EmbeddedIndex:
    """The Index in a folder. See port.Index; threads may share one."""

    def __init__(self, folder: Path, form: Mapping[str, Any]) -> None:
        self._folder, self._generation = folder, str(form["generation"])
        self._index = tantivy.Index(SCHEMA, str(folder))
        self._index.config_reader("manual")

    @contextmanager
    def writing(self, stop: threading.Event | None = None) -> Iterator[EmbeddedWriter]:  # noqa: ARG002 - it waits for nobody
        """See port.Index."""
        with told():
            writer = self._index.writer(HEAP_BYTES, 1)
        try:  # not tantivy's own `with`: it commits even when the block raises
            with told():
                if _format(self._folder)["generation"] != self._generation:
                    raise NeedsRebuild("the index was built anew by another process meanwhile; run again")
                writer.garbage_collect_files()  # what a killed process left behind
            yield EmbeddedWriter(writer, self._folder, self._searcher)
        finally:
            with told():
                writer.wait_merging_threads()  # a writer that is dropped without never merges

    @contextmanager
    def rebuilding(self, stop: threading.Event | None = None) -> Iterator[EmbeddedRebuild]:
        """See port.Index."""
        home = self._folder.parent
        with self.writing(stop):  # nobody writes to what is about to be replaced
            for leftover in (*home.glob("index.new.*"), *home.glob("index.old.*")):
                shutil.rmtree(leftover, ignore_errors=True)
            with told():
                folder = _made(home)
                new = EmbeddedIndex(folder, _format(folder))
            try:
                with new.writing() as writer:
                    rebuild = EmbeddedRebuild(self, new, writer)
                    yield rebuild
                if rebuild.wanted:
                    with told():
                        self._become(folder, new.generation())
            finally:
                new.close()
                shutil.rmtree(folder, ignore_errors=True)

    def _become(self, made: Path, generation: str) -> None:
        old = Path(tempfile.mkdtemp(prefix="index.old.", dir=made.parent))
        os.rename(self._folder, old)
        os.rename(made, self._folder)
        sync(made.parent)
        shutil.rmtree(old, ignore_errors=True)
        self._index = tantivy.Index(SCHEMA, str(self._folder))
        self._index.config_reader("manual")
        self._generation = generation

    def get(self, ids: Sequence[ArticleId]) -> list[Article]:
        """See port.Index."""
        if not ids:
            return []
        with told():
            searcher = self._searcher()
            hits = searcher.search(ids_query(ids), len(ids), count=False).hits
            found = {id_of(searcher, address): _article(searcher, address) for _, address in hits}
        return [found[each] for each in ids if each in found]

    def search(self, node: Node, ask: Search) -> Answer:
        """See port.Index. Raises UserError for a query that can't be asked."""
        with told():
            searcher = self._searcher()
            by_date = ask.sort == "date" or not ranks(node)
            query = build(node, ask) if by_date else ranked(node, ask)
            total = count(searcher, query)
            limit = min(ask.limit, total)  # an absurd limit would panic, as 0 does
            if ask.stories and total:
                rows, total = stories(searcher, query, max(1, limit), by_date)
            else:
                rows = first(searcher, query, limit, by_date) if limit > 0 else []
            hits = tuple(_hit(searcher, row, node) for row in rows[: max(0, limit)])
            if not ask.explain:
                return Answer(hits=hits, total=total)
            return Answer(hits=hits if by_date else explained(searcher, hits, node), total=total, asked=readable(query))

    def scan(self, node: Node, ask: Search) -> Iterator[Article]:
        """See port.Index."""
        with told():
            searcher = self._searcher()
            rows = newest(searcher, build(node, ask))
        while True:
            with told():  # not around the yield: what the caller raises there is the caller's
                if (row := next(rows, None)) is None:
                    return
                article = _article(searcher, row.address)
            yield article

    def total(self) -> int:
        """See port.Index."""
        with told():
            return self._searcher().num_docs

    def generation(self) -> str:
        """See port.Index."""
        return self._generation

    def stale(self) -> str:
        """See port.Index: what other rules made isn't opened."""
        return ""

    def months(self) -> dict[str, int]:
        """See port.Index."""
        with told():
            searcher = self._searcher()
            names = [name for name, _ in searcher.terms_with_prefix("month", "")]
            held = {name: count(searcher, tantivy.Query.term_query(SCHEMA, "month", name)) for name in names}
            return {name: n for name, n in held.items() if n}  # a dropped one's name stays until its segment is merged

    def drop(self, month: str) -> None:
        """See port.Index."""
        with self.writing() as writer:
            writer.drop(month)

    def close(self) -> None:
        """See port.Index: tantivy's files are closed with the last reference to it."""
        self.__dict__.pop("_index", None)

    def _searcher(self) -> tantivy.Searcher:
        self._index.reload()  # 0.04 ms; another process may have written
        return self._index.searcher()


def _hit(searcher: tantivy.Searcher, row: Ranked, node: Node) -> Hit:
    article = _article(searcher, row.address)
    marked = sentences(article.title, article.body, node)
    return Hit(article=article, score=row.score, highlights=marked, tellings=row.tellings)


def _article(searcher: tantivy.Searcher, address: tantivy.DocAddress) -> Article:
    raw = bytes(searcher.doc(address)["doc"][0])
    try:
        return from_bytes(raw)
    except (ValueError, KeyError, TypeError) as error:  # nothing checks a file's sum when it is opened
        raise NeedsRebuild(REBUILD) from error


def _made(home: Path) -> Path:
    """An empty index beside the place where it will be; a kill leaves a folder `index.new.…` that nobody reads."""
    folder = Path(tempfile.mkdtemp(prefix="index.new.", dir=home))
    folder.chmod(0o755)  # as the home's other folders, not for us alone
    tantivy.Index(SCHEMA, str(folder))
    form = {"schema": VERSION, "tables": TABLES_VERSION, "generation": uuid4().hex, "tantivy": version("tantivy")}
    with (folder / "format.json").open("w") as file:
        json.dump(form, file)
        file.flush()
        os.fsync(file.fileno())
    sync(folder)
    return folder


def _put(home: Path, made: Path, folder: Path) -> None:
    try:
        os.rename(made, folder)
    except OSError:
        shutil.rmtree(made, ignore_errors=True)
        if not folder.exists():
            raise
        return  # another process was first: its index is as good
    sync(home)


def _format(folder: Path) -> Mapping[str, Any]:
    """What format.json says. Raises NeedsRebuild unless the index is whole at first sight and made by our rules."""
    try:
        form = json.loads((folder / "format.json").read_bytes())
        made_by = form["schema"], form["tables"]
        str(form["generation"])
    except (FileNotFoundError, NotADirectoryError, ValueError, KeyError, TypeError) as error:
        raise NeedsRebuild("the index doesn't say by which rules it was made; it is to be built anew") from error
    if made_by != (VERSION, TABLES_VERSION):
        raise NeedsRebuild("the index was made by another version's rules; it is to be built anew")
    if not tantivy.Index.exists(str(folder)):  # else tantivy would make an empty one of it
        raise NeedsRebuild("the index is damaged; it is to be built anew from the archive")
    return form  # type: ignore[no-any-return]


@contextmanager
def _unwritten(folder: Path) -> Iterator[None]:
    """Holds the writer's lock of whatever is there: a writer whose folder moved would write into its successor."""
    try:
        with told():
            writer = tantivy.Index.open(str(folder)).writer(HEAP_BYTES, 1) if folder.exists() else None
    except NeedsRebuild:
        writer = None  # too damaged to be written to
    try:
        yield
    finally:
        del writer
