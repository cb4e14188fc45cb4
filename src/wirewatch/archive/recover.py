"""After a crash: what a dead process left open is deleted; it was never promised to anyone."""

from collections.abc import Callable

from wirewatch.archive.store import open_store


def sweep(archive: str, alive: Callable[[str], bool]) -> int:
    """Delete the unfinished files of owners that aren't `alive`; gives their number."""
    dead = [path for path, owner in open_store(archive).unfinished() if not alive(owner)]
    for path in dead:
        path.unlink(missing_ok=True)
    return len(dead)
