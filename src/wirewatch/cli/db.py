"""`db`: the state database brought up to date, moved to a server, or made again from the archive."""

import os
from typing import Annotated

import typer

from wirewatch.cli import show
from wirewatch.cli.progress import bar

db_group = typer.Typer(no_args_is_help=True, help="The state database.")


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.add_typer(db_group, name="db")


@db_group.command()
def upgrade(ctx: typer.Context) -> None:
    """Make the tables, or bring those of an older version up to this one; safe to repeat. Stop older workers first."""
    from wirewatch.state.database import upgrade_database
    from wirewatch.state.migrate import HEAD

    settings = ctx.obj.settings()
    before = upgrade_database(settings.main.state.url, settings.home)
    what = "current" if before == HEAD else f"upgraded from {before}" if before else "made"
    show.say(f"the state database: schema {HEAD}, {what}")


@db_group.command()
def copy(
    ctx: typer.Context,
    to: Annotated[
        str,
        typer.Option("--to", metavar="URL", help="An empty database: postgresql+psycopg://user@host/database, or env:NAME."),
    ],
) -> None:
    """Copy the whole state into another database, so that `state.url` can be set to it. Stop `wirewatch run` first."""
    from wirewatch.errors import UserError
    from wirewatch.settings.secrets import secret
    from wirewatch.state.database import opened, shown
    from wirewatch.state.transfer import copy_state

    settings = ctx.obj.settings()
    try:
        url = secret(to, os.environ)
    except (KeyError, OSError) as error:
        raise UserError(f"--to: {to} can't be read") from error
    if url == settings.main.state.url:
        raise UserError("--to: is the present database; write another")
    if url != "sqlite" and not url.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise UserError("--to: is no database; write postgresql+psycopg://user@host/database, or env:NAME")
    home = settings.home
    with opened(settings.main.state.url, home) as old, opened(url, home) as new, bar("copy", ctx.obj.quiet) as progress:
        rows = copy_state(old, new, progress)
        where = shown(new.engine.url)
    show.say(f"{show.number(rows, 'row')} copied to {where}; now set [state] url to it")


@db_group.command()
def restore(ctx: typer.Context) -> None:
    """Bring the state up to the archive, after the database was lost or replaced by an older copy. Tells nobody."""
    from wirewatch.house import recover_archive
    from wirewatch.state import captures
    from wirewatch.state.database import opened

    settings = ctx.obj.settings()
    with opened(settings.main.state.url, settings.home) as db:
        pages = recover_archive(db, settings.archive, quiet=True)
        captures.raise_revisions(db)
    taken = f"{show.number(pages, 'page')} taken up from {settings.archive}"
    show.say(f"{taken}; `wirewatch index` indexes them, `wirewatch reindex` the rest anew")
