"""`feeds list`: every feed, and how it does; or one feed's last polls."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from wirewatch.cli import show

if TYPE_CHECKING:
    from wirewatch.state.feeds import FeedRow


def list_feeds(
    ctx: typer.Context,
    which: Annotated[str | None, typer.Argument(metavar="[URL|NAME]", help="One feed, or one outlet; without it all.")] = None,
    polls: Annotated[bool, typer.Option("--polls", help="The last 30 polls of each instead, oldest first.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line, for programs.")] = False,
) -> None:
    """Show every feed, when it last answered and brought something, and why it fails."""
    from dataclasses import asdict

    from wirewatch.state import feeds
    from wirewatch.state.database import opened

    settings = ctx.obj.settings()
    with opened(settings.main.state.url, settings.home) as db:
        feeds.sync(db, settings.sources)
        rows = _meant(feeds.rows(db), which)
    if as_json:
        for row in rows:
            show.json_line(asdict(row))
    elif polls:
        show.table(("feed", "poll"), ((row.url, line) for row in rows for line in row.recent))
    else:
        columns = ("source", "feed", "state", "last success", "last new", "next poll", "entries")
        show.table(columns, ((row.source, row.url, condition(row), *times(row), row.entries) for row in rows))


def _meant(rows: "list[FeedRow]", which: str | None) -> "list[FeedRow]":
    from wirewatch.errors import UserError

    found = [row for row in rows if which is None or which == row.url or which.casefold() == row.source.casefold()]
    if which is not None and not found:
        raise UserError(f"{which!r} is neither an outlet nor a feed; `wirewatch feeds list` shows all")
    return found


def condition(row: "FeedRow") -> str:
    """A feed's state in a word, with its reason."""
    if not row.active:
        return "not in feeds.yaml"
    if row.reason == "http-410":
        return "gone (410): asked once a day, after three days once a week; `wirewatch feeds remove` ends that"
    if row.reason:
        return f"failing: {row.reason}" + (f" ({row.detail})" if row.detail else "")
    if not row.last_success_at:
        return "not polled yet"
    notes = [f"moved: asked at {row.lives_at}"] if row.lives_at else []
    notes += ["its validators lie"] if row.lies else []
    return "; ".join(["ok", *notes])


def times(row: "FeedRow") -> tuple[str, str, str]:
    """Last success, last new entry and next poll, as people say it."""
    due = "now" if row.next_poll_at <= datetime.now(UTC) else show.ago(row.next_poll_at)
    return show.ago(row.last_success_at), show.ago(row.last_new_at), due if row.active else "-"
