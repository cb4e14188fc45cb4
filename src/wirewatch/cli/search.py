"""`search`: the stories on a subject, on the screen or as JSON lines."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from wirewatch.cli import show

if TYPE_CHECKING:
    from wirewatch.enrich.asking import Also
    from wirewatch.model import Answer, Hit, Search
    from wirewatch.settings import Settings


NAMES_SHOWN = 6
NOT_SHOWN = {"body", "revision"}  # of an article: the text is the outlet's, the revision is ours


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command()(search)


def search(
    ctx: typer.Context,
    query: Annotated[str, typer.Argument(help='Words, AND OR NOT, (groups), "phrases", field:word, prefix*. * meets all.')],
    since: Annotated[str | None, typer.Option(help="Not older than: 7d, 12h, 2026-11-01.")] = None,
    until: Annotated[str | None, typer.Option(help="Not newer than: 1d, 2026-11-20.")] = None,
    source: Annotated[list[str] | None, typer.Option(help="Only this source; may be repeated.")] = None,
    language: Annotated[list[str] | None, typer.Option(help="Only this language (sr, ru, ko …); may be repeated.")] = None,
    entity: Annotated[list[str] | None, typer.Option(help="Only with this entity's id; repeated: with all of them.")] = None,
    topic: Annotated[list[str] | None, typer.Option(help="Only on this topic's id; repeated: on all of them.")] = None,
    stories: Annotated[bool, typer.Option("--stories", help="One line a story, with its number of tellings.")] = False,
    sort: Annotated[str, typer.Option(help="relevance or date.")] = "relevance",
    limit: Annotated[int, typer.Option(min=0, max=10_000, help="At most so many.")] = 20,
    literal: Annotated[bool, typer.Option("--literal", help="The words as typed: no other names of those they name.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line, for programs.")] = False,
) -> None:
    """Find articles, whatever their language, script and inflection."""
    from wirewatch.analysis.query import parse
    from wirewatch.errors import UserError
    from wirewatch.model import Search
    from wirewatch.pace import moment

    if sort not in ("relevance", "date"):
        raise UserError(f"--sort: {sort!r} is no order; write relevance or date")
    tree = parse(query)
    ask = Search(
        since=moment(since, "--since"),
        until=moment(until, "--until"),
        sources=tuple(source or ()),
        languages=tuple(language or ()),
        entities=tuple(entity or ()),
        topics=tuple(topic or ()),
        stories=stories,
        sort=sort,
        limit=limit,
    )
    settings = ctx.obj.settings()
    also: tuple[Also, ...] = ()
    if not literal:
        from wirewatch.enrich.asking import also_named
        from wirewatch.enrich.entities import Gazetteer

        tree, also = also_named(tree, Gazetteer(settings.entities))
    answer = _ask(settings, tree, ask)
    if as_json:
        for hit in answer.hits:
            show.json_line(as_row(hit, stories=stories))
    else:
        print_answer(answer, query, ask, quiet=ctx.obj.quiet)
        for each in also if not ctx.obj.quiet else ():
            show.say(f"also searched: {_other_names(each)}")


def _other_names(also: "Also") -> str:
    """One name a script or so, enough to see what was meant."""
    shown, more = also.names[:NAMES_SHOWN], len(also.names) - NAMES_SHOWN
    return (
        f"{also.name}, as {', '.join(shown)}" + (f" and {more} more" if more > 0 else "") + "; --literal searches the words alone"
    )


def _ask(settings: "Settings", tree: Any, ask: "Search") -> "Answer":
    from wirewatch.errors import Unavailable
    from wirewatch.index.open import open_index
    from wirewatch.index.port import NeedsRebuild

    try:
        index = open_index(settings.main.index, settings.home)
    except NeedsRebuild as need:
        raise Unavailable(f"the index can't be read ({need}); `wirewatch run --once` builds it anew from the archive") from need
    try:
        return index.search(tree, ask)
    finally:
        index.close()


def as_row(hit: "Hit", *, stories: bool) -> dict[str, Any]:
    """The JSON contract of `search --json` (docs/reference.md)."""
    from dataclasses import fields

    row = {part.name: getattr(hit.article, part.name) for part in fields(hit.article) if part.name not in NOT_SHOWN}
    row |= {"score": round(hit.score, 4), "highlights": list(hit.highlights)}
    return row | ({"tellings": hit.tellings} if stories else {})


def unmarked(line: str) -> str:
    """A highlight as it stands in the text."""
    return line.replace("<em>", "").replace("</em>", "")


def print_answer(answer: "Answer", query: str, ask: "Search", *, quiet: bool = False) -> None:
    """Show an answer to a person: headline, source, language and time, the sentences that met, the link."""
    from rich.text import Text

    from wirewatch.safe import one_line

    screen = show.console()
    for hit in answer.hits:
        article = hit.article
        dated = article.published_at or article.first_seen_at
        facts = [one_line(article.source), article.language, f"{dated:%d %b %Y %H:%M} UTC"]
        facts += [f"{hit.tellings} tellings"] if ask.stories and hit.tellings > 1 else []
        screen.print(Text(one_line(article.title, 300), style="bold"), soft_wrap=True)
        screen.print(Text("  " + " · ".join(facts), style="cyan"), soft_wrap=True)
        for line in hit.highlights:
            if unmarked(line) == article.title:
                continue
            screen.print(Text("  ").append_text(show.marked(line)), soft_wrap=True)
        screen.print(Text("  " + one_line(article.url), style="dim"), soft_wrap=True)
    if not quiet:
        what = "stories" if ask.stories else "articles"
        shown = f", {len(answer.hits)} shown" if len(answer.hits) < answer.total else ""
        show.say(f"{answer.total} {what}{shown}" if answer.total else f"nothing found for {one_line(query, 200)}")
