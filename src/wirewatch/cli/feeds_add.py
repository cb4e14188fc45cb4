"""`feeds add`: find a site's feeds, show what each holds, and write the chosen ones to feeds.yaml."""

import asyncio
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

import typer

from wirewatch.cli import show
from wirewatch.safe import one_line

if TYPE_CHECKING:
    from wirewatch.finding import Look, Site
    from wirewatch.settings import Settings

NOBODY = "nothing written; choose by --pick 1,2, --all, or --yes for the first"


def add(
    ctx: typer.Context,
    address: Annotated[str, typer.Argument(metavar="URL", help="An outlet's home page, or one feed.")],
    pick: Annotated[str, typer.Option(metavar="N,M", help="Write these of the table's numbers.")] = "",
    everything: Annotated[bool, typer.Option("--all", help="Write all that are found.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Write the first that brings news.")] = False,
    name: Annotated[str, typer.Option(help="The outlet's name; without it as its page says.")] = "",
    country: Annotated[str, typer.Option(help="Its country, two letters: rs.")] = "",
    language: Annotated[str, typer.Option(help="Its language: sr, sr-Latn; without it as its page says.")] = "",
    every: Annotated[str, typer.Option(metavar="PACE", help="A fixed pace instead of the adaptive one: 30s, 5m, 1h.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line, for programs.")] = False,
) -> None:
    """Find a site's feeds and news sitemaps, show what each holds, and write the chosen ones to feeds.yaml."""
    from wirewatch.errors import UserError
    from wirewatch.model import Source
    from wirewatch.settings.feeds import refuse_shipped

    settings = ctx.obj.settings()
    ask = not as_json and sys.stdin.isatty()
    if pick or everything or yes or ask:
        refuse_shipped(settings.config)
    site = asyncio.run(_find(settings, address, quiet=ctx.obj.quiet or as_json))
    known = {feed.url for source in settings.sources for feed in source.feeds}
    if not as_json:
        _table(site, known)
    if not site.looks:
        raise UserError(f"no feed found at {site.home}: look there for a link called RSS, and give its address")
    chosen = _chosen(site.looks, known, pick=pick, everything=everything, yes=yes, ask=ask)
    if chosen:
        from wirewatch.settings.feeds import add as write
        from wirewatch.settings.feeds import path_of

        source = _source(settings, site, Source(name=name, country=country or None, language=language or None))
        write(settings.config, [_with_feeds(source, chosen, every)])
        if not as_json:
            show.out(f"{len(chosen)} of {len(site.looks)} written to {path_of(settings.config)}, under {one_line(source.name)}")
    for n, look in enumerate(site.looks, 1) if as_json else ():
        show.json_line(_row(n, look, known) | {"chosen": look in chosen})


async def _find(settings: "Settings", address: str, *, quiet: bool) -> "Site":
    from wirewatch.finding import Finder
    from wirewatch.net.client import client_of

    given = settings.main.fetch
    async with client_of(given) as http:
        finder = Finder(http, given, _nothing if quiet else show.say)
        try:
            return await finder.find(address.strip())
        finally:
            finder.close()


def _nothing(_: str) -> None:
    """No progress."""


def _table(site: "Site", known: set[str]) -> None:
    columns = ("no", "feed", "format", "entries", "newest", "moves", "found by", "title")
    rows = (
        (
            n,
            look.url + (" (already there)" if look.url in known else ""),
            look.format,
            look.entries,
            show.ago(look.newest) if look.newest else "-",
            rate(look.per_day),
            look.how,
            look.title,
        )
        for n, look in enumerate(site.looks, 1)
    )
    if site.looks:
        show.table(columns, rows)
    for url in site.elsewhere:
        show.say(f"on another site, not looked at: {one_line(url, 200)}")


def rate(per_day: float | None) -> str:
    """How often a feed moves, in the largest unit with a whole number."""
    if per_day is None:
        return "-"
    number, unit = next(((n, u) for n, u in ((per_day, "day"), (per_day * 7, "week")) if n >= 1), (per_day * 30, "month"))
    return f"{number:.0f} a {unit}"


def _row(n: int, look: "Look", known: set[str]) -> dict[str, Any]:
    same = ("url", "how", "format", "title", "language", "entries", "newest", "per_day")
    return {"no": n} | {name: getattr(look, name) for name in same} | {"already": look.url in known}


def _chosen(looks: Sequence["Look"], known: set[str], *, pick: str, everything: bool, yes: bool, ask: bool) -> list["Look"]:
    """The looks that are to be written; what is in feeds.yaml already isn't written again."""
    new = [look for look in looks if look.url not in known]
    if looks and not new:
        show.say("all of them are in feeds.yaml already")
    if pick:
        return [look for look in _picked(looks, pick) if look in new]
    if everything:
        return new
    if yes:
        return [look for look in new if look.entries][:1] or new[:1]
    if ask and new:
        answer = typer.prompt("Which? (1,2 or all; Enter: none)", default="", show_default=False).strip()
        return new if answer == "all" else [look for look in _picked(looks, answer) if look in new] if answer else []
    if new:
        show.say(NOBODY)
    return []


def _picked(looks: Sequence["Look"], numbers: str) -> list["Look"]:
    from wirewatch.errors import UserError

    wanted = [number.strip() for number in numbers.split(",") if number.strip()]
    for number in wanted:
        if not number.isascii() or not number.isdecimal() or not 1 <= int(number[:6]) <= len(looks):
            right = f"write some of 1 to {len(looks)}, with commas between" if len(looks) > 1 else "there is only 1"
            raise UserError(f"{number!r} is no number of the table; {right}")
    return [looks[int(number) - 1] for number in dict.fromkeys(wanted)]


def _source(settings: "Settings", site: "Site", given: Any) -> Any:
    """The source of feeds.yaml that this site is, else a new one."""
    from dataclasses import replace

    from wirewatch.poll.text import site_of

    here = site_of(site.home)
    for source in settings.sources:
        if given.name in ("", source.name) and here in {site_of(url) for url in (source.home, *(f.url for f in source.feeds))}:
            return source
    named = (given.name, site.name, *(look.title for look in site.looks), urlsplit(site.home).hostname or here)
    name = one_line(next(each for each in named if each))[:200]
    taken = {source.name for source in settings.sources}
    spoken = next((each for each in (given.language, site.language, *(look.language for look in site.looks)) if each), None)
    return replace(
        given, name=f"{name} ({here})" if name in taken and name != given.name else name, home=site.home, language=spoken
    )


def _with_feeds(source: Any, looks: Sequence["Look"], every: str) -> Any:
    from dataclasses import replace

    from wirewatch.errors import UserError
    from wirewatch.model import Feed
    from wirewatch.pace import pace

    try:
        fixed = pace(every) if every else None
    except ValueError as error:
        raise UserError(f"--every: {error}") from error
    return replace(source, feeds=tuple(Feed(url=look.url, every=fixed) for look in looks))
