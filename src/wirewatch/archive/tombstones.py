"""Tombstones lie in the archive too: who loses the state doesn't remember what was to be forgotten."""

import json
import secrets
from datetime import UTC, datetime

from wirewatch.archive.store import open_store

FOLDER, ENDING = "forgotten", ".forgotten.json"


def put_tombstone(archive: str, keys: dict[str, list[str]], hosts: list[str], owner: str) -> str:
    """Keep these articles' keys, and hosts, under a name of its own; gives the name."""
    name = f"{FOLDER}/{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}-{secrets.token_hex(4)}{ENDING}"
    open_store(archive).put(name, json.dumps({"articles": keys, "hosts": hosts}).encode(), owner)
    return name


def list_tombstones(archive: str) -> list[str]:
    """The names of all tombstones, oldest first."""
    return open_store(archive).names(ENDING, FOLDER)


def read_tombstone(archive: str, name: str) -> tuple[dict[str, list[str]], list[str]]:
    """The keys by article, and the hosts. Raises OSError, ValueError, KeyError, Unavailable."""
    with open_store(archive).open(name) as stream:
        facts = json.loads(stream.read())
    return {str(article): [str(key) for key in keys] for article, keys in facts["articles"].items()}, list(facts["hosts"])
