"""Which watches a batch of articles meets, by what, and whether that is news."""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Protocol

from wirewatch.analysis.chain import exacts
from wirewatch.analysis.highlight import highlight, sentences
from wirewatch.analysis.query import And, Node, Not, parse, values
from wirewatch.index.memory import Batch
from wirewatch.model import Article, Watch, Why
from wirewatch.safe import one_line
from wirewatch.state.indexing import MatchTask
from wirewatch.state.recording import MUTED

LEAD = 300  # characters of the body that stand for the sentence, where nothing else shows why
WORDS = 20  # that met a watch and are kept
QUIET = {"rebuild": "came by a rebuild", "import": "came by an import"}  # kinds of captures that are nobody's news
_MARKED = re.compile("<em>(.*?)</em>")
_LATER = ("channels", "updates", "but_not", "at_least", "rate", "first_mention")  # fields no first hash knew


@dataclass(frozen=True, slots=True)
class Judged:
    """A watch met by an article."""

    watch: Watch
    article: Article


class Shows(Protocol):
    """Says where an article names entities, or is on topics."""

    def __call__(self, article: Article, entities: Sequence[str], topics: Sequence[str]) -> str:
        """The sentence that shows it, its names between <em> and </em>; "" if none does."""


def judge(watches: Sequence[Watch], articles: Sequence[Article]) -> list[Judged]:
    """Run every watch on an index in memory of the batch: a cost that doesn't know the archive's size."""
    batch = Batch(articles)
    by_id = {article.id: article for article in articles}
    return [Judged(watch, by_id[id_]) for watch in watches for id_ in batch.meets(asked(watch), watch)]


def asked(watch: Watch) -> Node:
    """The query of a watch, as a search asks it."""
    return _asked(watch.query, watch.but_not)


@lru_cache(maxsize=4096)
def _asked(query: str, but_not: str) -> Node:
    node = parse(query)
    return And((node, Not(parse(but_not)))) if but_not else node


def reasons(found: Judged, shows: Shows) -> tuple[str, Why]:
    """The sentence that shows best why the article meets the watch, marked, and all that met it."""
    article, node = found.article, asked(found.watch)
    entities = tuple(each for each in article.entities if each in entities_of(found.watch))
    topics = tuple(each for each in article.topics if each in {*found.watch.topics, *values(node, "topic")})
    best = sentences("", article.body, node, 1) or sentences(article.title, "", node, 1)
    sentence = best[0] if best else shows(article, entities, topics) or one_line(article.body, LEAD)
    return sentence, Why(words_met(article, node), entities, topics)


def entities_of(watch: Watch) -> set[str]:
    """The entities that a watch asks for."""
    return {*watch.entities, *values(asked(watch), "entity")}


def words_met(article: Article, node: Node) -> tuple[str, ...]:
    """The words that meet a query, as they stand in title and body, each once."""
    marked = (highlight(article.title, node, field="title") or "") + (highlight(article.body, node) or "")
    return tuple(dict.fromkeys(_MARKED.findall(marked)))[:WORDS]


def old_news(task: MatchTask, saved_at: datetime, max_age: timedelta, *, muted: bool = False) -> str:
    """Why a match isn't told but only recorded; "" for news."""
    if task.kind in QUIET:
        return QUIET[task.kind]
    if task.first_seen_at < saved_at:
        return "first seen before the watch was saved"
    if task.published_at is not None and task.first_seen_at - task.published_at > max_age:
        return "published long before it was first seen"
    return MUTED if muted else ""


def query_hash(watch: Watch) -> str:
    """What tells one form of a watch from another: everything it asks, not where it tells, nor whether it tells updates."""
    fields = {name: value for name, value in asdict(watch).items() if name != "name"}
    query = {name: value for name, value in fields.items() if name not in _LATER}
    query |= {name: str(fields[name]) for name in _LATER[2:] if fields[name]}  # only if asked: older hashes stay what they were
    return hashlib.blake2b(json.dumps(query, sort_keys=True).encode(), digest_size=8).hexdigest()


def digest(article: Article) -> str:
    """What tells one text of an article from another: title and body, folded, so that a changed mark is no change."""
    text = " ".join((*exacts(article.title), "\n", *exacts(article.body)))
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
