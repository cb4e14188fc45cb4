"""`kibana setup`: data view, saved searches and dashboard in a Kibana, and on request the bar's defaults and rules."""

from contextlib import closing
from typing import Annotated

import typer

from wirewatch.cli import show

group = typer.Typer(no_args_is_help=True, help="Kibana, which shows the index.")


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.add_typer(group, name="kibana")


@group.callback()
def kibana() -> None:
    """Kibana, which shows the index."""


@group.command()
def setup(
    ctx: typer.Context,
    space: Annotated[str | None, typer.Option(help="The space; else kibana.space.")] = None,
    defaults: Annotated[bool, typer.Option("--defaults", help="Let the search bar require every word.")] = False,
    rules: Annotated[bool, typer.Option("--rules", help="One rule a watch, so that Kibana watches too.")] = False,
) -> None:
    """Make data view, saved searches and dashboard; safe to repeat. Overwrites ours, touches nobody else's."""
    from wirewatch.kibana.setup import Kibana

    settings = ctx.obj.settings()
    where, alias = settings.main.kibana, settings.main.index.name
    with closing(Kibana(where, space or where.space)) as there:
        there.check()
        for link in there.install(alias):
            show.say(link)
        if defaults:
            show.say(there.defaults())
        if rules:
            show.say(show.number(there.watch(settings.watches, alias), "rule"))
