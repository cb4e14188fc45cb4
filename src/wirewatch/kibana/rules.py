"""One es-query rule a watch, for those who want Kibana to watch too, in the shape that loses least (Kibana study, section 3).

A free licence lets a rule write to an index only: telling people is done by `watch/`. What a watch asks of time, no such rule can
ask: those watches have none.
"""

import json
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

from wirewatch.index.elastic.query import build
from wirewatch.index.narrow import narrowed
from wirewatch.model import Watch
from wirewatch.watch.judge import asked

INDEX = "wirewatch-kibana-matches"


def connector() -> dict[str, Any]:
    """The connector that writes a match into an index."""
    return {"name": "Wirewatch matches", "config": {"index": INDEX, "refresh": False, "executionTimeField": None}, "secrets": {}}


def rule_id(space: str, watch: str) -> str:
    """An id of our own: it stays when the watch's query changes."""
    return f"wirewatch-{space}-{blake2b(watch.encode(), digest_size=6).hexdigest()}"


def rules(watches: Sequence[Watch], alias: str, space: str) -> dict[str, dict[str, Any]]:
    """The rules by id. By `indexed_at`, so that what was published long before it was found is seen; one alert a story."""
    plain = [watch for watch in watches if not (watch.at_least or watch.rate or watch.first_mention)]
    return {rule_id(space, watch.name): _rule(watch, alias, f"wirewatch-{space}-matches") for watch in plain}


def _rule(watch: Watch, alias: str, connector_id: str) -> dict[str, Any]:
    params = {
        "searchType": "esQuery",
        "index": [alias],
        "esQuery": json.dumps({"query": build(asked(watch), narrowed(watch))}, ensure_ascii=False),
        "timeField": "indexed_at",
        "size": 100,
        "threshold": [0],
        "thresholdComparator": ">",
        "timeWindowSize": 24,
        "timeWindowUnit": "h",
        "aggType": "count",
        "groupBy": "top",
        "termField": "story_id",
        "termSize": 1000,
        "excludeHitsFromPreviousRun": True,
    }
    document = {"watch": watch.name, "story_id": "{{alert.id}}", "at": "{{date}}", "link": "{{context.link}}"}
    action = {
        "id": connector_id,
        "group": "query matched",
        "params": {"documents": [document]},
        "frequency": {"summary": False, "notify_when": "onActionGroupChange", "throttle": None},
    }
    return {
        "name": f"Wirewatch: {watch.name}",
        "tags": ["wirewatch"],
        "schedule": {"interval": "1m"},
        "params": params,
        "actions": [action],
    }
