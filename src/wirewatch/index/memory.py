"""A batch of articles as an index in memory: which of them a standing query meets, whatever the archive's size."""

from collections.abc import Iterator, Sequence

import tantivy

from wirewatch.analysis.query import Node
from wirewatch.index.embedded.errors import told
from wirewatch.index.embedded.query import build
from wirewatch.index.embedded.rank import id_of
from wirewatch.index.embedded.schema import SCHEMA
from wirewatch.index.embedded.writer import HEAP_BYTES, as_documents
from wirewatch.index.narrow import narrowed
from wirewatch.model import Article, ArticleId, Watch


class Batch:
    """Built once, asked by many watches. Finds what the embedded index would find; what that refuses isn't found."""

    def __init__(self, articles: Sequence[Article]) -> None:
        documents, _ = as_documents(articles)
        with told():
            index = tantivy.Index(SCHEMA)
            writer = index.writer(HEAP_BYTES, 1)
            for _, document in documents.values():
                writer.add_document(document)
            writer.commit()
            writer.wait_merging_threads()
            index.reload()
            self._searcher = index.searcher()
            self._ids = list(documents)
            self._at = {_place(address): id_of(self._searcher, address) for address in self._search(tantivy.Query.all_query())}

    def meets(self, node: Node, watch: Watch) -> list[ArticleId]:
        """The articles that meet `node` and all that `watch` asks beside its query, in the batch's order."""
        with told():
            met = {self._at[_place(address)] for address in self._search(build(node, narrowed(watch)))}
        return [each for each in self._ids if each in met]

    def _search(self, query: tantivy.Query) -> Iterator[tantivy.DocAddress]:
        if self._ids:  # a limit of 0 panics
            yield from (address for _, address in self._searcher.search(query, len(self._ids), count=False).hits)


def _place(address: tantivy.DocAddress) -> tuple[int, int]:
    return address.segment_ord, address.doc  # reading the id instead costs ten times as much
