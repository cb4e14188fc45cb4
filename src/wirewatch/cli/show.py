"""What reaches the screen: results on standard output, the rest on standard error, foreign text made safe."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from errno import EPIPE
from typing import TYPE_CHECKING, Any

from wirewatch import safe
from wirewatch.safe import json_text, one_line

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text


def say(text: str) -> None:
    """A line for the person at the screen, on standard error."""
    sys.stderr.write(text + "\n")


def out(text: str = "") -> None:
    """A line of the result, on standard output."""
    sys.stdout.write(text + "\n")


def json_line(row: Mapping[str, Any]) -> None:
    """One JSON object on a line of its own; times as RFC 3339 in UTC."""
    out(json_text(row, _jsonable))


def cell(value: Any) -> str:
    """A value as a cell of a CSV file: lists with a semicolon between, and nothing that a spreadsheet takes for a formula."""
    if isinstance(value, (list, tuple)):
        return "; ".join(cell(each) for each in value)
    if value is None or isinstance(value, bool):
        return "" if value is None else str(value).lower()
    if isinstance(value, (int, float)):
        return str(value)
    return safe.cell(str(_jsonable(value)) if isinstance(value, datetime) else str(value))


def _jsonable(value: Any) -> Any:
    if isinstance(value, datetime):
        from wirewatch.index.document import rfc3339

        return rfc3339(value)
    if isinstance(value, (tuple, set, frozenset)):
        return list(value)
    raise TypeError(f"{type(value).__name__} can't be written as JSON")


def ago(at: datetime | None, now: datetime | None = None) -> str:
    """How long ago, or in how long, in one unit: `5 min ago`, `in 2 h`, `never`."""
    if at is None:
        return "never"
    seconds = ((now or datetime.now(UTC)) - at).total_seconds()
    number = span(abs(seconds))
    return f"{number} ago" if seconds >= 0 else f"in {number}"


def span(seconds: float) -> str:
    """A length of time in one unit: `5 min`."""
    size, unit = next(((s, u) for s, u in ((86400, "d"), (3600, "h"), (60, "min")) if seconds >= s), (1, "s"))
    return f"{seconds / size:.0f} {unit}"


def from_to(begun: datetime, ended: datetime) -> str:
    """A stretch of time, in UTC: `27 Nov 2026 08:00 – 17:30 UTC`, `27 Nov 2026 08:00 – 2 Dec 2026 09:10 UTC`."""
    begun, ended = begun.astimezone(UTC), ended.astimezone(UTC)
    first, last = f"{begun:%d %b %Y %H:%M}", f"{ended:%H:%M}" if begun.date() == ended.date() else f"{ended:%d %b %Y %H:%M}"
    return f"{first} UTC" if f"{ended:%d %b %Y %H:%M}" == first else f"{first} – {last} UTC"


def spark(values: Sequence[int]) -> str:
    """Numbers as a line of bars; the highest is a full one."""
    most = max([*values, 1])
    return "".join("·▁▂▃▄▅▆▇█"[-(-value * 8 // most)] for value in values)


def console() -> "Console":
    """A console for results; plain where the output is no terminal, without colour under NO_COLOR."""
    from rich.console import Console

    class Screen(Console):
        def on_broken_pipe(self) -> None:
            raise BrokenPipeError(EPIPE, "nobody reads on")  # main.py knows what to do; Rich would end the command as failed

    return Screen(highlight=False, emoji=False, markup=False, width=None if sys.stdout.isatty() else 160)


def marked(text: str, limit: int = 0) -> "Text":
    """Foreign text with `<em>` marks as a Text with those words in bold."""
    from rich.text import Text

    line = Text()
    for n, part in enumerate(one_line(text, limit).replace("</em>", "<em>").split("<em>")):
        line.append(part, style="bold yellow" if n % 2 else "")
    return line


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table; every cell is foreign text until shown otherwise."""
    from rich.table import Table
    from rich.text import Text

    drawn = Table(*columns, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        drawn.add_row(*(cell if isinstance(cell, Text) else Text(one_line(str(cell)), overflow="fold") for cell in row))
    console().print(drawn)


def number(n: int, one: str) -> str:
    """So many of what `one` names: `1 article`, `2 articles`, `3 stories`."""
    return f"{n} {one}" if n == 1 else f"{n} {one[:-1]}ies" if one.endswith("y") else f"{n} {one}s"


def counted(by: Mapping[str, int], none: str = "nothing to do") -> str:
    """Counts by outcome as a phrase: `3 fetched, 1 skipped`."""
    return ", ".join(f"{n} {outcome}" for outcome, n in by.items() if n) or none
