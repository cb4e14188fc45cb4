"""What Elasticsearch was asked, and what each part of it gave each article.

By named queries and their scores, in the same request: the server's own explanation is a tree of texts for people, without the
names of the parts.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from wirewatch.index.elastic.query import part
from wirewatch.index.favour import freshness
from wirewatch.index.parts import Asked, told
from wirewatch.index.port import Hit


class Explained:
    """A search that tells why: its request, what it asks more for that, and the answer's hits with their parts."""

    def __init__(self, body: dict[str, Any], groups: Sequence[tuple[Asked, ...]]) -> None:
        self.asked = json.dumps(body, ensure_ascii=False, indent=1)
        self._groups, self._now = list(groups), datetime.now(UTC)
        each_of = [each for group in self._groups for each in group]
        self._names = {each: str(number) for number, each in enumerate(each_of)}

    def more(self) -> dict[str, Any]:
        """A filter that lets everything through and names the parts."""
        if not self._names:
            return {}
        named = [
            {"bool": {"must": [query], "_name": name}} for each, name in self._names.items() if (query := part(each)) is not None
        ]
        through = {"bool": {"must": [{"match_all": {}}], "should": named}}
        return {"post_filter": through, "include_named_queries_score": True}

    def hit(self, made: Hit, hit: Any) -> Hit:
        """The hit with its parts and freshness."""
        if not self._names:
            return made
        scores = hit.get("matched_queries", {})
        parts = told(self._groups, lambda each: float(scores.get(self._names[each], 0.0)))
        shown = min(made.article.shown_at, made.article.indexed_at)  # what the server goes by: never in the future
        return replace(made, parts=parts, freshness=freshness(self._now - shown))
