"""`watches list | history`: the standing queries, and what they told."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from wirewatch.cli import show

if TYPE_CHECKING:
    from wirewatch.state.matches import MatchRow

group = typer.Typer(help="Standing queries and what they told.", no_args_is_help=True, rich_markup_mode=None)
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line, for programs.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.add_typer(group, name="watches")


@group.command("list")
def list_watches(ctx: typer.Context, as_json: Json = False) -> None:
    """Show every watch, what it asks, and where it tells."""
    from dataclasses import asdict

    settings = ctx.obj.settings()
    if as_json:
        for watch in settings.watches:
            show.json_line(asdict(watch))
        return
    rows = (
        (w.name, w.query, ", ".join((*w.topics, *w.entities, *w.languages, *w.sources)), ", ".join(w.channels) or "recorded only")
        for w in settings.watches
    )
    show.table(("watch", "query", "and", "channels"), rows)


@group.command()
def history(ctx: typer.Context, as_json: Json = False) -> None:
    """Show every match, newest first: what met a watch, and what came of telling it."""
    from dataclasses import asdict

    from wirewatch.state import matches
    from wirewatch.state.database import opened

    settings = ctx.obj.settings()
    with opened(settings.main.state.url, settings.home) as db:
        rows = matches.history(db)
    if as_json:
        for row in rows:
            show.json_line(asdict(row))
    else:
        print_history(rows)


def print_history(rows: "Sequence[MatchRow]") -> None:
    """Show matches to a person, a line each."""
    told = (
        (r.watch, show.ago(r.matched_at), r.state, r.title, ", ".join(f"{d.channel}: {d.state}" for d in r.deliveries))
        for r in rows
    )
    show.table(("watch", "when", "state", "story", "told"), told)
