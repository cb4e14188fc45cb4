"""`extract`: one page, step by step."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from wirewatch.cli import show

if TYPE_CHECKING:
    from wirewatch.extract.explain import Explained
    from wirewatch.model import Extract

FIELDS = "title authors published_at updated_at description section image canonical declared_language paywall".split()
SHOWN = 12  # parts of a step


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command()(extract)


def extract(
    ctx: typer.Context,
    which: Annotated[
        str,
        typer.Argument(
            metavar="URL|FILE|ID",
            help="An address; a file of HTML, also .gz; FILE.warc.gz:OFFSET in the archive; an article's id.",
        ),
    ],
    explain: Annotated[bool, typer.Option("--explain", help="Also what was taken out, and the time of each step.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for programs.")] = False,
) -> None:
    """Show what extraction makes of one page: its fields, the rule that gave each, and its text. Nothing is kept."""
    from wirewatch.errors import Retry, Unavailable
    from wirewatch.extract.pool import explained
    from wirewatch.onepage import find_page

    settings = ctx.obj.settings()
    found = find_page(settings, which)
    try:
        seen = explained(found.page, found.entry, found.first_seen_at, settings.main.extract.timeout, recall=found.recall)
    except Retry as failed:
        raise Unavailable(f"{which}: {failed}") from failed
    url = found.page.final_url
    if as_json:
        show.json_line(as_row(seen, url, explain=explain))
    else:
        print_page(seen, url, len(found.page.body), explain=explain)
    if seen.extract is None:
        raise typer.Exit(1)


def as_row(seen: "Explained", url: str, *, explain: bool) -> dict[str, Any]:
    """The JSON contract of `extract --json` (docs/reference.md)."""
    from dataclasses import asdict

    row: dict[str, Any] = {"url": url, "reason": seen.reason} | (asdict(seen.extract) if seen.extract else {})
    if explain:
        row["steps"] = {name: round(seconds * 1000, 2) for name, seconds in seen.steps}
        row["dropped"] = seen.dropped
        row["parts"] = [asdict(part) for part in seen.parts]
    return row


def print_page(seen: "Explained", url: str, size: int, *, explain: bool) -> None:
    """Show a page to a person."""
    from wirewatch.safe import one_line

    show.out(f"{one_line(url, 500) or 'a file'}, {size:,} bytes")
    if seen.extract:
        _print_fields(seen.extract)
    else:
        show.out(f"no article: {one_line(seen.reason, 300)}")
    if explain:
        _print_parts(seen)
        total = sum(seconds for _, seconds in seen.steps)
        times = ", ".join(f"{name} {seconds * 1000:.1f}" for name, seconds in seen.steps)
        show.out(f"\nms of CPU: {times}; in all {total * 1000:.1f}")


def _print_fields(found: "Extract") -> None:
    from rich.table import Table
    from rich.text import Text

    from wirewatch.safe import one_line

    drawn = Table.grid("field", "value", "rule", padding=(0, 2))
    for name in FIELDS:
        source = getattr(found, f"{name}_source", "")
        drawn.add_row(Text(name, style="bold"), Text(one_line(_value(getattr(found, name)), 500)), Text(source, style="cyan"))
    lines = found.body.split("\n")
    size = f"{len(found.body):,} characters, {len(lines)} paragraphs"
    drawn.add_row(Text("body", style="bold"), Text(size), Text(found.body_source, style="cyan"))
    screen = show.console()
    screen.print(drawn)
    for line in lines:
        screen.print(Text("\n" + one_line(line)), soft_wrap=True)


def _value(value: object) -> str:
    if isinstance(value, tuple):
        return "; ".join(value) or "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:%Y-%m-%d %H:%M:%S} UTC" if hasattr(value, "strftime") else str(value or "–")


def _print_parts(seen: "Explained") -> None:
    from wirewatch.safe import one_line

    tags = ", ".join(f"{n} {one_line(tag, 20)}" for tag, n in sorted(seen.dropped.items(), key=lambda pair: -pair[1]))
    show.out(f"\ndropped unread: {tags or 'nothing'}")
    for step, what in (("cut", "the frame of the page"), ("narrow", "beside the running text")):
        parts = [part for part in seen.parts if part.step == step]
        show.out(f"\n{step} ({what}): {len(parts)} parts, {sum(part.characters for part in parts):,} characters")
        for part in sorted(parts, key=lambda part: -part.characters)[:SHOWN]:
            show.out(f"  {one_line(part.element, 60)}, {part.characters:,}: {one_line(part.text, 100)}")
        if len(parts) > SHOWN:
            show.out(f"  and {len(parts) - SHOWN} smaller ones")
