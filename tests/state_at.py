"""A home folder as an earlier version of wirewatch left it."""

from pathlib import Path

from sqlalchemy import create_engine, event

from wirewatch.state.database import _on_begin, _on_connect
from wirewatch.state.migrate import migrate


def state_at(revision: str, home: Path) -> Path:
    """Make `home`/state.db with the schema of that revision; gives the file."""
    home.mkdir(parents=True, exist_ok=True)
    engine = create_engine(f"sqlite:///{home / 'state.db'}")
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    migrate(engine, revision)
    engine.dispose()
    return home / "state.db"
