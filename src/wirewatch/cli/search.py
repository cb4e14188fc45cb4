"""`search`: the stories on a subject, on the screen or as JSON lines."""

import csv
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wirewatch.cli import asking, show
from wirewatch.cli import explain as explaining

if TYPE_CHECKING:
    from wirewatch.enrich.asking import Also
    from wirewatch.index.port import Answer, Hit, Search
    from wirewatch.model import ArticleId
    from wirewatch.settings import Settings
    from wirewatch.state.stories import Spread

Stories = Annotated[bool, typer.Option("--stories", help="One row a story: who told it first, how often, where and when.")]
Explain = Annotated[
    bool, typer.Option("--explain", help="How the query was read, what was asked, and why each result stands where it does.")
]
Write = Callable[[dict[str, Any]], None]
Spreads = Mapping["ArticleId", "Spread"]
LIMIT, NAMES_SHOWN = 20, 6
STORY = ("tellings", "first_source", "sources", "languages", "begun_at", "latest_at")
NOT_SHOWN = {"body", "revision"}  # of an article: the text is the outlet's, the revision is ours


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command()(search)


def search(
    ctx: typer.Context,
    query: asking.Query,
    since: asking.Since = None,
    until: asking.Until = None,
    source: asking.Sources = None,
    language: asking.Languages = None,
    entity: asking.Entities = None,
    topic: asking.Topics = None,
    stories: Stories = False,
    sort: Annotated[str, typer.Option(help="relevance or date.")] = "relevance",
    limit: Annotated[int | None, typer.Option(min=0, max=10_000, help="At most so many.", show_default=str(LIMIT))] = None,
    all_: Annotated[bool, typer.Option("--all", help="Every article, newest first, however many; with --json or --csv.")] = False,
    literal: asking.Literal = False,
    explain: Explain = False,
    as_json: asking.Json = False,
    as_csv: asking.Csv = False,
) -> None:
    """Find articles, whatever their language, script and inflection."""
    asking.one_form(as_json=as_json, as_csv=as_csv)
    _check(sort, limit, stories=stories, all_=all_, explain=explain, in_rows=as_json or as_csv, as_csv=as_csv)
    ask = asking.narrowed(since, until, source, language, entity, topic)
    ask = replace(ask, stories=stories, sort=sort, limit=LIMIT if limit is None else limit, explain=explain)
    asked = asking.read(query, ask, ctx.obj.settings(), literal=literal)
    write = _csv_writer(stories=stories) if as_csv else show.json_line
    if all_:
        _write_all(asked, write, quiet=ctx.obj.quiet)
        return
    with asking.opened_index(asked.settings) as index:
        answer = index.search(asked.tree, ask)
        hints = [] if answer.total or ctx.obj.quiet else list(asking.why_nothing(index, asked))
    spreads = spread_of(answer, asked.settings) if stories else None
    if as_json or as_csv:
        _write(asked, answer, spreads, write)
    else:
        _print(asked, answer, spreads, quiet=ctx.obj.quiet)
    for hint in hints:
        show.say(hint)


def _check(sort: str, limit: int | None, *, stories: bool, all_: bool, explain: bool, in_rows: bool, as_csv: bool) -> None:
    """Raises UserError where options don't go together."""
    from wirewatch.errors import UserError

    if sort not in ("relevance", "date"):
        raise UserError(f"--sort: {sort!r} is no order; write relevance or date")
    if all_ and (stories or limit is not None or not in_rows):
        raise UserError("--all: goes with --json or --csv, and without --stories and --limit")
    if explain and (all_ or as_csv):
        raise UserError("--explain: goes with the screen or --json, and without --all")


def _write_all(asked: asking.Asked, write: Write, *, quiet: bool) -> None:
    from wirewatch.index.port import Hit

    with asking.opened_index(asked.settings) as index:
        article = None
        for article in index.scan(asked.tree, asked.ask):
            write(as_row(Hit(article=article, score=0.0)))
        for hint in asking.why_nothing(index, asked) if article is None and not quiet else ():
            show.say(hint)


def _write(asked: asking.Asked, answer: "Answer", spreads: Spreads | None, write: Write) -> None:
    explain = asked.ask.explain
    if explain:
        show.json_line({"query": asked.text} | explaining.query(asked.typed, asked.also, answer))
    for hit in answer.hits:
        write(as_row(hit, spreads, explain=explain))


def _print(asked: asking.Asked, answer: "Answer", spreads: Spreads | None, *, quiet: bool) -> None:
    if asked.ask.explain:
        explaining.print_query(explaining.query(asked.typed, asked.also, answer))
    print_answer(answer, asked.text, asked.ask, spreads, quiet=quiet)
    for each in asked.also if not quiet else ():
        show.say(f"also searched: {_other_names(each)}")


def spread_of(answer: "Answer", settings: "Settings") -> "dict[ArticleId, Spread]":
    """How far each story of an answer went, by the state: one look for all."""
    from wirewatch.state import stories
    from wirewatch.state.database import opened

    if not answer.hits:
        return {}
    with opened(settings.main.state.url, settings.home) as db:
        return stories.spreads(db, [hit.article.story_id for hit in answer.hits])


def _csv_writer(*, stories: bool) -> Write:
    """Writes a head, and then rows; lists with a semicolon between."""
    out = csv.writer(sys.stdout)
    out.writerow(_columns(stories=stories))
    return lambda row: out.writerow(show.cell(value) for value in row.values())


def _columns(*, stories: bool) -> tuple[str, ...]:
    """The names of a row's parts."""
    of_story = [f"story_{part}" for part in STORY] if stories else []
    return (*_of_article(), "score", "highlights", *of_story)


def _of_article() -> tuple[str, ...]:
    from dataclasses import fields

    from wirewatch.model import Article

    return tuple(part.name for part in fields(Article) if part.name not in NOT_SHOWN)


def _other_names(also: "Also") -> str:
    """One name a script or so, enough to see what was meant."""
    shown, more = also.names[:NAMES_SHOWN], len(also.names) - NAMES_SHOWN
    rest = f" and {more} more" if more > 0 else ""
    return f"{also.name}, as {', '.join(shown)}{rest}; --literal searches the words alone"


def as_row(hit: "Hit", spreads: Spreads | None = None, *, explain: bool = False) -> dict[str, Any]:
    """The JSON contract of `search --json` (docs/reference.md); `spreads`: of stories."""
    row = {name: getattr(hit.article, name) for name in _of_article()}
    row |= {"score": round(hit.score, 4), "highlights": list(hit.highlights)}
    if spreads is not None:
        row |= {"tellings": hit.tellings} | _story_row(_spread_or_own(hit, spreads))
    return row | (explaining.why(hit) if explain else {})


def _spread_or_own(hit: "Hit", spreads: Spreads) -> "Spread":
    """The story's spread; that of the article alone, where the state doesn't know the story."""
    from wirewatch.state.stories import Spread

    one, at = hit.article, hit.article.shown_at
    alone = Spread(tellings=1, sources=(one.source,), languages=(one.language,), begun_at=at, latest_at=at)
    spread = spreads.get(one.story_id, alone)
    return spread if spread.languages else replace(spread, languages=(one.language,))


def _story_row(spread: "Spread") -> dict[str, Any]:
    parts = (spread.tellings, spread.sources[0], spread.sources, spread.languages, spread.begun_at, spread.latest_at)
    return {f"story_{name}": part for name, part in zip(STORY, parts, strict=True)}


def unmarked(line: str) -> str:
    """A highlight as it stands in the text."""
    return line.replace("<em>", "").replace("</em>", "")


def story_line(hit: "Hit", spread: "Spread") -> str:
    """Who told a story first, how often it was told, where and when."""
    from wirewatch.safe import one_line

    met = f" ({hit.tellings} found)" if hit.tellings < spread.tellings else ""
    outlets = show.number(len(spread.sources), "outlet")
    times = show.from_to(spread.begun_at, spread.latest_at)
    facts = [f"{spread.tellings} tellings{met} by {outlets}", f"first {one_line(spread.sources[0], 60)}"]
    facts += [", ".join(spread.languages)] if len(spread.languages) > 1 else []
    return " · ".join((*facts, times, f"story {one_line(hit.article.story_id)}"))


def print_answer(answer: "Answer", query: str, ask: "Search", spreads: Spreads | None = None, *, quiet: bool = False) -> None:
    """Show an answer to a person: headline, source, language, time, the spread of its story, the sentences that met, the link."""
    from rich.text import Text

    from wirewatch.safe import one_line

    screen = show.console()
    for place, hit in enumerate(answer.hits, start=1):
        article = hit.article
        dated = article.published_at or article.first_seen_at
        facts = [one_line(article.source), article.language, f"{dated:%d %b %Y %H:%M} UTC"]
        screen.print(Text(one_line(article.title, 300), style="bold"), soft_wrap=True)
        screen.print(Text("  " + " · ".join(facts), style="cyan"), soft_wrap=True)
        if spreads is not None and (spread := _spread_or_own(hit, spreads)).tellings > 1:
            screen.print(Text("  " + story_line(hit, spread), style="magenta"), soft_wrap=True)
        for line in hit.highlights:
            if unmarked(line) == article.title:
                continue
            screen.print(Text("  ").append_text(show.marked(line)), soft_wrap=True)
        screen.print(Text("  " + one_line(article.url), style="dim"), soft_wrap=True)
        for line in (explaining.score_line(hit, place), *explaining.reason_lines(hit)) if ask.explain else ():
            screen.print(Text("  " + line, style="green"), soft_wrap=True)
    if not quiet:
        shown = f", {len(answer.hits)} shown" if len(answer.hits) < answer.total else ""
        found = show.number(answer.total, "story" if ask.stories else "article")
        show.say(f"{found}{shown}" if answer.total else f"nothing found for {one_line(query, 200)}")
