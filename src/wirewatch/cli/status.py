"""`status`, and `retry` for what it shows."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from wirewatch.cli import show
from wirewatch.cli.feeds_list import condition, times
from wirewatch.safe import one_line

if TYPE_CHECKING:
    from wirewatch.state.database import Database


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command()(status)
    app.command()(retry)


def status(
    ctx: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for programs.")] = False,
    failures: Annotated[
        bool, typer.Option("--failures", help="Also each failed, skipped or waiting article, with its reason.")
    ] = False,
) -> None:
    """Show feeds, queue, index, failures and the last runs."""
    from wirewatch.state import captures
    from wirewatch.state.database import opened

    settings = ctx.obj.settings()
    with opened(settings.main.state.url, settings.home) as db:
        found = facts(db) | {"attention": _attention(db, [watch.name for watch in settings.watches])}
        if as_json:
            listed = {"failures": [_plain(row) for row in captures.failures(db)]} if failures else {}
            show.json_line(found | listed)
        else:
            _print(db, found, failures)


def _attention(db: "Database", watches: list[str]) -> list[dict[str, str]]:
    """What went quiet, lags or fails."""
    from dataclasses import asdict

    from wirewatch.state.silence import troubles

    return [asdict(each) for each in troubles(db, watches)]


def facts(db: "Database") -> dict[str, Any]:
    """The JSON contract of `status --json` (docs/reference.md)."""
    from wirewatch.state import captures, feeds, runs

    rows = [row for row in feeds.rows(db) if row.active]
    failing = [row for row in rows if row.reason]
    why: dict[str, int] = {}
    for row in failing:
        why[str(row.reason)] = why.get(str(row.reason), 0) + 1
    counts = captures.counts(db)
    last = runs.last(db, 1)
    return {
        "feeds": {
            "total": len(rows),
            "ok": sum(1 for row in rows if not row.reason and row.last_success_at),
            "failing": len(failing),
            "silent": sum(1 for row in rows if row.silent),
            "failing_by_reason": why,
        },
        "articles": counts.articles,
        "skipped_by_reason": counts.skipped_by_reason,
        "failed_by_reason": counts.failed_by_reason,
        "oldest_queued_at": counts.oldest_queued_at,
        "stories": counts.stories,
        "matches": counts.matches,
        "last_run": _plain(last[0]) if last else None,
    }


def _plain(row: Any) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(row)


def _print(db: "Database", found: dict[str, Any], failures: bool) -> None:
    from wirewatch.state import captures, feeds, runs

    show.table(
        ("source", "feed", "state", "last success", "last new", "next poll"),
        ((row.source, row.url, condition(row), *times(row)) for row in feeds.rows(db) if row.active),
    )
    if not found["feeds"]["total"]:
        show.say("no feed is known yet: `wirewatch run --once` takes in those of feeds.yaml")
    show.out()
    show.out("articles  " + show.counted(found["articles"], "none yet"))
    for name in ("skipped", "failed"):
        if found[f"{name}_by_reason"]:
            show.out(f"{name:<9} {show.counted(found[f'{name}_by_reason'])}")
    show.out(f"stories   {found['stories']}")
    show.out(f"matches   {found['matches']}")
    for trouble in found["attention"]:
        show.out("attention " + one_line(trouble["text"], 500))
    for run in runs.last(db, 3):
        parts = "; ".join(f"{stage}: {show.counted(by)}" for stage, by in (run.summary or {}).items())
        show.out(f"run       {show.ago(run.started_at)}: {parts or ('cut off' if run.ended_at is None else 'nothing to do')}")
    if failures:
        show.out()
        rows = captures.failures(db)
        show.table(
            ("article", "state", "reason", "detail", "attempts", "again"),
            (
                (
                    r.url,
                    r.status,
                    r.reason,
                    r.detail,
                    r.attempts,
                    show.ago(r.due_at) if r.status not in ("skipped", "failed") else "-",
                )
                for r in rows
            ),
        )


def retry(
    ctx: typer.Context,
    reason: Annotated[str | None, typer.Option(help="Only articles that ended for this reason.")] = None,
    url: Annotated[str | None, typer.Option(help="Only the article of this address.")] = None,
) -> None:
    """Queue failed or skipped articles once more."""
    from wirewatch.errors import Reason, UserError
    from wirewatch.state import captures
    from wirewatch.state.database import opened

    if reason is not None and reason not in set(Reason):
        raise UserError(f"--reason: {reason!r} is none; the reasons are {', '.join(sorted(Reason))}")
    settings = ctx.obj.settings()
    with opened(settings.main.state.url, settings.home) as db:
        queued = captures.requeue(db, reason=reason, url=url)
    if url is not None and not queued:
        raise UserError(f"--url: no failed or skipped article of the address {url}")
    show.out(f"{queued} queued again; `wirewatch run --once` fetches them")
