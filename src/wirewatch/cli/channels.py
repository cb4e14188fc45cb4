"""`channels test`: does a channel take a message?; `watches feed`: one that needs no channel."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wirewatch.cli import asking, show, watching

if TYPE_CHECKING:
    from wirewatch.model import Message
    from wirewatch.settings import Settings

group = typer.Typer(help="Where matches are told.", no_args_is_help=True, rich_markup_mode=None)


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.add_typer(group, name="channels")


@group.callback()
def channels() -> None:
    """Where matches are told."""


@group.command("test")
def try_out(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="The channel, as wirewatch.toml names it.")],
    as_json: asking.Json = False,
) -> None:
    """Send a test message to each of a channel's addresses, and say what came of it; exit code 1 if one wasn't taken."""
    from wirewatch.errors import UserError

    settings = ctx.obj.settings()
    if name not in settings.channels:
        known = ", ".join(settings.channels) or "none"
        raise UserError(f"{name!r} is no channel of wirewatch.toml; the channels are: {known}")
    well = True
    for address, failure in _tried(settings, name):
        well = well and not failure
        if as_json:
            show.json_line({"channel": name, "address": address, "ok": not failure, "failure": failure})
        else:
            show.out(f"{'BAD' if failure else 'ok '} {failure or f'{address} took it'}")
    raise typer.Exit(0 if well else 1)


def _tried(settings: "Settings", name: str) -> list[tuple[str, str]]:
    """Each address as it may be shown, and why it didn't take the message; "" if it did."""
    from wirewatch.watch.channels import DeliveryFailed, address_key, channels_of, shown

    opened, results = channels_of(settings), []
    for url in settings.channels[name]:
        failure = ""
        try:
            if channel := opened.get(name, address_key(url)):
                channel.send(
                    _message(name), lambda: [("Mon", 1), ("Tue", 3), ("Wed", 0), ("Thu", 2), ("Fri", 5), ("Sat", 1), ("Sun", 1)]
                )
        except DeliveryFailed as error:
            failure = str(error)
        results.append((shown(url), failure))
    return results


def _message(name: str) -> "Message":
    from wirewatch.model import Message

    now = datetime.now(UTC)
    return Message(
        match_id="test",
        watch="test",
        title=f"A test of the channel {name}",
        url="https://example.org/",
        source="wirewatch",
        story_id="test",
        article_id="test",
        published_at=now,
        matched_at=now,
        sentence="This is how a match looks, the <em>words</em> that met the <em>watch</em> marked.",
        tellings=3,
    )


def feed(
    ctx: typer.Context,
    name: watching.Name,
    output: Annotated[Path | None, typer.Option(help="The file, written whole or not at all; else standard output.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="The last so many stories.")] = 50,
) -> None:
    """Write an Atom feed of the stories that met a watch, for any feed reader. Call it as often as readers look."""
    from wirewatch.errors import UserError
    from wirewatch.state import told
    from wirewatch.state.database import opened
    from wirewatch.watch import atom

    settings = ctx.obj.settings()
    watching.watch_of(settings, name)
    with opened(settings.main.state.url, settings.home) as db:
        document = atom.feed(name, told.newest(db, name, limit), datetime.now(UTC))
    if output is None:
        sys.stdout.buffer.write(document)
        return
    draft = output.with_name(f".{output.name}.new")
    try:
        draft.write_bytes(document)
        draft.replace(output)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise UserError(f"--output: {output} can't be written: {error.strerror}") from error
