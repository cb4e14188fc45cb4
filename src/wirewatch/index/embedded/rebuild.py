"""Filling a new folder beside the live one; the home puts it in the place once the block is over."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from wirewatch.analysis.query import All
from wirewatch.index.embedded.writer import EmbeddedWriter
from wirewatch.index.port import Search
from wirewatch.model import Article, ArticleId

if TYPE_CHECKING:
    from wirewatch.index.embedded.home import EmbeddedIndex

PAGE = 500  # articles of one commit


class EmbeddedRebuild:
    """See port.Rebuild."""

    def __init__(self, live: "EmbeddedIndex", new: "EmbeddedIndex", writer: EmbeddedWriter) -> None:
        self._live, self._new, self._writer = live, new, writer
        self.wanted = False

    def write(self, articles: Sequence[Article]) -> Mapping[ArticleId, str]:
        """See port.Rebuild."""
        return self._writer.write(articles)

    def lacking(self, revisions: Mapping[ArticleId, int]) -> set[ArticleId]:
        """See port.Rebuild."""
        there = {article.id: article.revision for article in self._new.get(list(revisions))}
        return {each for each, revision in revisions.items() if there.get(each, -1) < revision}

    def left(self) -> Iterator[list[Article]]:
        """See port.Rebuild."""
        some: list[Article] = []
        for article in self._live.scan(All(), Search()):
            some.append(article)
            if len(some) == PAGE:
                yield from self._lacked(some)
                some = []
        yield from self._lacked(some)

    def _lacked(self, some: Sequence[Article]) -> Iterator[list[Article]]:
        if lacking := self.lacking({article.id: article.revision for article in some}):
            yield [article for article in some if article.id in lacking]

    def generation(self) -> str:
        """See port.Rebuild."""
        return self._new.generation()

    def switch(self) -> None:
        """See port.Rebuild: it takes place when the block ends, since a folder that is written to can't be moved."""
        self.wanted = True
