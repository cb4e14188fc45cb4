"""An article as JSON, the way every home of the index keeps it and `search --json` shows it."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any

from wirewatch.errors import UserError
from wirewatch.model import Article, ArticleId

TAGS = {  # a field of the search language that is met as a whole: the document's field
    "entity": "entities",
    "topic": "topics",
    "language": "language",
    "source": "source",
    "country": "country",
    "script": "script",
}

_NAMES = tuple(field.name for field in fields(Article))
_TIMES = ("first_seen_at", "indexed_at", "published_at", "updated_at")
_LISTS = ("authors", "entities", "entity_names", "people", "organisations", "places", "topics", "topic_reasons")
_TERMS = ("id", "source", "language", "entities", "topics")
TERM_BYTES = 512  # an id's or tag's longest; tantivy drops a term of 65,531 bytes without a word, Elasticsearch takes ids of 512
NOT_UNICODE = "its text isn't Unicode: half a surrogate pair"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def micros(at: datetime) -> int:
    """`at` as an index counts it: microseconds since 1970."""
    return (at - _EPOCH) // timedelta(microseconds=1)


def newest(articles: Iterable[Article]) -> list[Article]:
    """Of each id, the last of the highest revision."""
    found: dict[ArticleId, Article] = {}
    for article in articles:
        if article.id not in found or article.revision >= found[article.id].revision:
            found[article.id] = article
    return list(found.values())


def refusal(article: Article) -> str | None:
    """Why no home takes this article; None: it may be indexed, unless its text isn't Unicode, which shows when it is packed."""
    try:
        for at in (getattr(article, name) for name in _TIMES):
            if at is not None and at.tzinfo is None:
                return f"{at.isoformat()} has no UTC offset"
        for name in _TERMS:
            value = getattr(article, name)
            for term in (value,) if isinstance(value, str) else value:
                if len(term.encode()) > TERM_BYTES:
                    return f"{name} is longer than {TERM_BYTES} bytes"
    except UnicodeEncodeError:
        return NOT_UNICODE
    if not article.id:
        return "it has no id"
    return None if 0 <= article.revision < 2**63 else f"revision {article.revision} is out of range"


def rfc3339(at: datetime) -> str:
    """`at` as RFC 3339 in UTC. Raises ValueError for a time without its offset: nobody knows when that was."""
    if at.tzinfo is None:
        raise ValueError(f"{at.isoformat()} has no UTC offset")
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def to_dict(article: Article) -> dict[str, Any]:
    """The article as JSON types, under its own field names. Raises ValueError for a time without its offset."""
    document = {name: getattr(article, name) for name in _NAMES}
    for name in _TIMES:
        if document[name] is not None:
            document[name] = rfc3339(document[name])
    for name in _LISTS:
        document[name] = list(document[name])
    return document


def from_dict(document: dict[str, Any]) -> Article:
    """The article that `to_dict` made this of."""
    values = dict(document)
    for name in _TIMES:
        if values[name] is not None:
            values[name] = datetime.fromisoformat(values[name])
    for name in _LISTS:
        values[name] = tuple(values.get(name, ()))  # a field that an older index lacks is empty
    return Article(**values)


def to_bytes(article: Article) -> bytes:
    """The article as JSON in UTF-8. Raises ValueError for text that isn't Unicode (half a surrogate pair)."""
    return json.dumps(to_dict(article), ensure_ascii=False, separators=(",", ":")).encode()


def from_bytes(raw: bytes) -> Article:
    """The article that `to_bytes` made this of."""
    return from_dict(json.loads(raw))


def text_field(name: str, fields: Mapping[str, str]) -> str:
    """A home's field for words in `title:`, `body:` or `author:`. Raises UserError."""
    if name not in fields:
        raise UserError(f"{name}: is no field to search words in; write {', '.join(f'{each}:' for each in fields)}")
    return fields[name]


def encodes(value: str) -> bool:
    """Whether an article may have it: half a surrogate pair, as a command line may bring it, is in none."""
    return not any("\ud800" <= letter <= "\udfff" for letter in value)


def tag_field(name: str, values: Sequence[str]) -> tuple[str, list[str]]:
    """The document's field of a tag, and which of these values an article may have. Raises UserError."""
    if name not in TAGS:
        raise UserError(f"{name}: is no field; write {', '.join(f'{each}:' for each in TAGS)}")
    return TAGS[name], [value for value in values if encodes(value)]
