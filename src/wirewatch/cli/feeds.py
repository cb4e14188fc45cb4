"""`feeds list`: every feed, and how it does."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from wirewatch.cli import show

if TYPE_CHECKING:
    from wirewatch.state.feeds import FeedRow

group = typer.Typer(help="The feeds and how they do.", no_args_is_help=True, rich_markup_mode=None)


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.add_typer(group, name="feeds")


@group.command("list")
def list_feeds(
    ctx: typer.Context, as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line, for programs.")] = False
) -> None:
    """Show every feed, when it last answered and brought something, and why it fails."""
    from dataclasses import asdict

    from wirewatch.state import feeds
    from wirewatch.state.database import opened

    settings = ctx.obj.settings()
    with opened(settings.main.state.url, settings.home) as db:
        feeds.sync(db, settings.sources)
        rows = feeds.rows(db)
    if as_json:
        for row in rows:
            show.json_line(asdict(row))
        return
    columns = ("source", "feed", "state", "last success", "last new", "next poll", "entries")
    show.table(columns, ((row.source, row.url, condition(row), *times(row), row.entries) for row in rows))


def condition(row: "FeedRow") -> str:
    """A feed's state in a word, with its reason."""
    if not row.active:
        return "not in feeds.yaml"
    if row.reason:
        return f"failing: {row.reason}" + (f" ({row.detail})" if row.detail else "")
    return "ok" if row.last_success_at else "not polled yet"


def times(row: "FeedRow") -> tuple[str, str, str]:
    """Last success, last new entry and next poll, as people say it."""
    due = "now" if row.next_poll_at <= datetime.now(UTC) else show.ago(row.next_poll_at)
    return show.ago(row.last_success_at), show.ago(row.last_new_at), due if row.active else "-"
