"""Entries and messages as JSON in a row."""

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from wirewatch.model import Entry, Message, Why


def entry_json(entry: Entry) -> str:
    """An entry as text."""
    return _json(asdict(entry))


def entry_of(text: str) -> Entry:
    """The entry back from its text."""
    return Entry(**_times(json.loads(text), "published_at"))


def message_json(message: Message) -> str:
    """A message as text."""
    return _json(asdict(message))


def message_of(text: str) -> Message:
    """The message back from its text."""
    return Message(**_times(json.loads(text), "published_at", "matched_at"))


def why_json(why: Why) -> str:
    """Why a watch was met, as text."""
    return _json({name: values for name, values in asdict(why).items() if values})


def why_of(text: str) -> Why:
    """The reasons back from their text."""
    return Why(**{name: tuple(values) for name, values in json.loads(text).items()})


def _json(fields: dict[str, Any]) -> str:
    return json.dumps(fields, ensure_ascii=False, default=datetime.isoformat)


def _times(fields: dict[str, Any], *names: str) -> dict[str, Any]:
    return fields | {name: datetime.fromisoformat(fields[name]) for name in names if fields[name]}
