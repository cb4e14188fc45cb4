"""`demo`: the whole pipeline on a sample site served on this machine; no network."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wirewatch.cli import show

if TYPE_CHECKING:
    from wirewatch.demo.site import SampleSite
    from wirewatch.settings import Settings

SEARCHES = ("Kim Putin", "Владимира Путина", "kosmodrom Vostočni")
SHOWN = 12  # matches
CONFIG = """\
[fetch]
allow_networks = ["127.0.0.0/8"]   # the sample site is on this machine; the address guard refuses it otherwise
per_host_delay = 0
contact = "demo@example.org"

[channels]
desk = "file://alerts.jsonl"
"""


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command()(demo)


def demo(
    ctx: typer.Context,
    keep: Annotated[Path | None, typer.Option(help="Keep config and data in this new folder, to go on with.")] = None,
) -> None:
    """Serve a sample site on this machine, run everything on it, and show what is found and told."""
    from wirewatch.cli.context import configure_logs
    from wirewatch.demo.site import SampleSite

    configure_logs(ctx.obj.verbose)
    with _folder(keep) as folder, SampleSite() as site:
        settings = _configured(folder, site)
        show.out(f"A sample site of {len(settings.sources)} outlets answers on this machine: {site.url}")
        _run(settings, "wirewatch run --once")
        site.advance()
        _run(settings, "wirewatch run --once --now     (a moment later; one article was edited meanwhile)")
        for query in SEARCHES:
            _search(settings, query)
        _alerts(settings)
    if keep:
        show.out(f"\nGo on with it: wirewatch --config {folder} search 'Ким Путин' --stories")
    else:
        show.out("\nNothing was kept. `wirewatch demo --keep FOLDER` keeps config, archive and index to play with.")


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    from wirewatch.errors import UserError

    if keep is None:
        with tempfile.TemporaryDirectory(prefix="wirewatch-demo-") as name:
            yield Path(name)
        return
    if keep.exists() and (not keep.is_dir() or any(keep.iterdir())):
        raise UserError(f"--keep: {keep} is not empty; name a new folder")
    try:
        keep.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"--keep: {keep} can't be made: {error.strerror}") from error
    yield keep


def _configured(folder: Path, site: "SampleSite") -> "Settings":
    from importlib import resources

    from wirewatch.settings import load

    (folder / "wirewatch.toml").write_text(CONFIG, encoding="utf-8")
    (folder / "feeds.yaml").write_text(site.feeds_yaml(), encoding="utf-8")
    watches = resources.files("wirewatch.demo") / "config" / "watches.yaml"
    (folder / "watches.yaml").write_text(watches.read_text(encoding="utf-8"), encoding="utf-8")
    return load(folder, folder / "data", {})


def _run(settings: "Settings", command: str) -> None:
    from wirewatch.house import open_house
    from wirewatch.pipeline import run_once

    show.out(f"\n$ {command}")
    with open_house(settings, now_too=True) as house:
        for stage, by in run_once(house).items():
            show.out(f"  {stage:<6} {show.counted(by)}")


def _search(settings: "Settings", query: str) -> None:
    from wirewatch.analysis.query import parse
    from wirewatch.cli.search import print_answer, spread_of
    from wirewatch.index.open import open_index
    from wirewatch.index.port import Search

    show.out(f"\n$ wirewatch search '{query}' --stories --limit 4")
    index = open_index(settings.main.index, settings.home)
    try:
        ask = Search(stories=True, limit=4)
        answer = index.search(parse(query), ask)
        print_answer(answer, query, ask, spread_of(answer, settings))
    finally:
        index.close()


def _alerts(settings: "Settings") -> None:
    from wirewatch.cli.watches import print_history
    from wirewatch.state import matches
    from wirewatch.state.database import opened

    show.out("\n$ wirewatch watches history")
    with opened(settings.main.state.url, settings.home) as db:
        history = matches.history(db)
    print_history(history[:SHOWN])
    show.out(f"… and {len(history) - SHOWN} more; each story was told once for each watch that it met")
