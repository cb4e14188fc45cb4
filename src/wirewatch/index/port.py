"""What every home of the index is asked, answers and does, whatever it stands on. tests/contract/index holds each home to it."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from wirewatch.analysis.query import Node
from wirewatch.errors import Unavailable
from wirewatch.model import Article, ArticleId


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What a search asks beside its words; empty tuples and None ask nothing."""

    since: datetime | None = None  # on Article.shown_at
    until: datetime | None = None
    sources: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()  # all must be there
    topics: tuple[str, ...] = ()  # all must be there
    rules_below: int | None = None  # made by older rules than these
    stories: bool = False  # one hit a story, its best
    sort: str = "relevance"  # or "date", newest first
    limit: int = 20
    explain: bool = False  # Answer.asked, and each hit's parts and freshness

    def tags(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """The tags that it asks for: all must be there, each by one of its values."""
        yield from ((name, some) for name, some in (("source", self.sources), ("language", self.languages)) if some)
        for name, every in (("entity", self.entities), ("topic", self.topics)):
            yield from ((name, (value,)) for value in every)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one part of a query gave an article's score."""

    name: str  # title, body, author, "side by side", "as typed", tag
    text: str  # the words, or the tag
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One article of an answer."""

    article: Article
    score: float
    highlights: tuple[str, ...] = ()  # sentences of title or body; the words that met the query between <em> and </em>
    tellings: int = 1  # with Search.stories: articles of its story that met the query
    parts: tuple[Part, ...] = ()  # with Search.explain: their sum, times freshness, is the score; () by date
    freshness: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a search found."""

    hits: tuple[Hit, ...]
    total: int  # articles that met it; with Search.stories: stories
    asked: str = ""  # with Search.explain: what the home was asked, in its own words


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
