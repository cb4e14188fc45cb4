"""What `search` and `count` share: the options that narrow a question, and the question put to the index."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import TYPE_CHECKING, Annotated

import typer

from wirewatch.cli import show
from wirewatch.safe import one_line

if TYPE_CHECKING:
    from wirewatch.analysis.query import Node
    from wirewatch.enrich.asking import Also
    from wirewatch.index.port import Index, Search
    from wirewatch.settings import Settings

EMPTY = "the index is empty: `wirewatch run --once` polls the feeds and fills it"
QUERY = 'Words, AND OR NOT, (groups), "phrases", field:word, prefix*. * meets all.'
Query = Annotated[str, typer.Argument(help=QUERY)]
Since = Annotated[str | None, typer.Option(help="Not older than: 7d, 12h, 2026-11-01.")]
Until = Annotated[str | None, typer.Option(help="Not newer than: 1d, 2026-11-20 (that day too).")]
Sources = Annotated[list[str] | None, typer.Option("--source", help="Only this source; may be repeated.")]
Languages = Annotated[list[str] | None, typer.Option("--language", help="Only this language (sr, ru, ko …); may be repeated.")]
Entities = Annotated[list[str] | None, typer.Option("--entity", help="Only with this entity's id; repeated: with all of them.")]
Topics = Annotated[list[str] | None, typer.Option("--topic", help="Only on this topic's id; repeated: on all of them.")]
Literal = Annotated[bool, typer.Option("--literal", help="The words as typed: no other names of those they name.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line, for programs.")]
Csv = Annotated[bool, typer.Option("--csv", help="Comma-separated, with a head, for spreadsheets.")]


def narrowed(
    since: Since,
    until: Until,
    sources: Sources,
    languages: Languages,
    entities: Entities,
    topics: Topics,
    zone: tzinfo = UTC,
) -> "Search":
    """What the options ask beside the words; their days are those of `zone`. Raises UserError for a time that can't be read."""
    from wirewatch.analysis.query import folded
    from wirewatch.index.port import Search
    from wirewatch.pace import moment

    return Search(
        since=moment(since, "--since", zone),
        until=moment(until, "--until", zone, end=True),
        sources=tuple(sources or ()),
        languages=tuple(folded("language", each) for each in languages or ()),
        entities=tuple(entities or ()),
        topics=tuple(topics or ()),
    )


def one_form(*, as_json: bool, as_csv: bool) -> None:
    """Raises UserError where both forms are asked for."""
    from wirewatch.errors import UserError

    if as_json and as_csv:
        raise UserError("--json and --csv: write one of them")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it is put to the index."""

    text: str  # of the query
    typed: "Node"
    tree: "Node"  # with the other names of the entities that it names
    also: "tuple[Also, ...]"  # those entities
    ask: "Search"
    settings: "Settings"


def read(text: str, ask: "Search", settings: "Settings", *, literal: bool, zone: tzinfo = UTC) -> Asked:
    """The question of a query; `literal`: the words alone. Its days begin at midnight in `zone`. Raises UserError."""
    from wirewatch.analysis.query import parse

    typed = parse(text, zone)
    if literal:
        return Asked(text, typed, typed, (), ask, settings)
    from wirewatch.enrich.asking import also_named
    from wirewatch.enrich.entities import Gazetteer

    return Asked(text, typed, *also_named(typed, Gazetteer(settings.entities)), ask, settings)


def why_nothing(index: "Index", asked: Asked) -> "Iterator[str]":
    """What may be the cause where a question found nothing: an empty index, or a name that nothing has; a line each."""
    from wirewatch.analysis.query import values
    from wirewatch.enrich.language import LANGUAGES

    if not index.total():
        yield EMPTY
        return
    settings, ask = asked.settings, asked.ask
    outlets = {source.name: source.name for source in settings.sources}
    entities = {name: rule.id for rule in settings.entities for name in (rule.name, rule.id)}
    topics = {name: rule.id for rule in settings.topics for name in (rule.name, rule.id)}
    for kind, given, known, where in (
        ("source", ask.sources, outlets, "feeds.yaml"),
        ("entity", ask.entities, entities, "entities.yaml"),
        ("topic", ask.topics, topics, "topics.yaml"),
    ):
        for value in dict.fromkeys((*given, *values(asked.typed, kind))):
            if value not in known.values():
                yield f"{kind} {one_line(value, 80)!r} is not in {where}{_nearest(value, known)}"
    for value in dict.fromkeys((*ask.languages, *values(asked.typed, "language"))):
        if value not in LANGUAGES and value != "und":
            yield f"language {one_line(value, 80)!r} is none that articles are recognised in: {' '.join(LANGUAGES)}"


def _nearest(value: str, known: Mapping[str, str]) -> str:
    """The name that was probably meant, in whatever script and capitals."""
    from wirewatch.analysis.chain import exacts
    from wirewatch.settings.named import meant

    return meant(" ".join(exacts(value)), {" ".join(exacts(name)): stands_for for name, stands_for in known.items()})


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
