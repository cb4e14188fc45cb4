"""`story`: the tellings of a story, when each came, what it shares with those before it, and how two differ."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wirewatch.cli import asking, show
from wirewatch.safe import one_line

if TYPE_CHECKING:
    from rich.text import Text

    from wirewatch.analysis.wording import Compared, Piece
    from wirewatch.retelling import Nearest, Retelling, Story

Pair = tuple["Retelling", "Retelling"]
BARS = 60  # of the picture, at most
STEPS = [timedelta(minutes=n) for n in (1, 5, 15, 60, 180, 360, 1440, 10080)]  # that a bar may stand for
AROUND = 8  # words that are shown before and behind a difference
PLACES = 40  # that are shown where two tellings differ; --json has all
SIGNS = {"removed": ("[-", "-]", "red"), "added": ("{+", "+}", "green"), "same": ("", "", "")}
SHARED = """\
"its text": how much of it stands in the earlier telling that has the most of it, and how much of that one it has in turn.
Who copied whom no text says: both may have it from an agency."""


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command()(story)


def story(
    ctx: typer.Context,
    which: Annotated[str, typer.Argument(metavar="ID|URL", help="A story's or an article's id, or an article's address.")],
    diff: Annotated[
        tuple[int, int] | None, typer.Option(help="How these two tellings differ, by their numbers: --diff 1 3.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for programs.")] = False,
) -> None:
    """Show a story's tellings by time, what each shares with those before it, and how a copy differs from the first."""
    from wirewatch.retelling import find_story
    from wirewatch.state.database import opened

    settings = ctx.obj.settings()
    with asking.opened_index(settings) as index, opened(settings.main.state.url, settings.home) as db:
        found = find_story(db, index, which)
    pair = _pair(found, diff)
    if as_json:
        show.json_line(as_row(found, pair))
        return
    print_story(found)
    if pair:
        print_differences(pair)
    if len(found.tellings) > 1 and not ctx.obj.quiet:
        show.say("\n" + SHARED)
        if not pair:
            show.say(f"How two differ: wirewatch story {one_line(which)} --diff 1 2")


def _pair(found: "Story", wanted: tuple[int, int] | None) -> Pair | None:
    """The two tellings to compare: those wanted; else, if a copy was asked for by its own id, the first and that one."""
    from wirewatch.errors import UserError

    rows = {row.no: row for row in found.tellings}
    if wanted is None:
        asked = next((row for row in found.tellings if row.telling.id == found.asked), found.tellings[0])
        chosen = (found.tellings[0], asked)
        compare = found.asked != found.id and asked.no > 1 and all(row.article for row in chosen)
        return chosen if compare else None
    for no in wanted:
        if no not in rows:
            raise UserError(f"--diff: the story has no telling {no}; write two numbers from 1 to {len(rows)}")
        if rows[no].article is None:
            raise UserError(
                f"--diff: the text of telling {no} isn't at hand: it has left the index, or comes too late in the story"
            )
    return rows[wanted[0]], rows[wanted[1]]


def as_row(found: "Story", pair: Pair | None) -> dict[str, Any]:
    """The JSON contract of `story --json` (docs/reference.md)."""
    from dataclasses import asdict

    from wirewatch.analysis.wording import excerpt

    step, begin, numbers = bars([row.telling.shown_at for row in found.tellings])
    row: dict[str, Any] = {"story_id": found.id, "tellings": [_telling_row(each) for each in found.tellings]}
    row["links"] = [asdict(link) for link in found.links]
    row["spread"] = {"begun_at": begin, "step": step.total_seconds(), "tellings": numbers}
    if pair:
        made = _compared(pair)
        places = [[{"kind": each.kind, "text": each.text} for each in place] for place in excerpt(made, AROUND)]
        row["diff"] = {"older": pair[0].no, "newer": pair[1].no, "cut": made.cut, "places": places}
    return row


def _telling_row(row: "Retelling") -> dict[str, Any]:
    told, article, nearest = row.telling, row.article, row.nearest
    return {
        "no": row.no,
        "id": told.id,
        "url": told.url,
        "title": article.title if article else told.title,
        "source": told.source,
        "language": article.language if article else told.language,
        "script": article.script if article else None,
        "published_at": told.published_at,
        "first_seen_at": told.first_seen_at,
        "is_copy": told.telling > 1,
        "nearest": nearest.no if nearest else None,
        "of_it": round(nearest.of_it, 4) if nearest else None,
        "of_that": round(nearest.of_that, 4) if nearest else None,
    }


def print_story(found: "Story") -> None:
    """Show a story to a person: its spread over time, its tellings, its links."""
    from rich.text import Text

    rows, screen = found.tellings, show.console()
    when = [row.telling.shown_at for row in rows]
    outlets = len({row.telling.source for row in rows})
    count = f"{show.number(len(rows), 'telling')} by {show.number(outlets, 'outlet')}"
    screen.print(Text(one_line(_telling_row(rows[0])["title"], 300), style="bold"), soft_wrap=True)
    screen.print(
        Text(f"  {count} · {show.from_to(when[0], when[-1])} · story {one_line(found.id)}", style="cyan"), soft_wrap=True
    )
    if when[0] < when[-1]:
        step, begin, numbers = bars(when)
        told = f"  {show.spark(numbers)}  {show.span(step.total_seconds())} a bar, from {begin:%d %b %Y %H:%M} UTC"
        screen.print(Text(told), soft_wrap=True)
    shown = [row for row in rows if row.article] or rows[:1]
    show.table(("", "when (UTC)", "outlet", "language", "its text", "title"), map(_cells, shown))
    if len(shown) < len(rows):
        show.out(f"{len(rows) - len(shown)} more are not shown: they came later, or have left the index; --json lists them")
    for link in found.links:
        no = next((row.no for row in rows if row.telling.id == link.article_id), None)
        by = f"telling {no}" if no else "an article there"
        show.out(f"story {link.story_id}, {one_line(link.source, 60)}: {one_line(link.title, 100)} ({by} has the texts of both)")


def _cells(row: "Retelling") -> "tuple[str | Text, ...]":
    told, facts = row.telling, _telling_row(row)
    when = f"{told.shown_at.astimezone(UTC):%d %b %Y %H:%M}" + ("" if told.published_at else " seen")
    spoken = " ".join(filter(None, (facts["language"], facts["script"])))
    shared = likeness(row.nearest) if row.nearest else "–"
    return str(row.no), when, one_line(told.source, 40), one_line(spoken), shared, one_line(facts["title"], 70)


def likeness(nearest: "Nearest") -> str:
    """What a telling shares with the nearest earlier one: `100 % in 1, 64 % of that`."""
    back = "" if nearest.of_that == nearest.of_it else f", {_percent(nearest.of_that)} of that"
    return f"{_percent(nearest.of_it)} in {nearest.no}{back}"


def _percent(share: float) -> str:
    return f"{int(100 * share)} %"  # 99.9 isn't all


def bars(when: Sequence[datetime]) -> tuple[timedelta, datetime, list[int]]:
    """Times as a picture's numbers: what a bar stands for, when the first begins, how many fall into each."""
    first, last = min(when).astimezone(UTC), max(when).astimezone(UTC)
    longest = timedelta(seconds=ceil((last - first).total_seconds() / (BARS - 1)) + 1)
    step = next((step for step in STEPS if step >= longest), longest)
    begin = first - timedelta(seconds=first.timestamp() % step.total_seconds())
    numbers = [0] * ((last - begin) // step + 1)
    for at in when:
        numbers[(at - begin) // step] += 1
    return step, begin, numbers


def _compared(pair: Pair) -> "Compared":
    from wirewatch.analysis.wording import compared

    older, newer = (row.article.body if row.article else "" for row in pair)
    return compared(older, newer)


def print_differences(pair: Pair) -> None:
    """Show how two tellings differ, word by word; what is the same is left out but for a few words."""
    from rich.text import Text

    from wirewatch.analysis.wording import MOST, excerpt

    screen, made = show.console(), _compared(pair)
    for sign, row, colour in zip("-+", pair, ("red", "green"), strict=True):
        title = one_line(_telling_row(row)["title"], 200)
        screen.print(Text(f"{sign} {row.no} {one_line(row.telling.source, 60)}: {title}", style=colour), soft_wrap=True)
    places = list(excerpt(made, AROUND))
    for place in places[:PLACES]:
        screen.print(Text("\n  ").append_text(_marked(place)), soft_wrap=True)
    if not made.changes:
        show.out(
            "the texts are the same, word for word" + ("" if _script(pair[0]) == _script(pair[1]) else ", in another script")
        )
    if len(places) > PLACES:
        show.out(f"and {len(places) - PLACES} more places; --json has them")
    if made.cut:
        show.out(f"only the first {MOST:,} words were compared")


def _script(row: "Retelling") -> str:
    return row.article.script if row.article else ""


def _marked(place: "Sequence[Piece]") -> "Text":
    from rich.text import Text

    line = Text()
    for piece in place:
        opened, closed, colour = SIGNS[piece.kind]
        line.append(f"{' ' if line else ''}{opened}{one_line(piece.text)}{closed}", style=colour)
    return line
