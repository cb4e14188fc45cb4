"""The system's own watch: what went quiet, lags or fails is told to the alarms' channels, once, and that it is over as well."""

import json
from datetime import UTC, datetime, timedelta

from wirewatch import alarms
from wirewatch.settings import Settings
from wirewatch.state import meta
from wirewatch.state.database import Database
from wirewatch.state.silence import troubles

EVERY = timedelta(hours=1)  # between two looks, however often a run ends
KEY = "silence"  # in `meta`
LISTED = 20  # lines of an alarm; the rest is a number


def tell_silence(settings: Settings, db: Database, now: datetime | None = None) -> int:
    """Look, unless somebody did within the last hour, and tell what is new; gives the number of lines told."""
    now = now or datetime.now(UTC)
    if not settings.main.alarms.channels or not _my_turn(db, now):
        return 0
    found = {each.key: each.text for each in troubles(db, [watch.name for watch in settings.watches])}
    told: dict[str, str] = json.loads(meta.get(db, KEY) or "{}")
    new = [text for key, text in found.items() if key not in told]
    over = [f"over: {text}" for key, text in told.items() if key not in found]
    if not new and not over:
        return 0
    lines = new + over
    more = [f"and {len(lines) - LISTED} more: wirewatch status"] if len(lines) > LISTED else []
    title = f"wirewatch: {len(new)} to look at" + (f", {len(over)} over" if over else "")
    if alarms.tell(settings, title, "\n".join(lines[:LISTED] + more)):
        meta.put(db, KEY, json.dumps(found))
    return len(lines)


def _my_turn(db: Database, now: datetime) -> bool:
    """Whether the last look is long enough ago; then it is now, for all other processes too."""
    with meta.held(db, f"{KEY} looked at", "") as note:
        if note.value and now - datetime.fromisoformat(note.value) < EVERY:
            return False
        note.value = now.isoformat()
    return True
