"""`index`: the stage by itself, and what an Elasticsearch server needs: `index setup`, `index copy`, `index roles`."""

import json
import re
from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer

from wirewatch.cli import show
from wirewatch.cli.progress import bar

if TYPE_CHECKING:
    from wirewatch.settings.schema import IndexSettings

group = typer.Typer(invoke_without_command=True, help="Index the archived pages; below it, what a server needs.")


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.add_typer(group, name="index")


@group.callback()
def index(
    ctx: typer.Context, as_json: Annotated[bool, typer.Option("--json", help="The summary as one JSON object.")] = False
) -> None:
    """Index the archived pages; below it, what a server needs."""
    if ctx.invoked_subcommand is None:
        from wirewatch.cli.run import stage

        stage(ctx.obj, "index", False, as_json)


@group.command()
def setup(ctx: typer.Context) -> None:
    """Make or update the server's templates; safe to repeat."""
    from wirewatch.errors import UserError

    where = ctx.obj.settings().main.index
    if where.url == "embedded":
        raise UserError("index.url is embedded, which needs no set-up; write http(s)://host:9200")
    show.say(f"{where.url}: the template {where.name}: {_made_ready(where)}")


@group.command()
def copy(
    ctx: typer.Context,
    to: Annotated[str, typer.Option("--to", metavar="URL", help="The Elasticsearch 9 server, made ready if it isn't.")],
) -> None:
    """Copy every article of the present index to a server, so that `index.url` can be set to it."""
    from wirewatch.analysis.query import All
    from wirewatch.errors import UserError
    from wirewatch.house import open_house
    from wirewatch.index.open import open_index
    from wirewatch.index.port import Search
    from wirewatch.state import copies

    settings = ctx.obj.settings()
    if not re.match(r"https?://[^/]+", to):
        raise UserError(f"--to: {to!r} is no server; write http(s)://host:9200")
    target = settings.main.index.model_copy(update={"url": to})
    if to == settings.main.index.url:
        raise UserError(f"--to: {to} is the present index; write another server")
    _made_ready(target)
    refused = 0
    with open_house(settings) as house, closing(open_index(target, settings.home)) as there:
        copies.both(house.db, there.generation())  # first: what is indexed from here on will be made good at the change
        with there.writing() as writer, bar("copy", ctx.obj.quiet) as progress:
            done, total, some = 0, house.index.total(), []
            for article in house.index.scan(All(), Search()):
                some.append(article)
                if len(some) == 500:
                    refused, done, some = refused + len(writer.write(some)), done + len(some), []
                    progress(done, total)
            refused += len(writer.write(some))
        held = there.total()
    show.say(
        f"{show.number(held, 'article')} in {to}"
        + (f", {refused} refused" if refused else "")
        + f'; now set [index] url = "{to}"'
    )
    raise typer.Exit(1 if refused else 0)


@group.command()
def roles(ctx: typer.Context) -> None:
    """Print the least that a writer, a reader and the set-up must be allowed, and the requests that make their keys."""
    from wirewatch.index.elastic.roles import roles as descriptors

    settings = ctx.obj.settings().main.index
    url = settings.url if settings.url != "embedded" else "https://localhost:9200"
    for role, rights in descriptors(settings.name).items():
        body = json.dumps({"name": role.replace("_", "-"), "role_descriptors": {role: rights}})
        show.out(f"# {role}")
        show.out(f"curl -u elastic -X POST {url}/_security/api_key -H 'Content-Type: application/json' -d '{body}'")
    show.out('# set [index] api_key to the answer\'s "encoded", by env:NAME or file:PATH')


def _made_ready(where: "IndexSettings") -> str:
    from wirewatch.index.elastic.client import check_version, connect
    from wirewatch.index.elastic.generations import Generations

    with closing(connect(where)) as client:
        check_version(client, where.url)
        return Generations(client, where.url, where.name).setup()
