"""`archive`, `import` and `forget`: the archive's upkeep, pages in, and pages out for good."""

from pathlib import Path
from typing import Annotated

import typer

from wirewatch.cli import asking, show
from wirewatch.cli.progress import bar

archive_group = typer.Typer(no_args_is_help=True, help="The archive's upkeep.")
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Don't ask.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")]
SHOWN = 5


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.add_typer(archive_group, name="archive")
    app.command("import")(import_)
    app.command()(forget)


@archive_group.command()
def compact(ctx: typer.Context, dry_run: DryRun = False) -> None:
    """Join the small files of each past day."""
    from wirewatch import upkeep
    from wirewatch.house import open_house

    settings = ctx.obj.settings()
    with open_house(settings) as house:
        before, after = upkeep.compact(settings.archive, house.db, dry_run=dry_run)
    show.say(f"{before} files {'would become' if dry_run else 'became'} {after}")


@archive_group.command()
def check(ctx: typer.Context, as_json: asking.Json = False) -> None:
    """Read every record, check its digest, and whether every capture's page is there; exit code 1 if something is wrong."""
    from wirewatch import upkeep
    from wirewatch.archive.read import list_files
    from wirewatch.state.database import opened

    settings = ctx.obj.settings()
    files = pages = problems = 0
    total = len(list_files(settings.archive))
    with opened(settings.main.state.url, settings.home) as db, bar("check", ctx.obj.quiet) as progress:
        for name, whole, wrong in upkeep.check(settings.archive, db):
            files, pages, problems = files + 1, pages + whole, problems + len(wrong)
            progress(min(files, total), total)
            for problem in wrong:
                show.json_line({"file": name, "problem": problem}) if as_json else show.out(problem)
    if not as_json:
        show.say(f"{show.number(files, 'file')}, {show.number(pages, 'whole page')}, {show.number(problems, 'problem')}")
    raise typer.Exit(1 if problems else 0)


def import_(
    ctx: typer.Context,
    files: Annotated[list[Path], typer.Argument(help="WARC files, packed or not.")],
    source: Annotated[str | None, typer.Option(help="The outlet's name; else by feeds.yaml, else the host.")] = None,
    language: Annotated[str | None, typer.Option(help="What the pages are expected to be in: sr, ru, ko …")] = None,
) -> None:
    """Take in pages that someone else crawled, and index them. Watches record them, and tell nobody."""
    from wirewatch.house import open_house
    from wirewatch.importing import import_file
    from wirewatch.pipeline import run_index

    code = 0
    with open_house(ctx.obj.settings()) as house:
        for path in files:
            with bar(path.name, ctx.obj.quiet) as progress:
                counts, broken = import_file(house.settings, house.db, path, source, language, progress)
            show.say(f"{path}: {show.counted(counts.by)}" + (f"; can't be read further: {broken}" if broken else ""))
            code = 1 if broken else code
        show.say(f"index: {show.counted(run_index(house).by)}")
    raise typer.Exit(code)


def forget(
    ctx: typer.Context,
    url: Annotated[str | None, typer.Argument(help="The article's address.")] = None,
    host: Annotated[str | None, typer.Option("--host", help="Every article of this host, and all to come.")] = None,
    yes: Yes = False,
) -> None:
    """Take an article or a host out of the index, the archive and the future."""
    from wirewatch.errors import UserError
    from wirewatch.forgetting import forget as forget_all
    from wirewatch.house import open_house
    from wirewatch.safe import one_line
    from wirewatch.state import forgetting

    if (url is None) == (host is None):
        raise UserError("forget: name an article's address, or --host HOST")
    name = forgetting.bare_host(host.lower()) if host else None
    with open_house(ctx.obj.settings()) as house:
        found = forgetting.found(house.db, url=url, host=name)
        if not found and name is None:
            raise UserError(f"forget: no article is known under {one_line(str(url))}")
        for _, title, address in found[:SHOWN]:
            show.say(f"  {one_line(title or address, 100)}")
        what = show.number(len(found), "article") + (f", and all to come from {name}" if name else "")
        if not yes and not _agreed(f"Forget {what}?"):
            show.say("nothing was forgotten; --yes doesn't ask")
            raise typer.Exit(1)
        pages = forget_all(house.settings.archive, house.db, house.index, [each for each, _, _ in found], [name] if name else [])
    show.say(f"forgotten: {what}; {show.number(pages, 'page')} taken out of the archive")


def _agreed(question: str) -> bool:
    try:
        return typer.confirm(question, err=True)
    except (typer.Abort, EOFError):
        show.say("")  # ends the question's line
        return False
