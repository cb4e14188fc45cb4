"""`count`: how many articles, or stories, by day, source, language, topic; with a plot."""

import csv
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta, tzinfo
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wirewatch.cli import asking, show

if TYPE_CHECKING:
    from wirewatch.model import Article

Key = tuple[str, ...]
BAR = 50  # characters of the longest bar
COLUMNS = 8  # values of a second measure that are shown on the screen; --csv and --json have all
NONE = "-"  # an empty cell in CSV: a spreadsheet would take it for a formula
BY = ("day", "month", "source", "language", "script", "country", "topic", "entity")


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command()(count)


def count(
    ctx: typer.Context,
    query: asking.Query,
    by: Annotated[str, typer.Option(help=f"One or two of {', '.join(BY)}, with a comma between.")] = "day",
    zone: Annotated[str, typer.Option(help="In whose time days begin: Europe/Belgrade.")] = "UTC",
    stories: Annotated[bool, typer.Option("--stories", help="Count stories: copies of one text once.")] = False,
    since: asking.Since = None,
    until: asking.Until = None,
    source: asking.Sources = None,
    language: asking.Languages = None,
    entity: asking.Entities = None,
    topic: asking.Topics = None,
    literal: asking.Literal = False,
    as_json: asking.Json = False,
    as_csv: asking.Csv = False,
    png: Annotated[Path | None, typer.Option("--png", help="Also draw the plot into this file.")] = None,
) -> None:
    """Count what a search finds. Days are those of publication, or of first sight where that isn't known."""
    measures, where = _measures(by), _zone(zone)
    asking.one_form(as_json=as_json, as_csv=as_csv)
    ask = asking.narrowed(since, until, source, language, entity, topic, where)
    asked = asking.read(query, ask, ctx.obj.settings(), literal=literal, zone=where)
    with asking.opened_index(asked.settings) as index:
        counts, total = _counted(index.scan(asked.tree, ask), measures, where, stories=stories)
        hints = [] if total or ctx.obj.quiet else list(asking.why_nothing(index, asked))
    rows = _in_order(counts, measures)
    what = "stories" if stories else "articles"
    if png:
        _draw(rows, measures, f"{total} {what}: {query}", png)
    if as_json or as_csv:
        (_write_json if as_json else _write_csv)(rows, measures, what)
    else:
        _print(rows, measures, what)
        also = f"; also searched: {', '.join(each.name for each in asked.also)}" if asked.also else ""
        show.say(show.number(total, "story" if stories else "article") + also)
    for hint in hints:
        show.say(hint)


def _write_json(rows: list[tuple[Key, int]], measures: tuple[str, ...], what: str) -> None:
    for key, number in rows:
        show.json_line(dict(zip(measures, key, strict=True)) | {what: number})


def _write_csv(rows: list[tuple[Key, int]], measures: tuple[str, ...], what: str) -> None:
    out = csv.writer(sys.stdout)
    out.writerow((*measures, what))
    out.writerows((*("" if part == NONE else show.cell(part) for part in key), number) for key, number in rows)


def _measures(by: str) -> tuple[str, ...]:
    from wirewatch.errors import UserError

    measures = tuple(part.strip() for part in by.split(","))
    if not 0 < len(measures) <= 2 or len(set(measures)) < len(measures) or any(each not in BY for each in measures):
        raise UserError(f"--by: {by!r}; write one or two of {', '.join(BY)}, with a comma between")
    return measures


def _zone(name: str) -> tzinfo:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    from wirewatch.errors import UserError

    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UserError(f"--zone: {name!r} is no time zone; write UTC or Europe/Belgrade") from error


def _counted(
    articles: "Iterable[Article]", measures: tuple[str, ...], zone: tzinfo, *, stories: bool
) -> tuple[dict[Key, int], int]:
    """How many there are by key, and in all. An article on two topics counts under both, and once in all."""
    numbers: dict[Key, int] = defaultdict(int)
    seen, within = set[str](), set[tuple[Key, str]]()
    total = 0
    for article in articles:
        if stories and article.story_id not in seen:
            seen.add(article.story_id)
            total += 1
        total += not stories
        for key in product(*(_values(article, each, zone) for each in measures)):
            if not stories or (key, article.story_id) not in within:
                numbers[key] += 1
            if stories:
                within.add((key, article.story_id))
    return dict(numbers), total


def _values(article: "Article", measure: str, zone: tzinfo) -> tuple[str, ...]:
    """The article's values of a measure; NONE where it has none."""
    at = article.shown_at.astimezone(zone)
    read: dict[str, Callable[[], tuple[str, ...]]] = {
        "day": lambda: (f"{at:%Y-%m-%d}",),
        "month": lambda: (f"{at:%Y-%m}",),
        "source": lambda: (article.source,),
        "language": lambda: (article.language,),
        "script": lambda: (article.script,),
        "country": lambda: (article.country or NONE,),
        "topic": lambda: article.topics or (NONE,),
        "entity": lambda: article.entities or (NONE,),
    }
    return read[measure]()


def _in_order(counts: Mapping[Key, int], measures: tuple[str, ...]) -> list[tuple[Key, int]]:
    """Days in their order, those without any between them too; all else by number, the most first."""
    if measures == ("day",):
        return [((day,), counts.get((day,), 0)) for day in _days([key[0] for key in counts])]
    timed = measures[0] in ("day", "month")
    return sorted(counts.items(), key=lambda row: (row[0][0] if timed else "", -row[1], row[0]))


def _days(found: Iterable[str]) -> Iterator[str]:
    some = sorted(found)
    day = date.fromisoformat(some[0]) if some else date.max
    while some and day <= date.fromisoformat(some[-1]):
        yield day.isoformat()
        day += timedelta(days=1)


def _print(rows: list[tuple[Key, int]], measures: tuple[str, ...], what: str) -> None:
    if len(measures) == 1:
        most = max((number for _, number in rows), default=1) or 1
        show.table((*measures, what, ""), ((key[0], number, "█" * round(number / most * BAR) or "") for key, number in rows))
        return
    table, columns = _table(rows)
    show.table((measures[0], *columns), ((first, *(row.get(each, 0) for each in columns)) for first, row in table.items()))


def _table(rows: list[tuple[Key, int]]) -> tuple[dict[str, dict[str, int]], list[str]]:
    """Of each value of the first measure the numbers by value of the second; those values, the most first, the rest as one."""
    sums: dict[str, int] = defaultdict(int)
    for key, number in rows:
        sums[key[1]] += number
    columns = sorted(sums, key=lambda value: (-sums[value], value))
    shown, more = columns[:COLUMNS], f"{len(columns) - COLUMNS} more"
    table: dict[str, dict[str, int]] = {}
    for (first, second), number in rows:
        row = table.setdefault(first, defaultdict(int))
        row[second if second in shown else more] += number
    return table, shown + ([more] if len(columns) > COLUMNS else [])


def _draw(rows: list[tuple[Key, int]], measures: tuple[str, ...], title: str, file: Path) -> None:
    """The plot as a picture; says what it can't show."""
    from wirewatch import plot
    from wirewatch.errors import UserError
    from wirewatch.safe import one_line

    bars, series = _table(rows) if len(measures) > 1 else ({key[0]: {"": number} for key, number in rows}, [""])
    timed = measures[0] in ("day", "month")
    if measures[0] == "day":
        bars = {day: bars.get(day, {}) for day in _days(bars)}
    left_out = 0 if timed else max(0, len(bars) - plot.MOST)
    if timed and len(bars) > plot.MOST_COLUMNS:
        raise UserError(f"--png: {len(bars)} days are too many for a picture; narrow them by --since, or count --by month")
    shown = {one_line(label): bar for label, bar in list(bars.items())[: len(bars) - left_out]}
    try:
        unwritten = plot.write(plot.Plot(title=one_line(title), bars=shown, series=series, timed=timed), file)
    except OSError as error:
        raise UserError(f"--png: {file} can't be written: {error.strerror or error}") from error
    for number, label in unwritten.items():
        show.say(f"{number} in {file} is {label}: no font here has its letters; install one, such as fonts-noto-cjk")
    if left_out:
        show.say(f"{file} has the {plot.MOST} largest, {left_out} are left out")
