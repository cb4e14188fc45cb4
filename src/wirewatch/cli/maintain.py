"""`maintain`: what has to be done once a day."""

import typer

from wirewatch.cli import asking, show


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command()(maintain)


def maintain(ctx: typer.Context, as_json: asking.Json = False) -> None:
    """Drop what is past its keeping time, tell of ill feeds, join and check the archive's files. Once a day is enough."""
    from wirewatch.errors import WirewatchError
    from wirewatch.house import open_house
    from wirewatch.maintaining import STEPS

    well = True
    with open_house(ctx.obj.settings()) as house:
        for name, step in STEPS.items():
            try:
                done, trouble = step(house), ""
            except WirewatchError as error:  # the other steps don't need this one
                done, trouble, well = {}, str(error), False
            if as_json:
                show.json_line({"step": name, "done": done} | ({"problem": trouble} if trouble else {}))
            elif not ctx.obj.quiet or trouble:
                show.out(f"{name:<8} {trouble or show.counted(done)}")
    raise typer.Exit(0 if well else 1)
