"""What a server holds for us: two index templates, an index a month, one alias to read by.

wirewatch-articles-guard       any index of our name that no generation owns takes no document: nothing is guessed
wirewatch-articles-v1          generation 1: analysis, strict mapping, settings; `_meta` says by whose rules
wirewatch-articles-v1-2026.11  the articles first seen in that month (Elasticsearch study, 2026-11: 1 to 3 GB of 200 outlets)
wirewatch-articles             the alias; which generation it names is what readers see
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from wirewatch.analysis.chain import TABLES_VERSION
from wirewatch.analysis.elastic import EXACT, TEXT, analysis

VERSION = 3  # of the fields and of what is put into them: count up, and `wirewatch reindex` is needed

_KEYWORD, _DATE = {"type": "keyword"}, {"type": "date"}
_UNSEARCHED = {"type": "keyword", "index": False, "doc_values": False}
_EXACT = {"type": "text", "analyzer": EXACT, "index_options": "positions", "norms": True}


def _text(**more: Any) -> dict[str, Any]:
    return {"type": "text", "analyzer": TEXT, "index_options": "offsets", "fields": {"exact": _EXACT, **more}}


MAPPINGS: dict[str, Any] = {
    "dynamic": "strict",
    "properties": {
        "id": _KEYWORD,
        "revision": {"type": "long"},
        "url": {"type": "keyword", "ignore_above": 4096},
        "title": _text(raw={"type": "keyword", "ignore_above": 512}),
        "body": _text(),
        "source": _KEYWORD,
        "first_seen_at": _DATE,
        "indexed_at": _DATE,
        "published_at": _DATE,  # always there: else Discover wouldn't show the article; `published_at_source` says whence
        "published_at_source": _KEYWORD,
        "shown_at": {"type": "long"},  # published_at in microseconds since 1970, as `--since` and sorting need it
        "updated_at": _DATE,
        "body_source": _KEYWORD,
        "description": {"type": "text", "analyzer": TEXT, "norms": False, "index_options": "docs"},
        "authors": {
            "type": "keyword",
            "ignore_above": 512,
            "fields": {"text": {"type": "text", "analyzer": TEXT}, "exact": _EXACT},
        },
        "image": _UNSEARCHED,
        "section": {"type": "keyword", "ignore_above": 512},
        "paywall": {"type": "boolean"},
        "country": _KEYWORD,
        "language": _KEYWORD,
        "script": _KEYWORD,
        "entities": _KEYWORD,
        "entity_names": {"type": "keyword", "ignore_above": 512},
        "people": {"type": "keyword", "ignore_above": 512},
        "organisations": {"type": "keyword", "ignore_above": 512},
        "places": {"type": "keyword", "ignore_above": 512},
        "topics": _KEYWORD,
        "topic_reasons": _UNSEARCHED,
        "story_id": _KEYWORD,
        "is_copy": {"type": "boolean"},
        "tellings": {"type": "integer"},
        "feed": {"type": "keyword", "ignore_above": 4096},
        "rules": {"type": "integer"},
    },
}


def settings() -> dict[str, Any]:
    """An index's settings."""
    return {
        "number_of_shards": 1,
        "auto_expand_replicas": "0-1",
        "refresh_interval": "5s",
        "codec": "best_compression",
        "query": {"default_field": ["title", "body"]},
        "analysis": analysis(),
    }


def template(name: str, number: int, generation: str, *, live: bool) -> dict[str, Any]:
    """The template of a generation; one that isn't live yet is filled without being read."""
    body: dict[str, Any] = {"settings": settings(), "mappings": MAPPINGS}
    if live:
        body["aliases"] = {name: {}}
    return {
        "index_patterns": [f"{name}-v{number}-*"],
        "priority": 200,
        "template": body,
        "_meta": {"by": "wirewatch", "fields": VERSION, "tables": TABLES_VERSION, "generation": generation, "number": number},
    }


def guard(name: str) -> dict[str, Any]:
    """The template of an index that no generation owns, such as one that a late write would make of a dropped month."""
    return {
        "index_patterns": [f"{name}-*"],
        "priority": 100,
        "template": {"mappings": {"dynamic": "strict"}},
        "_meta": {"by": "wirewatch"},
    }


def month_index(name: str, number: int, at: datetime) -> str:
    """The index of the articles first seen then."""
    return f"{name}-v{number}-{at.astimezone(UTC):%Y.%m}"


def digest(body: Mapping[str, Any]) -> str:
    """The same for two templates that mean the same: a server gives settings back as text, under `index`."""
    inner = body.get("template", {})
    meaning = {
        "patterns": body.get("index_patterns"),
        "priority": body.get("priority"),
        "settings": sorted(_flat(inner.get("settings", {}))),
        "mappings": inner.get("mappings", {}),
        "aliases": sorted(inner.get("aliases", {})),
    }
    return hashlib.sha256(json.dumps(meaning, sort_keys=True, default=str).encode()).hexdigest()


def _flat(node: Any, path: str = "") -> list[tuple[str, str]]:
    if isinstance(node, Mapping):
        return [pair for key, value in node.items() for pair in _flat(value, f"{path}.{key}" if path else str(key))]
    value = json.dumps([_plain(each) for each in node]) if isinstance(node, list) else _plain(node)
    return [(path.removeprefix("index."), value)]


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
