"""`entities check | add | find`: the gazetteer, what is doubtful in it, and what it finds."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wirewatch.cli import asking, show

if TYPE_CHECKING:
    from wirewatch.settings import Settings

group = typer.Typer(help="The gazetteer: entities and their names.", no_args_is_help=True, rich_markup_mode=None)


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.add_typer(group, name="entities")


@group.command()
def check(
    ctx: typer.Context,
    text: Annotated[list[Path] | None, typer.Option(help="More running text to look for words in.")] = None,
    as_json: asking.Json = False,
) -> None:
    """Warn of names that two entities share, that are common words, or that are missing in a language; then exit code 1."""
    settings = ctx.obj.settings()
    lines = _doubts(settings, text or ())
    for line in lines:
        if as_json:
            show.json_line({"warning": line})
        else:
            show.out(line)
    if not as_json:
        show.say(f"{show.number(len(settings.entities), 'entity')}, {show.number(len(lines), 'warning')}")
    raise typer.Exit(1 if lines else 0)


@group.command()
def find(
    ctx: typer.Context,
    text: Annotated[str, typer.Argument(help="The text; its first line is the title. `-` reads standard input.")],
    as_json: asking.Json = False,
) -> None:
    """Show what the gazetteer finds in a text and where, and the topics it is on with the sentences that say so."""
    from dataclasses import asdict

    from wirewatch.enrich.entities import Gazetteer
    from wirewatch.enrich.topics import Topics

    settings = ctx.obj.settings()
    text = sys.stdin.read() if text == "-" else text
    found = Gazetteer(settings.entities).find(text)
    if as_json:
        for each in found:
            show.json_line(asdict(each) | {"text": text[each.start : each.end]})
        return
    rows = ((each.id, each.name, each.kind, f"{each.start}-{each.end}", text[each.start : each.end]) for each in found)
    if found:
        show.table(("entity", "name", "kind", "where", "as written"), rows)
    else:
        show.say("the text names no entity of entities.yaml")
    title, _, body = text.partition("\n")
    why = Topics(settings.topics).why(found, title, body)
    if why:
        show.out()
        show.table(("topic", "why"), ((topic, sentence) for topic, sentences in why.items() for sentence in sentences))


@group.command()
def add(
    ctx: typer.Context,
    entity: Annotated[str, typer.Argument(metavar="ID", help="Its id in every language: kim-jong-un.")],
    name: Annotated[str, typer.Option(help="Its name as people are shown it.")],
    kind: Annotated[str, typer.Option(help="person, organisation, place or weapon.")],
    alias: Annotated[list[str], typer.Option(help="A base form with its language: sr=Вучић. Repeat it.")],
    exact: Annotated[list[str] | None, typer.Option(help="A form compared letter by letter. Repeat it.")] = None,
    short: Annotated[list[str] | None, typer.Option(help="A name that many bear: a surname. Repeat it.")] = None,
    word: Annotated[list[str] | None, typer.Option(help="An ordinary word that looks like the name. Repeat it.")] = None,
    wikidata: Annotated[str, typer.Option(help="Its id there: Q56226.")] = "",
) -> None:
    """Write a new entity at the end of entities.yaml, and warn of what is doubtful in it."""
    from wirewatch.settings.entities import add as write
    from wirewatch.settings.entities import path_of

    row: dict[str, Any] = {"id": entity, "name": name, "kind": kind}
    row |= {"wikidata": wikidata} if wikidata else {}
    row["aliases"] = _aliases(alias)
    row |= {key: values for key, values in (("exact", exact), ("short", short), ("words", word)) if values}
    config = ctx.obj.settings().config
    write(config, row)
    settings = ctx.obj.settings()
    for line in _doubts(settings, (), only=entity):
        show.say(line)
    show.out(f"{entity} is in {path_of(config)}")


def _aliases(texts: Sequence[str]) -> dict[str, list[str]]:
    from wirewatch.errors import UserError

    aliases: dict[str, list[str]] = {}
    for text in texts:
        language, given, alias = text.partition("=")
        if not given or not language.strip() or not alias.strip():
            raise UserError(f"--alias {text}: write LANGUAGE=NAME: sr=Вучић")
        aliases.setdefault(language.strip(), []).append(alias.strip())
    return aliases


def _doubts(settings: "Settings", files: Sequence[Path], only: str = "") -> list[str]:
    """The warnings, of one entity alone if it is named."""
    from wirewatch.demo.sample import outlets
    from wirewatch.enrich.checking import doubts, words_of
    from wirewatch.errors import UserError
    from wirewatch.settings.entities import path_of
    from wirewatch.settings.located import read_yaml

    texts = [article.first.body for outlet in outlets() for article in outlet.articles]
    try:
        texts += [file.read_text(encoding="utf-8") for file in files]
    except OSError as error:
        raise UserError(f"{error.filename}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UserError("--text: not UTF-8 text; save it as UTF-8") from error
    return doubts(read_yaml(path_of(settings.config)), settings.entities, words_of(texts), only)
