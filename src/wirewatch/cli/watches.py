"""`watches list | history | mute | unmute | retry`: the standing queries; the rest is in watching.py, why.py, channels.py."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from wirewatch.cli import asking, channels, show, watching, why

if TYPE_CHECKING:
    from datetime import datetime

    from wirewatch.model import Watch
    from wirewatch.state.matches import Delivery, MatchRow

group = typer.Typer(help="Standing queries and what they told.", no_args_is_help=True, rich_markup_mode=None)


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    watching.register(group)
    why.register(group)
    group.command()(channels.feed)
    app.add_typer(group, name="watches")


@group.command("list")
def list_watches(ctx: typer.Context, as_json: asking.Json = False) -> None:
    """Show every watch, what it asks, and where it tells."""
    from dataclasses import asdict

    from wirewatch.state import matches
    from wirewatch.state.database import opened

    settings = ctx.obj.settings()
    with opened(settings.main.state.url, settings.home) as db:
        muted = matches.muted(db)
    if as_json:
        for watch in settings.watches:
            show.json_line(asdict(watch) | _over_time(watch) | {"muted_until": muted.get(watch.name)})
    elif settings.watches:
        rows = ((w.name, w.query, ", ".join(_beside(w)), _where(w, muted.get(w.name))) for w in settings.watches)
        show.table(("watch", "query", "and", "channels"), rows)
    else:
        show.say(f"no watch yet: write one into {settings.config / 'watches.yaml'}")


def _where(watch: "Watch", muted_until: "datetime | None") -> str:
    """Where a watch tells, and that it doesn't now."""
    told = ", ".join(watch.channels) or "recorded only"
    return told + (f" (muted until {muted_until:%d %b %Y %H:%M} UTC)" if muted_until else "")


def _beside(watch: "Watch") -> list[str]:
    """What a watch asks beside its query."""
    asked = [*watch.topics, *watch.entities, *watch.languages, *watch.sources]
    asked += [f"not {watch.but_not}"] if watch.but_not else []
    over_time = _over_time(watch)
    asked += [str(over_time[key]) for key in ("at_least", "rate") if over_time[key]]
    if first := over_time["first_mention"]:
        asked.append("first mention" + ("" if first is True else f" in {first}"))
    return asked + (["updates"] if watch.updates else [])


def _over_time(watch: "Watch") -> dict[str, str | bool | None]:
    """Its conditions over time, as watches.yaml has them; None where it asks none."""
    from datetime import timedelta

    from wirewatch.state.conditions import span

    asked: dict[str, str | bool | None] = {"at_least": None, "rate": None, "first_mention": None}
    if watch.at_least:
        asked["at_least"] = f"{watch.at_least.sources} sources within {span(watch.at_least.within)}"
    if watch.rate:
        asked["rate"] = f"{watch.rate.times:g}x the usual within {span(watch.rate.within)}"
    if watch.first_mention:
        asked["first_mention"] = True if watch.first_mention == timedelta.max else span(watch.first_mention)
    return asked


@group.command()
def history(
    ctx: typer.Context,
    name: Annotated[str | None, typer.Argument(help="Only this watch's.")] = None,
    as_json: asking.Json = False,
) -> None:
    """Show every match, newest first: when and why a story met a watch, and what came of telling it."""
    from dataclasses import asdict

    from wirewatch.state import matches
    from wirewatch.state.database import opened

    settings = ctx.obj.settings()
    with opened(settings.main.state.url, settings.home) as db:
        rows = matches.history(db, name)
    if name and not rows:
        watching.watch_of(settings, name)
    if as_json:
        for row in rows:
            show.json_line(asdict(row))
    else:
        print_history(rows)


def print_history(rows: "Sequence[MatchRow]") -> None:
    """Show matches to a person, a line each."""
    if not rows:
        show.say("no match yet; `wirewatch watches list` shows the watches")
        return
    told = (
        (r.watch, show.ago(r.matched_at), r.state, r.title, ", ".join(_reasons(r)), ", ".join(map(_delivered, r.deliveries)))
        for r in rows
    )
    show.table(("watch", "when", "state", "story", "why", "told"), told)


def _reasons(row: "MatchRow") -> list[str]:
    """Why it met the watch, and why it wasn't told."""
    return [*row.why.words, *row.why.entities, *row.why.topics, *([f"({row.reason})"] if row.reason else [])]


def _delivered(delivery: "Delivery") -> str:
    """`newsroom: sent`, of an update `newsroom: update sent`, with the error of one that failed."""
    update = "update " if delivery.version else ""
    return f"{delivery.channel}: {update}{delivery.state}" + (f" ({delivery.error})" if delivery.error else "")


@group.command()
def mute(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="The watch.")],
    until: Annotated[str, typer.Option(help="2h, 7d (from now), or a date: 2026-12-24.")],
) -> None:
    """Tell nobody of what meets this watch until then; it is recorded."""
    from wirewatch.pace import later

    at = later(until, "--until")
    _mute(ctx, name, at)
    show.out(f"{name} is muted until {at:%d %b %Y %H:%M} UTC; what meets it is recorded, and not told afterwards either")


@group.command()
def unmute(ctx: typer.Context, name: Annotated[str, typer.Argument(help="The watch.")]) -> None:
    """Tell again of what meets this watch from now on."""
    _mute(ctx, name, None)
    show.out(f"{name} tells again; `wirewatch watches replay {name} --since 7d` tells what it missed")


def _mute(ctx: typer.Context, name: str, until: "datetime | None") -> None:
    from wirewatch.state import matches
    from wirewatch.state.database import opened

    settings = ctx.obj.settings()
    watching.watch_of(settings, name)
    with opened(settings.main.state.url, settings.home) as db:
        matches.mute(db, name, until)


@group.command()
def retry(
    ctx: typer.Context,
    name: Annotated[str | None, typer.Argument(help="Only this watch's messages.")] = None,
) -> None:
    """Put dead messages on their way again: those that failed eight times in a day."""
    from wirewatch.state import matches
    from wirewatch.state.database import opened

    settings = ctx.obj.settings()
    with opened(settings.main.state.url, settings.home) as db:
        revived = matches.revive(db, name)
    if name and not revived:
        watching.watch_of(settings, name)
    show.out(f"{show.number(revived, 'message')} to be sent again; `wirewatch match` or the next run sends them")
