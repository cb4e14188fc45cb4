"""Which index the state's `indexed` speaks of: its generation, and those made from it that may take its place."""

import json
from datetime import datetime

from wirewatch.state import meta
from wirewatch.state.adopting import forget_index
from wirewatch.state.database import Database, clock

_NOW, _COPIES = "index-generation", "index-copies"


def both(db: Database, generation: str) -> None:
    """From now on, an index of this generation holds what the present one does: a copy, or a rebuild about to replace it."""
    with db.read() as conn:
        now = clock(conn)
    known = json.loads(meta.get(db, _COPIES) or "{}")
    meta.put(db, _COPIES, json.dumps(known | {generation: now.isoformat()}))


def settle(db: Database, generation: str) -> int:
    """This generation is in use: take note. What it lacks is to be indexed again, without being told; gives the captures.

    A copy may lack what was noted as indexed since it was begun; an index that nobody knows lacks everything.
    """
    if meta.get(db, _NOW) == generation:
        return 0
    known = json.loads(meta.get(db, _COPIES) or "{}")
    since = datetime.fromisoformat(known[generation]) if generation in known else None
    again = forget_index(db, since)
    meta.put(db, _NOW, generation)
    meta.put(db, _COPIES, "{}")
    return again
