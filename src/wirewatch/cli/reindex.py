"""`reindex`: the index made anew from the archive. `prune`: what is past its keeping time, dropped."""

import signal
from typing import Annotated, Any

import typer

from wirewatch.cli import show
from wirewatch.cli.progress import bar


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    for command in (reindex, prune):
        app.command()(command)


def reindex(
    ctx: typer.Context,
    since: Annotated[str | None, typer.Option(help="Only what isn't older than: 7d, 12h, 2026-11-01.")] = None,
    until: Annotated[str | None, typer.Option(help="Only what isn't newer than: 1d, 2026-11-20.")] = None,
    language: Annotated[list[str] | None, typer.Option(help="Only this language; may be repeated.")] = None,
    changed_rules: Annotated[
        bool, typer.Option("--changed-rules", help="Only what an older version's extraction made, within the live index.")
    ] = False,
) -> None:
    """Make the index anew from the archive, beside the live one, and put it in its place in one step. Tells nobody."""
    from wirewatch.house import open_house
    from wirewatch.index.port import Search
    from wirewatch.pace import moment
    from wirewatch.reindexing import redo
    from wirewatch.reindexing import reindex as rebuild

    wanted = Search(since=moment(since, "--since"), until=moment(until, "--until"), languages=tuple(language or ()))
    ask = None if wanted == Search() else wanted
    with open_house(ctx.obj.settings()) as house:

        def stop(*_: Any) -> None:
            house.stop.set()

        signal.signal(signal.SIGINT, stop)
        signal.signal(signal.SIGTERM, stop)
        with bar("reindex", ctx.obj.quiet) as progress:
            counts = (redo if changed_rules else rebuild)(house.settings, house.db, house.index, ask, house.stop, progress)
    if not ctx.obj.quiet:
        none = "nothing, all is by this version's rules" if changed_rules else "nothing to do"
        show.say(f"{'made anew' if changed_rules else 'the index is rebuilt'}: {show.counted(counts.by, none)}")
    raise typer.Exit(1 if counts.by.get("refused") else 0)


def prune(
    ctx: typer.Context, dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be dropped.")] = False
) -> None:
    """Drop the whole months of articles, and the files of pages, that are past their keeping time."""
    from wirewatch import maintaining
    from wirewatch.house import open_house

    settings = ctx.obj.settings()
    would = "would be dropped" if dry_run else "dropped"
    with open_house(settings) as house:
        if not settings.main.index.keep:
            show.say("index.keep isn't set: articles are kept for ever")
        for what, number in maintaining.prune(house, dry_run=dry_run).items():
            show.say(f"{number} {what} {would}")
