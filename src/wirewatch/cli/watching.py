"""`watches test | replay`: what a watch would have told, and telling it after all."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from wirewatch.cli import asking, show
from wirewatch.safe import one_line

if TYPE_CHECKING:
    from wirewatch.model import Article, Watch
    from wirewatch.settings import Settings
    from wirewatch.state.database import Database
    from wirewatch.watch.lookback import LookBack

SHOWN = 10  # stories of a test
Name = Annotated[str, typer.Argument(help="The watch.")]


def register(group: typer.Typer) -> None:
    """Add the commands of this file to `watches`."""
    group.command("test")(look)
    group.command()(replay)


def watch_of(settings: "Settings", name: str) -> "Watch":
    """The watch of that name. Raises UserError."""
    from wirewatch.errors import UserError

    found = next((watch for watch in settings.watches if watch.name == name), None)
    if found is None:
        known = ", ".join(watch.name for watch in settings.watches) or "none"
        raise UserError(f"{name!r} is no watch of watches.yaml; the watches are: {known}")
    return found


def look(
    ctx: typer.Context,
    name: Name,
    since: Annotated[str, typer.Option(help="Look back so far: 30d, 12h, 2026-11-01.")] = "30d",
    as_json: asking.Json = False,
) -> None:
    """Show what a watch would have told, how often a day, and what to do if that is too much or nothing. Tells nobody."""
    from wirewatch.watch.lookback import advice, alone

    settings = ctx.obj.settings()
    watch = watch_of(settings, name)
    with asking.opened_index(settings) as index:
        back = _looked_back(settings, index, watch, since)
        empty = not index.total()
        parts = [] if empty or back.told or back.old or back.lacking else list(alone(index, watch, back.since))
    advised = [asking.EMPTY] if empty else advice(back, parts)
    if as_json:
        show.json_line(_plain(watch, back, settings) | {"alone": dict(parts), "advice": advised})
        return
    _print(watch, back, settings)
    for text, n in parts:
        show.out(f"  alone, {text}: {show.number(n, 'article')}")
    for line in advised:
        show.out(line)


def _looked_back(settings: "Settings", index: Any, watch: "Watch", since: str) -> "LookBack":
    from datetime import UTC, datetime
    from functools import partial

    from wirewatch.errors import UserError
    from wirewatch.pace import moment
    from wirewatch.state import matches
    from wirewatch.state.database import opened
    from wirewatch.state.past import tellings_of
    from wirewatch.watch.lookback import look_back

    now = datetime.now(UTC)
    start = moment(since, "--since") or now
    if start >= now:
        raise UserError(f"--since: {since!r} is still to come; write 30d, or a date that is over")
    with opened(settings.main.state.url, settings.home) as db:
        began = matches.began(db) or now
        return look_back(index, partial(tellings_of, db), watch, start, settings.main.watch.max_age, began)


def _print(watch: "Watch", back: "LookBack", settings: "Settings") -> None:
    from rich.text import Text

    much = f"{back.a_day:.1f} a day" if back.a_day < SHOWN else f"{back.a_day:.0f} a day"
    show.out(f"{watch.name} would have told {show.number(len(back.told), 'story')} since {back.since:%d %b %Y %H:%M} UTC, {much}")
    if back.told:
        show.out(f"  {show.spark(back.days())}  by day, at most {max(back.days())}")
    if back.old:
        show.out(f"  {len(back.old)} more were old when they were first seen: recorded, not told")
    for key, n in back.lacking.items():
        show.out(f"  {show.number(n, 'article')} met the query and not `{key}`")
    if back.cut:
        show.out("  only the newest articles that met it were looked at: there are more")
    screen = show.console()
    for article in back.told[: -SHOWN - 1 : -1]:
        told = f"{article.first_seen_at:%d %b %H:%M} UTC · {one_line(article.source, 100)}"
        tellings = len(back.tellings.get(article.story_id or article.id, ()))
        told += f" · {tellings} tellings" if tellings > 1 else ""
        screen.print(Text(one_line(article.title, 300), style="bold"), soft_wrap=True)
        screen.print(Text(f"  {told}", style="cyan"), soft_wrap=True)
        screen.print(Text("  ").append_text(show.marked(_sentence(watch, article, settings))), soft_wrap=True)


def _sentence(watch: "Watch", article: "Article", settings: "Settings") -> str:
    from wirewatch.enrich.showing import Showing
    from wirewatch.watch.judge import Judged, reasons

    return reasons(Judged(watch, article), Showing(settings.entities, settings.topics))[0]


def _plain(watch: "Watch", back: "LookBack", settings: "Settings") -> dict[str, Any]:
    """The JSON contract of `watches test --json` (docs/reference.md)."""
    names = ("id", "story_id", "url", "title", "source", "language", "first_seen_at", "published_at")
    newest = [
        {name: getattr(article, name) for name in names} | {"sentence": _sentence(watch, article, settings)}
        for article in back.told[: -SHOWN - 1 : -1]
    ]
    return {
        "watch": watch.name,
        "since": back.since,
        "stories": len(back.told),
        "a_day": round(back.a_day, 2),
        "days": back.days(),
        "old": len(back.old),
        "lacking": dict(back.lacking),
        "cut": back.cut,
        "newest": newest,
    }


def replay(
    ctx: typer.Context,
    name: Name,
    since: Annotated[str, typer.Option(help="Stories first seen since then: 7d, 2026-11-01.")],
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many, the newest.")] = 100,
) -> None:
    """Tell what a watch has not told: stories from before it was saved, old when first seen, imported, or while it was muted."""
    from wirewatch.house import open_house
    from wirewatch.pipeline import run_deliver
    from wirewatch.state import matches

    settings = ctx.obj.settings()
    watch = watch_of(settings, name)
    with open_house(settings) as house:
        back = _looked_back(settings, house.index, watch, since)
        stories = sorted([*back.told, *back.old], key=lambda article: article.first_seen_at)[-limit:]
        recorded = matches.tell(house.db, _met(house.db, settings, watch, stories))
        sent = run_deliver(house) if recorded.live + recorded.lifted else None
    done, why = ("told", "") if watch.channels else ("recorded", " (the watch has no channel)")
    told = f"{show.number(recorded.live + recorded.lifted, 'story')} {done}{why}, {recorded.again} {done} before"
    left = len(back.told) + len(back.old) - len(stories)
    show.out(told + (f", {left} older ones left out (--limit {limit})" if left else ""))
    if sent is not None and sent.by:
        show.out(f"messages: {show.counted(sent.by)}")


def _met(db: "Database", settings: "Settings", watch: "Watch", stories: "list[Article]") -> list[Any]:
    from datetime import UTC, datetime

    from wirewatch.enrich.showing import Showing
    from wirewatch.state import matches
    from wirewatch.watch.channels import channels_of
    from wirewatch.watch.judge import Judged, digest, reasons

    channels = channels_of(settings)
    tell_at = channels.tell_at(watch.channels, datetime.now(UTC))
    numbers, shows = matches.numbers(db, [article.id for article in stories]), Showing(settings.entities, settings.topics)
    met = []
    for article in (each for each in stories if each.id in numbers):
        no, story = numbers[article.id]
        sentence, why = reasons(Judged(watch, article), shows)
        met.append(
            matches.Met(
                watch=watch.name,
                article_no=no,
                story_no=story,
                state="live",
                sentence=sentence,
                why=why,
                addresses=channels.addresses(watch.channels),
                tell_at=tell_at,
                digest=digest(article),
            )
        )
    return met
