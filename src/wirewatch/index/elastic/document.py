"""An article as Elasticsearch keeps it: its own fields, and two for the order of things."""

from datetime import datetime
from typing import Any

from wirewatch.index.document import from_dict, micros, rfc3339, to_dict
from wirewatch.model import Article

FIRST_SEEN = "first-seen"  # published_at_source of an article whose date isn't known


def to_source(article: Article) -> dict[str, Any]:
    """The document. `published_at` is always set and never later than `indexed_at`; `shown_at` is what we sort and search by."""
    document = to_dict(article)
    document["shown_at"] = micros(article.shown_at)
    if article.published_at is None:
        document["published_at"], document["published_at_source"] = document["first_seen_at"], FIRST_SEEN
    elif article.published_at > article.indexed_at:
        document["published_at"] = rfc3339(article.indexed_at)
    return document


def from_source(source: dict[str, Any]) -> Article:
    """The article that `to_source` made this of."""
    values = dict(source)
    shown_at = values.pop("shown_at")
    if values["published_at_source"] == FIRST_SEEN:
        values["published_at"], values["published_at_source"] = None, ""
    elif micros(datetime.fromisoformat(values["published_at"])) != shown_at:
        values["published_at"] = _from_micros(shown_at)
    return from_dict(values)


def _from_micros(at: int) -> str:
    from datetime import UTC, timedelta

    return rfc3339(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at))
