"""Which watches a batch of articles meets, and whether that is news."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from wirewatch.analysis.highlight import sentences
from wirewatch.analysis.query import Node, parse
from wirewatch.index.memory import Batch
from wirewatch.model import Article, Watch
from wirewatch.safe import one_line
from wirewatch.state.indexing import MatchTask

LEAD = 300  # characters of the body that stand for the sentence, where a watch asks for no words
QUIET = {"rebuild": "came by a rebuild", "import": "came by an import"}  # kinds of captures that are nobody's news


@dataclass(frozen=True, slots=True)
class Judged:
    """A watch met by an article, with the sentence that met it."""

    watch: Watch
    article: Article
    sentence: str


def judge(watches: Sequence[Watch], articles: Sequence[Article]) -> list[Judged]:
    """Run every watch on an index in memory of the batch: a cost that doesn't know the archive's size."""
    batch = Batch(articles)
    by_id = {article.id: article for article in articles}
    found = []
    for watch in watches:
        node = parse(watch.query)
        found += [Judged(watch, by_id[id_], _sentence(by_id[id_], node)) for id_ in batch.meets(node, watch)]
    return found


def old_news(task: MatchTask, saved_at: datetime, max_age: timedelta) -> str:
    """Why a match isn't told but only recorded; "" for news."""
    if task.kind in QUIET:
        return QUIET[task.kind]
    if task.first_seen_at < saved_at:
        return "first seen before the watch was saved"
    if task.published_at is not None and task.first_seen_at - task.published_at > max_age:
        return "published long before it was first seen"
    return ""


def query_hash(watch: Watch) -> str:
    """What tells one form of a watch from another: everything it asks, not where it tells."""
    asked = {name: value for name, value in asdict(watch).items() if name not in ("name", "channels")}
    return hashlib.blake2b(json.dumps(asked, sort_keys=True).encode(), digest_size=8).hexdigest()


def _sentence(article: Article, node: Node) -> str:
    found = sentences("", article.body, node, 1) or sentences(article.title, "", node, 1)
    return found[0] if found else one_line(article.body, LEAD)
