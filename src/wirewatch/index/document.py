"""An article as JSON, the way every home of the index keeps it and `search --json` shows it."""

import json
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

from wirewatch.model import Article

_NAMES = tuple(field.name for field in fields(Article))
_TIMES = ("first_seen_at", "indexed_at", "published_at", "updated_at")
_LISTS = ("authors", "entities", "entity_names", "topics")


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
        values[name] = tuple(values[name])
    return Article(**values)


def to_bytes(article: Article) -> bytes:
    """The article as JSON in UTF-8. Raises ValueError for text that isn't Unicode (half a surrogate pair)."""
    return json.dumps(to_dict(article), ensure_ascii=False, separators=(",", ":")).encode()


def from_bytes(raw: bytes) -> Article:
    """The article that `to_bytes` made this of."""
    return from_dict(json.loads(raw))
