"""A story with its tellings: when and where each came, and how much of its text stands in those before it."""

from collections.abc import Sequence
from dataclasses import dataclass

from wirewatch.errors import UserError
from wirewatch.group.sketch import fold, places
from wirewatch.index.port import Index
from wirewatch.model import Article, ArticleId
from wirewatch.state import stories
from wirewatch.state.database import Database
from wirewatch.state.forgetting import found as found_by
from wirewatch.state.stories import Link, Telling

COMPARED = 100  # tellings, the first by time: each is compared with all before it


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearest:
    """The earlier telling that has the most of a telling's text."""

    no: int  # its place in the timeline
    of_it: float  # share of the telling's runs of five words that the earlier one has, in any order
    of_that: float  # share of the earlier one's that the telling has


@dataclass(frozen=True, slots=True, kw_only=True)
class Retelling:
    """A telling in the timeline."""

    no: int  # 1: the earliest by the outlets' dates
    telling: Telling
    article: Article | None  # None: not in the index (any more), or too late in the timeline to be looked at
    nearest: Nearest | None = None  # None: none to compare with


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What is shown of a story."""

    id: ArticleId
    asked: ArticleId  # the telling by which it was asked for
    tellings: tuple[Retelling, ...]  # by time
    links: tuple[Link, ...]


def find_story(db: Database, index: Index, which: str) -> Story:
    """The story of an article's (or its own) id, or of an article's address. Raises UserError if there is none."""
    ids = [row[0] for row in found_by(db, url=which)] if "://" in which else [ArticleId(which)]
    told = stories.story_of(db, ids[0]) if ids else None
    kept = stories.tellings(db, told.story_id) if told else []
    if not told or not kept:
        raise UserError(f"{which}: no story or indexed article of this id or address; `wirewatch search --stories` shows ids")
    kept.sort(key=lambda telling: (telling.shown_at, telling.telling))
    articles = {each.id: each for each in index.get([telling.id for telling in kept[:COMPARED]])}
    rows = [Retelling(no=no, telling=each, article=articles.get(each.id)) for no, each in enumerate(kept, start=1)]
    return Story(id=told.story_id, asked=ids[0], tellings=tuple(_likened(rows)), links=tuple(stories.links(db, told.story_id)))


def _likened(rows: Sequence[Retelling]) -> list[Retelling]:
    """Each with the nearest of those before it."""
    texts: dict[int, frozenset[object]] = {}
    made = []
    for row in rows:
        nearest = None
        if row.article is not None:
            mine = runs(row.article.body)
            nearest = _nearest(mine, texts)
            texts[row.no] = mine
        made.append(Retelling(no=row.no, telling=row.telling, article=row.article, nearest=nearest))
    return made


def _nearest(mine: frozenset[object], earlier: dict[int, frozenset[object]]) -> Nearest | None:
    found = []
    for no, theirs in earlier.items():
        common = len(mine & theirs)
        found.append(Nearest(no=no, of_it=common / max(1, len(mine)), of_that=common / max(1, len(theirs))))
    return max(found, key=lambda each: (round(each.of_it, 2), round(each.of_that, 2), -each.no), default=None)


def runs(body: str) -> frozenset[object]:
    """What of a text is compared: its runs of five words, folded as stories are; of a shorter text the whole."""
    words = b"".join(part.words for part in fold(body).paragraphs)
    return frozenset(places(words)) or frozenset((words,) if words else ())
