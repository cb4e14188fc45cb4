"""`feeds list | add | remove | check | import | export`: the feeds, how they do, and feeds.yaml."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wirewatch.cli import feeds_add, feeds_list, show

if TYPE_CHECKING:
    from wirewatch.finding import Finder, Look
    from wirewatch.model import Source
    from wirewatch.settings import Settings

group = typer.Typer(help="The feeds: how they do, and which there are.", no_args_is_help=True, rich_markup_mode=None)
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line, for programs.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.add_typer(group, name="feeds")


group.command("list")(feeds_list.list_feeds)
group.command("add")(feeds_add.add)


@group.command()
def remove(
    ctx: typer.Context, which: Annotated[str, typer.Argument(metavar="URL|NAME", help="A feed's address, or an outlet's name.")]
) -> None:
    """Take a feed, or all feeds of an outlet, out of feeds.yaml; what they brought stays."""
    from wirewatch.settings.feeds import path_of
    from wirewatch.settings.feeds import remove as write

    settings = ctx.obj.settings()
    urls = {feed.url for source in _which(settings, which) for feed in source.feeds}
    write(settings.config, urls)
    show.out(f"{len(urls)} taken out of {path_of(settings.config)}")


def _which(settings: "Settings", which: str) -> list["Source"]:
    """The sources with the feeds that are meant: an outlet's by its name, else one by its address."""
    from dataclasses import replace

    from wirewatch.errors import UserError

    named = [source for source in settings.sources if source.name.casefold() == which.strip().casefold() and source.feeds]
    if named:
        return named
    found = [(source, feed) for source in settings.sources for feed in source.feeds if feed.url == which.strip()]
    if not found:
        raise UserError(f"{which!r} is neither an outlet nor a feed of feeds.yaml; `wirewatch feeds list` shows them")
    return [replace(source, feeds=(feed,)) for source, feed in found]


@group.command()
def check(
    ctx: typer.Context,
    which: Annotated[str | None, typer.Argument(metavar="[URL|NAME]", help="One feed, or one outlet; without it all.")] = None,
    as_json: Json = False,
) -> None:
    """Ask each feed now: what it holds, how late we see it, what is wrong and what to do; exit code 1 if something is."""
    import asyncio

    settings = ctx.obj.settings()
    sources = _which(settings, which) if which else list(settings.sources)
    rows = asyncio.run(_checked(settings, sources))
    if as_json:
        for row in rows:
            show.json_line(row)
    else:
        columns = ("source", "feed", "status", "format", "entries", "newest", "moves", "delay", "problems and what to do")
        show.table(columns, (_cells(row) for row in rows))
    raise typer.Exit(1 if any(row["problems"] for row in rows) else 0)


def _cells(row: dict[str, Any]) -> tuple[object, ...]:
    newest = show.ago(row["newest"]) if row["newest"] else "-"
    delay = "-" if row["delay"] is None else show.span(row["delay"])
    said = "; ".join((*row["problems"], *row["notes"]))
    facts = (row["source"], row["url"], row["status"], row["format"] or "-", row["entries"])
    return (*facts, newest, feeds_add.rate(row["per_day"]), delay, said)


async def _checked(settings: "Settings", sources: list["Source"]) -> list[dict[str, Any]]:
    import asyncio
    from collections import defaultdict
    from urllib.parse import urlsplit

    from wirewatch.finding import Finder
    from wirewatch.net.client import client_of
    from wirewatch.state.database import opened
    from wirewatch.state.delays import delays

    given = settings.main.fetch
    with opened(settings.main.state.url, settings.home) as db:
        late = delays(db)
    pairs = [(source, feed.url) for source in sources for feed in source.feeds]
    places, turns = asyncio.Semaphore(given.workers), defaultdict[str, asyncio.Lock](asyncio.Lock)

    async with client_of(given) as http:
        finder = Finder(http, given, requests=4 * len(pairs), obey_robots=False)

        async def one(source: "Source", url: str) -> dict[str, Any]:
            async with turns[urlsplit(url).netloc], places:  # in this order: who waits for his host's turn holds no place
                look = await finder.look(url)
                return _row(source, look, late.get(url), forbidden=await _forbidden(finder, settings, look))

        try:
            return list(await asyncio.gather(*(one(source, url) for source, url in pairs)))
        finally:
            finder.close()


async def _forbidden(finder: "Finder", settings: "Settings", look: "Look") -> bool:
    """Whether robots.txt keeps us from the feed's pages, as its first entry shows."""
    from wirewatch.errors import Retry, Skip

    if not look.first or not settings.main.fetch.obey_robots:
        return False
    try:
        (await finder.book.of(look.first)).check(look.first)
    except Skip:
        return True
    except Retry:
        return False
    return False


def _row(source: "Source", look: "Look", delay: float | None, *, forbidden: bool) -> dict[str, Any]:
    from wirewatch.diagnosis import notes, problems

    wrong = problems(look, datetime.now(UTC), pages_forbidden=forbidden)
    status = str(look.reason) if look.reason else "ok" if not wrong else "look"
    same = ("url", "format", "title", "entries", "newest", "per_day", "detail")
    facts = {name: getattr(look, name) for name in same}
    return {"source": source.name, "status": status} | facts | {"delay": delay, "problems": wrong, "notes": notes(look)}


@group.command("import")
def import_opml(
    ctx: typer.Context, file: Annotated[Path, typer.Argument(help="An OPML file of another reader, or ours.")]
) -> None:
    """Take over subscriptions from an OPML file into feeds.yaml; feeds that are there stay as they are."""
    from wirewatch.errors import UserError
    from wirewatch.poll.opml import BYTES, read_opml
    from wirewatch.safe import one_line
    from wirewatch.settings.feeds import add as write
    from wirewatch.settings.feeds import path_of

    settings, left_out = ctx.obj.settings(), list[str]()
    try:
        with file.open("rb") as opened:
            found = read_opml(opened.read(BYTES + 1), left_out)
    except OSError as error:
        raise UserError(f"{file}: {error.strerror}") from error
    except UserError as error:
        raise UserError(f"{file}: {error}") from error
    new = _merged(settings, found)
    if new:
        write(settings.config, new)
    written, total = (sum(len(source.feeds) for source in some) for some in (new, found))
    of = f"{show.number(written, 'feed')} of {show.number(len(new), 'outlet')}"
    show.out(f"{of} written to {path_of(settings.config)}; {total - written} more there already")
    for url in left_out:
        show.out(f"left out: {one_line(url, 200)} is no address on the web")


def _merged(settings: "Settings", found: list["Source"]) -> list["Source"]:
    """What isn't in feeds.yaml yet, under the names that it has there for these sites."""
    from dataclasses import replace

    from wirewatch.poll.text import site_of

    known = {feed.url for source in settings.sources for feed in source.feeds}
    names = {site_of(source.home): source.name for source in settings.sources if source.home}
    merged: dict[str, Source] = {}
    for source in found:
        feeds = tuple(feed for feed in source.feeds if feed.url not in known)
        name = names.get(site_of(source.home), source.name) if source.home else source.name
        before = merged[name].feeds if name in merged else ()
        if feeds:
            merged[name] = replace(source, name=name, feeds=(*before, *feeds))
    return list(merged.values())


@group.command()
def export(ctx: typer.Context) -> None:
    """Write the feeds as OPML to standard output, for other readers."""
    from wirewatch.poll.opml import opml_of

    show.out(opml_of(ctx.obj.settings().sources).rstrip("\n"))
