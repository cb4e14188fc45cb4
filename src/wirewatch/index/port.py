"""What every home of the index does, whatever it stands on. tests/contract/index holds each home to it."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from wirewatch.analysis.query import Node
from wirewatch.errors import Unavailable
from wirewatch.model import Answer, Article, ArticleId, Search


class Busy(Unavailable):
    """Another process is writing to the index; leave indexing to it."""


class NeedsRebuild(Unavailable):
    """What is there can't serve: damaged, or made by other rules. The caller builds it anew from the archive."""


class Writer(Protocol):
    """Writes articles, durably. Got from `Index.writing()`."""

    def write(self, articles: Sequence[Article]) -> Mapping[ArticleId, str]:
        """Insert or replace by id, in one commit. On return all are durable, and found by the next search, but those given
        back with the reason why they can't be indexed.

        An older revision never wins, neither over what is there nor within `articles`; the same revision writes the same.
        On any error nothing is promised: write them again.
        """

    def delete(self, ids: Sequence[ArticleId]) -> None:
        """Take these articles out, durably; an id that isn't there is no fault."""


class Rebuild(Protocol):
    """A generation of the index that is filled beside the live one. Got from `Index.rebuilding()`."""

    def write(self, articles: Sequence[Article]) -> Mapping[ArticleId, str]:
        """As `Writer.write`, into the new generation alone."""

    def lacking(self, revisions: Mapping[ArticleId, int]) -> set[ArticleId]:
        """Those that the new generation has not yet in this revision or a later one."""

    def left(self) -> Iterator[list[Article]]:
        """What the live generation has and the new one lacks, some at a time; write each before asking for the next."""

    def generation(self) -> str:
        """The new generation's name."""

    def switch(self) -> None:
        """From now on searches see the new generation, in one step; the old one is dropped."""


class Index(Protocol):
    """Finds articles. Every answer is of the last commit, whichever process made it."""

    def writing(self, stop: threading.Event | None = None) -> AbstractContextManager[Writer]:
        """The right to write, for as long as the block lasts; what waits for a server ends when `stop` is set.

        The embedded home has one writer: raises Busy at once while another has the right.
        """

    def rebuilding(self, stop: threading.Event | None = None) -> AbstractContextManager[Rebuild]:
        """Fill a new generation beside the live one, which stays in use until `switch`.

        A server's writers write into both meanwhile, and a rebuild that was killed is taken up where it was; the embedded
        home lets no other writer in, and starts from nothing. Raises Busy as `writing` does.
        """

    def get(self, ids: Sequence[ArticleId]) -> list[Article]:
        """The articles of these ids, in the order asked; ids that aren't there are left out."""

    def search(self, node: Node, ask: Search) -> Answer:
        """The best `ask.limit` of what meets `node` and `ask`, with highlights, and how many there are in all.

        By relevance, title and freshness count; equal ones, and all where the query has no words to rank by, come newest first.
        By date: newest first, equal ones by id. With `ask.stories`, each story comes once, as its best article.
        """

    def scan(self, node: Node, ask: Search) -> Iterator[Article]:
        """Everything that meets `node` and `ask`, newest first, equal ones by id: one state of the index, streamed, any length.

        `sort`, `stories` and `limit` of `ask` have no say here.
        """

    def total(self) -> int:
        """How many articles there are."""

    def generation(self) -> str:
        """A random name, given when the index was made: another name means that what was written is not in there."""

    def stale(self) -> str:
        """Why a search may miss articles: the index was made by other rules; with what mends it. "": it was made by ours."""

    def months(self) -> Mapping[str, int]:
        """The months in which the articles were first seen (`2026.11`, in UTC), with the number of articles of each."""

    def drop(self, month: str) -> None:
        """Take out all the articles of a month at once, durably. Raises Busy as `writing` does."""

    def close(self) -> None:
        """Give back what is held open."""
