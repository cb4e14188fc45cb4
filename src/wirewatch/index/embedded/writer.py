"""Writing: one commit a call, durable on return."""

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from tantivy import Document, IndexWriter, Searcher

from wirewatch.errors import WirewatchError
from wirewatch.index.document import NOT_UNICODE, newest, refusal
from wirewatch.index.embedded.errors import told
from wirewatch.index.embedded.query import ids_query
from wirewatch.index.embedded.rank import id_of, numbers
from wirewatch.index.embedded.schema import document
from wirewatch.model import Article, ArticleId

HEAP_BYTES = 64_000_000  # of the one indexing thread; tantivy wants 15 MB at least


class EmbeddedWriter:
    """The Writer of an embedded index; the lock is held by tantivy's writer."""

    def __init__(self, writer: IndexWriter, folder: Path, searcher: Callable[[], Searcher]) -> None:
        self._writer, self._folder, self._searcher = writer, folder, searcher

    def write(self, articles: Sequence[Article]) -> Mapping[ArticleId, str]:
        """See port.Writer."""
        documents, refused = as_documents(articles)
        with told():
            present = _revisions(self._searcher(), list(documents))
        newer = {key: made for key, (revision, made) in documents.items() if revision >= present.get(key, 0)}
        if newer:
            self._commit(list(newer), list(newer.values()))
        return refused

    def delete(self, ids: Sequence[ArticleId]) -> None:
        """See port.Writer."""
        if ids:
            self._commit(ids, ())

    def drop(self, month: str) -> None:
        """Take out what was first seen in that month, in one commit."""
        self._commit([month], (), field="month")

    def _commit(self, gone: Sequence[str], new: Sequence[Document], field: str = "id") -> None:
        try:
            with told():
                for value in gone:
                    self._writer.delete_documents_by_term(field, value)
                for made in new:
                    self._writer.add_document(made)
                self._writer.commit()
                sync(self._folder)
        except BaseException:
            with suppress(WirewatchError, RuntimeError), told():  # what was raised first says more
                self._writer.rollback()
            raise


def as_documents(articles: Sequence[Article]) -> tuple[dict[ArticleId, tuple[int, Document]], dict[ArticleId, str]]:
    """By id, the revision and document of each article's newest revision; and, apart, why some can't be indexed."""
    made: dict[ArticleId, tuple[int, Document]] = {}
    refused: dict[ArticleId, str] = {}
    for article in newest(articles):
        try:
            if (why := refusal(article)) is None:
                made[article.id] = article.revision, document(article)
            else:
                refused[article.id] = why
        except UnicodeEncodeError:
            refused[article.id] = NOT_UNICODE
    return made, refused


def sync(folder: Path) -> None:
    """Make the folder's names durable: tantivy's commit ends in a rename, and leaves that to us."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _revisions(searcher: Searcher, ids: Sequence[ArticleId]) -> dict[str, int]:
    """The revisions that are there, by id."""
    if not ids:
        return {}
    addresses = [address for _, address in searcher.search(ids_query(ids), len(ids), count=False).hits]
    revisions = numbers(searcher, "revision", addresses)
    return {id_of(searcher, address): revision for address, revision in zip(addresses, revisions, strict=True)}
