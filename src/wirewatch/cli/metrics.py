"""`metrics`: what Prometheus is told, printed, written or served."""

import re
import signal
import sys
import threading
from pathlib import Path
from typing import Annotated

import typer

from wirewatch.cli import show


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command()(metrics)


def metrics(
    ctx: typer.Context,
    write: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write them to this file, as node_exporter's textfile collector reads it.")
    ] = None,
    serve: Annotated[
        str | None, typer.Option(metavar="HOST:PORT", help="Serve them to Prometheus until ended: 127.0.0.1:9464.")
    ] = None,
) -> None:
    """Print the metrics for Prometheus: feeds, queues, lags, setbacks, messages (docs/metrics.md)."""
    from wirewatch import metrics as work
    from wirewatch.errors import UserError
    from wirewatch.state.database import opened

    if write and serve:
        raise UserError("--write and --serve exclude each other")
    host, port = _address(serve) if serve else ("", 0)
    settings = ctx.obj.settings()
    with opened(settings.main.state.url, settings.home) as db:
        exporter = work.Exporter(db, settings)
        if serve:
            stop = _ended()
            with work.served(exporter, host, port) as found:
                if not ctx.obj.quiet:
                    show.say(f"metrics at http://{serve.rpartition(':')[0]}:{found}/metrics; Ctrl-C ends")
                stop.wait()
        elif write:
            work.write(exporter, str(write))
        else:
            sys.stdout.write(work.text(exporter))


def _address(text: str) -> tuple[str, int]:
    from wirewatch.errors import UserError

    found = re.fullmatch(r"(?:\[([0-9a-fA-F:.]+)\]|([^\s:/]+)):(\d{1,5})", text)
    if not found or int(found[3]) > 65535:
        raise UserError(f"--serve: {text!r} is no address; write 127.0.0.1:9464")
    return found[1] or found[2], int(found[3])


def _ended() -> threading.Event:
    """An event that Ctrl-C and SIGTERM set."""
    stop = threading.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, lambda *_: stop.set())
    return stop
