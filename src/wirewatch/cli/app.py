"""The `wirewatch` command: its options, its commands, and how every error reaches the screen."""

import os
import sys
from errno import ENOSPC
from pathlib import Path
from typing import Annotated, TextIO

import typer
from typer.exceptions import TyperException

from wirewatch import __version__
from wirewatch.cli import (
    archive,
    channels,
    count,
    db,
    demo,
    doctor,
    entities,
    extract,
    feeds,
    index,
    init,
    kibana,
    maintain,
    metrics,
    reindex,
    run,
    search,
    status,
    story,
    watches,
)
from wirewatch.cli.context import Context
from wirewatch.errors import Unavailable, UserError

FULL = "no room left on the disk: what was written is cut"
app = typer.Typer(
    name="wirewatch",
    help="Watch the news wires: every story on a subject, found across outlets, languages and scripts.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
GROUPS = (
    demo,
    init,
    run,
    index,
    reindex,
    archive,
    db,
    maintain,
    kibana,
    search,
    story,
    count,
    feeds,
    entities,
    watches,
    channels,
    extract,
    status,
    metrics,
    doctor,
)
for group in GROUPS:
    group.register(app)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"wirewatch {__version__}")
        raise typer.Exit


@app.callback()
def options(
    ctx: typer.Context,
    config: Annotated[Path | None, typer.Option(help="The config folder. Files missing there mean the shipped defaults.")] = None,
    home: Annotated[Path | None, typer.Option(help="The data folder; made if missing.")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no summary, only errors.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Also what goes on inside.")] = False,
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")] = False,  # noqa: ARG001
) -> None:
    """Options that stand before the command's name."""
    ctx.obj = Context(config=config, home=home, quiet=quiet, verbose=verbose)


def main() -> None:
    """Run the command; exit code 0 done, 1 something failed, 2 the user's mistake, 130 ended by Ctrl-C."""
    out = sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - None if closed by the shell: `>&-`
    full = False
    try:
        _run()
    except OSError as error:
        full = error.errno == ENOSPC
        if not full:
            raise
    finally:
        _let_go(out, full)


def _run() -> None:
    try:
        sys.exit(app(standalone_mode=False) or 0)
    except TyperException as error:
        _refuse(error)
    except typer.Abort:
        _fail("stopped", 1)
    except UserError as error:
        _fail(str(error), 2)
    except Unavailable as error:
        _fail(str(error), 1)
    except KeyboardInterrupt:
        _fail("stopped", 130)


def _let_go(out: TextIO, full: bool) -> None:
    """`wirewatch search … | head`: that nobody reads on is no failure, and hides none. Typer makes one of it, and wraps `out`."""
    try:
        out.flush()
        if sys.stdout is out and not full:
            return
    except OSError as error:
        full = full or error.errno == ENOSPC
    os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())
    if full:
        _fail(FULL, 1)
    if sys.stdout is not out:
        sys.exit(0)


def _refuse(error: TyperException) -> None:
    """A command line that can't be read: what is wrong in one line, and where help is; a group's name alone shows its help."""
    text, ctx = error.format_message(), getattr(error, "ctx", None)
    if "\n" in text:
        typer.echo(text, err=True)
        sys.exit(error.exit_code)
    _fail(
        f"{text.rstrip('.')}; {_advice(error)}`{ctx.command_path if ctx else 'wirewatch'} --help` shows what there is",
        error.exit_code,
    )


def _advice(error: TyperException) -> str:
    """What a query probably meant: one that begins with -, and one without quotes, read as options and further arguments."""
    ctx = getattr(error, "ctx", None)
    if ctx is None or not any(each.name == "query" for each in ctx.command.params):
        return ""
    option = getattr(error, "option_name", "")
    if option.startswith("-") and not option.startswith("--"):
        return "a query says NOT where other languages have -; "
    return "put a query of several words in quotes; " if "extra argument" in error.format_message() else ""


def _fail(text: str, code: int) -> None:
    from wirewatch.safe import one_line

    for line in text.splitlines():
        print(f"wirewatch: {one_line(line)}", file=sys.stderr)  # noqa: T201 - one unwrapped line each
    sys.exit(code)
