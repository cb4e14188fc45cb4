"""`run`, and its stages one by one as a scheduler calls them: `poll`, `fetch`, `match`; `index` has its own file."""

import ctypes
import gc
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wirewatch.cli import show
from wirewatch.cli.context import Context

if TYPE_CHECKING:
    from wirewatch.house import House
    from wirewatch.model import Counts

Now = Annotated[bool, typer.Option("--now", help="Also what isn't due yet. Breaks no Retry-After, robots.txt or pace.")]
Json = Annotated[bool, typer.Option("--json", help="The summary as one JSON object.")]
M_ARENA_MAX = -8  # malloc.h
MEANWHILE = 1.0  # seconds that one of many runs waits for its messages: slow ones count in the next run's summary
SHORTEST = 1.0  # seconds between two runs
LOOK = 5.0  # seconds between two looks for messages that have fallen due
FAULTS = {"failed", "dead"}  # outcomes that make the exit code 1


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    for command in (run, poll, fetch, match):
        app.command()(command)


def run(
    ctx: typer.Context,
    once: Annotated[bool, typer.Option("--once", help="What is due now, then end.")] = False,
    every: Annotated[
        str, typer.Option(metavar="PACE", envvar="WIREWATCH_EVERY", help="Again and again, with this pause: 30s, 10m, 1h.")
    ] = "10m",
    now: Now = False,
    as_json: Json = False,
) -> None:
    """Poll the feeds, fetch the new pages, index the articles, and tell what meets a watch."""
    from wirewatch.errors import UserError
    from wirewatch.pace import pace

    try:
        pause = pace(every)
    except ValueError as error:
        raise UserError(f"--every: {error}") from error
    if pause < SHORTEST:
        raise UserError(f"--every: {every!r} is no pause; write 1s or more")
    with _house(ctx.obj, now) as house:
        house.patience = house.patience if once else MEANWHILE
        code = _one_run(ctx.obj, house, as_json)
        while not once and not _stopped(house, pause):
            code = _one_run(ctx.obj, house, as_json)
    raise typer.Exit(code)


def _stopped(house: "House", pause: float) -> bool:
    """Wait for the next run, and tell meanwhile what falls due: digests, and what is tried again."""
    end = time.monotonic() + pause
    while (left := end - time.monotonic()) > 0 and not house.stop.wait(min(left, LOOK)):
        house.post.look()
    return house.stop.is_set()


def poll(ctx: typer.Context, now: Now = False, as_json: Json = False) -> None:
    """Ask the feeds that are due; new entries are queued."""
    stage(ctx.obj, "poll", now, as_json)


def fetch(ctx: typer.Context, now: Now = False, as_json: Json = False) -> None:
    """Fetch and archive the queued pages that are due."""
    stage(ctx.obj, "fetch", now, as_json)


def match(ctx: typer.Context, as_json: Json = False) -> None:
    """Meet the watches with newly indexed articles, and tell the channels."""
    stage(ctx.obj, "match", False, as_json)


def stage(context: Context, name: str, now: bool, as_json: bool) -> None:
    """Run one stage by itself, and show its summary."""
    from wirewatch import pipeline

    with _house(context, now) as house:
        code = _summary(context, {name: getattr(pipeline, f"run_{name}")(house).by}, house, as_json)
    raise typer.Exit(code)


def _one_run(context: Context, house: "House", as_json: bool) -> int:
    from wirewatch import pipeline
    from wirewatch.maintaining import tell_health

    done = pipeline.run_once(house)
    tell_health(house)
    return _summary(context, done, house, as_json)


def _summary(context: Context, summary: dict[str, dict[str, int]], house: "House", as_json: bool) -> int:
    if as_json:
        show.json_line(summary)
    elif not context.quiet:
        for stage, by in summary.items():
            show.out(f"{stage:<6} {show.counted(by)}")
        if house.stop.is_set():
            show.say("stopped early; the next run goes on from here")
    return 1 if any(by.get(fault) for by in summary.values() for fault in FAULTS) else 0


@contextmanager
def _house(context: Context, now: bool) -> "Iterator[House]":
    """The open house, with progress on the screen, that is told to stop by Ctrl-C and SIGTERM."""
    _share_memory()
    open_house = _imported()
    settings = context.settings()
    bars = Bars() if sys.stderr.isatty() and not context.quiet else None
    with open_house(settings, now_too=now, progress=bars.advance if bars else _nothing) as house:

        def stop(*_: Any) -> None:
            if house.stop.is_set():  # a second Ctrl-C: at once
                raise KeyboardInterrupt
            house.stop.set()

        before = {sign: signal.signal(sign, stop) for sign in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield house
        finally:
            for sign, handler in before.items():
                signal.signal(sign, handler)
            if bars:
                bars.close()


def _imported() -> "Callable[..., AbstractContextManager[House]]":
    """`open_house`, with all stages imported: no garbage is among that, and to look for some took a twentieth of a run."""
    gc.disable()
    from wirewatch import pipeline  # noqa: F401
    from wirewatch.house import open_house

    gc.freeze()
    gc.enable()
    gc.set_threshold(10_000)  # new objects until it is looked for: nearly none of them are garbage
    return open_house


def _share_memory() -> None:
    """Have threads share two of glibc's arenas: each of its own keeps what its threads free, and a long run grew by half."""
    with suppress(OSError, AttributeError, TypeError):  # another C library has no arenas
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 2)


def _nothing(_stage: str, _counts: "Counts") -> None:
    """No progress: the output is no terminal, or nobody wants it."""


class Bars:
    """One line a stage on a terminal, once the work takes longer than a second."""

    def __init__(self) -> None:
        self.began, self.lock = time.monotonic(), threading.Lock()
        self.totals: dict[str, dict[str, int]] = {}
        self.lines: dict[str, Any] = {}
        self.progress: Any = None

    def advance(self, stage: str, counts: "Counts") -> None:
        """Show what a stage has just done."""
        with self.lock:
            by = self.totals.setdefault(stage, {})
            for outcome, n in counts.by.items():
                by[outcome] = by.get(outcome, 0) + n
            if time.monotonic() - self.began > 1:
                self._draw(stage, by)

    def _draw(self, stage: str, by: dict[str, int]) -> None:
        if self.progress is None:
            self.progress = _progress()
            self.progress.start()
        if stage not in self.lines:
            self.lines[stage] = self.progress.add_task(stage, total=None, done="")
        self.progress.update(self.lines[stage], completed=sum(by.values()), done=show.counted(by))

    def close(self) -> None:
        """Leave the screen."""
        if self.progress is not None:
            self.progress.stop()


def _progress() -> Any:
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description:<6}"), TextColumn("{task.fields[done]}"), TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True, markup=False), transient=True)
