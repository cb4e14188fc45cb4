"""`init`: a commented config folder to start from."""

import shutil
from pathlib import Path
from typing import Annotated

import typer

from wirewatch.cli import show


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command()(init)


def init(folder: Annotated[Path, typer.Argument(help="A folder that doesn't exist yet, or is empty.")]) -> None:
    """Make a commented config folder to start from."""
    from wirewatch.errors import UserError
    from wirewatch.settings.load import shipped

    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UserError(f"{folder}: is not empty; name a new folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file in sorted(shipped().iterdir()):
            if file.suffix in (".toml", ".yaml"):
                shutil.copyfile(file, folder / file.name)
                show.out(f"wrote {folder / file.name}")
    except OSError as error:
        raise UserError(f"{folder}: can't be written: {error.strerror}") from error
    show.say(f"next: your outlets go into {folder / 'feeds.yaml'}, your address into [fetch] contact of wirewatch.toml, then")
    show.say(f"  wirewatch --config {folder} run --once")
