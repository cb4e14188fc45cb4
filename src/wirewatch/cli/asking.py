"""What `search` and `count` share: the options that narrow a question, and the question put to the index."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from wirewatch.cli import show

if TYPE_CHECKING:
    from wirewatch.analysis.query import Node
    from wirewatch.enrich.asking import Also
    from wirewatch.index.port import Index
    from wirewatch.model import Search
    from wirewatch.settings import Settings

QUERY = 'Words, AND OR NOT, (groups), "phrases", field:word, prefix*. * meets all.'
Query = Annotated[str, typer.Argument(help=QUERY)]
Since = Annotated[str | None, typer.Option(help="Not older than: 7d, 12h, 2026-11-01.")]
Until = Annotated[str | None, typer.Option(help="Not newer than: 1d, 2026-11-20.")]
Sources = Annotated[list[str] | None, typer.Option("--source", help="Only this source; may be repeated.")]
Languages = Annotated[list[str] | None, typer.Option("--language", help="Only this language (sr, ru, ko …); may be repeated.")]
Entities = Annotated[list[str] | None, typer.Option("--entity", help="Only with this entity's id; repeated: with all of them.")]
Topics = Annotated[list[str] | None, typer.Option("--topic", help="Only on this topic's id; repeated: on all of them.")]
Literal = Annotated[bool, typer.Option("--literal", help="The words as typed: no other names of those they name.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line, for programs.")]
Csv = Annotated[bool, typer.Option("--csv", help="Comma-separated, with a head, for spreadsheets.")]


def narrowed(since: Since, until: Until, sources: Sources, languages: Languages, entities: Entities, topics: Topics) -> "Search":
    """What the options ask beside the words. Raises UserError for a time that can't be read."""
    from wirewatch.model import Search
    from wirewatch.pace import moment

    return Search(
        since=moment(since, "--since"),
        until=moment(until, "--until"),
        sources=tuple(sources or ()),
        languages=tuple(languages or ()),
        entities=tuple(entities or ()),
        topics=tuple(topics or ()),
    )


def widened(tree: "Node", settings: "Settings", *, literal: bool) -> "tuple[Node, tuple[Also, ...]]":
    """The query with the other names of the entities that it names, and those entities; `literal`: as it is."""
    if literal:
        return tree, ()
    from wirewatch.enrich.asking import also_named
    from wirewatch.enrich.entities import Gazetteer

    return also_named(tree, Gazetteer(settings.entities))


@contextmanager
def opened_index(settings: "Settings") -> "Iterator[Index]":
    """The index, to be asked. Raises Unavailable."""
    from wirewatch.errors import Unavailable
    from wirewatch.index.open import open_index
    from wirewatch.index.port import NeedsRebuild

    try:
        index = open_index(settings.main.index, settings.home)
    except NeedsRebuild as need:
        raise Unavailable(f"the index can't be read ({need}); `wirewatch run --once` builds it anew from the archive") from need
    try:
        if stale := index.stale():
            show.say(f"a search may miss articles: {stale}")
        yield index
    finally:
        index.close()
