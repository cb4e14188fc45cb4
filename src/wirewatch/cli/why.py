"""`watches explain`: why a watch did or didn't fire for an article."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from wirewatch.cli import asking, show
from wirewatch.cli.watching import Name, watch_of
from wirewatch.safe import one_line

if TYPE_CHECKING:
    from wirewatch.model import Article, Watch
    from wirewatch.state.database import Database
    from wirewatch.state.matches import MatchRow
    from wirewatch.watch.explain import Clause


def register(group: typer.Typer) -> None:
    """Add the command of this file to `watches`."""
    group.command()(explain)


def explain(
    ctx: typer.Context,
    name: Name,
    article: Annotated[str, typer.Argument(help="The article's id, or its address.")],
    as_json: asking.Json = False,
) -> None:
    """Show why a watch did or didn't fire for an article: which word, which clause, and what kept it from being told."""
    from dataclasses import asdict

    from wirewatch.state.database import opened
    from wirewatch.watch.explain import clauses, meets

    settings = ctx.obj.settings()
    watch = watch_of(settings, name)
    with asking.opened_index(settings) as index, opened(settings.main.state.url, settings.home) as db:
        found = _article(db, index, article)
        parts, met = clauses(watch, found), meets(watch, found)
        over_time = _over_time(db, index, watch, found)
        row = next((row for row in _history(db, watch) if row.story_id == (found.story_id or found.id)), None)
        because = "" if row else _because(db, watch, found, [each.text for each in over_time if not each.met], met=met)
    if as_json:
        facts = {"watch": watch.name, "article_id": found.id, "meets": met, "clauses": [asdict(each) for each in parts]}
        facts |= {"conditions": [asdict(each) for each in over_time], "match": asdict(row) if row else None, "because": because}
        show.json_line(facts)
        return
    show.out(f"{watch.name}: {one_line(found.title, 200)}")
    for clause in (*parts, *over_time):
        _print_clause(clause)
    show.out(_told(row) if row else because)


def _print_clause(clause: "Clause") -> None:
    words = f"  ({', '.join(clause.by)})" if clause.by else ""
    show.out(f"  {'yes' if clause.met else 'no ':<4}{'  ' * clause.depth}{one_line(clause.text + words, 500)}")


def _history(db: "Database", watch: "Watch") -> "list[MatchRow]":
    from wirewatch.state import matches

    return matches.history(db, watch.name)


def _article(db: "Database", index: Any, text: str) -> "Article":
    from wirewatch.errors import UserError
    from wirewatch.model import ArticleId
    from wirewatch.state.forgetting import found

    ids = [row[0] for row in found(db, url=text)] if "://" in text else [ArticleId(text)]
    articles = index.get(ids)
    if not articles:
        raise UserError(f"{text}: no article of this id or address is in the index; `wirewatch search` shows ids with --json")
    article: Article = articles[0]
    return article


def _over_time(db: "Database", index: Any, watch: "Watch", article: "Article") -> "list[Clause]":
    from datetime import UTC, datetime

    from wirewatch.state import matches, past
    from wirewatch.watch.explain import Known, conditions
    from wirewatch.watch.judge import entities_of, query_hash
    from wirewatch.watch.lookback import last_named

    if not (watch.at_least or watch.rate or watch.first_mention):
        return []
    key, wanted = query_hash(watch), entities_of(watch)
    saved = matches.saved(db, [(watch.name, key)]).get(watch.name, datetime.now(UTC))
    story = matches.numbers(db, [article.id]).get(article.id, (None, None))[1]
    named = [each for each in article.entities if not wanted or each in wanted] if watch.first_mention else []
    with db.read() as conn:
        tellings = past.tellings(conn, [story] if story else []).get(story or 0, [])
        hours, noted_from = past.hours(conn, watch.name, key), past.noted_from(conn)
    before = {entity: last_named(index, entity, article) for entity in named}
    return conditions(watch, article, Known(tellings, hours, saved, before, noted_from))


def _because(db: "Database", watch: "Watch", article: "Article", unmet: list[str], *, met: bool) -> str:
    """Why an article that meets a watch has no match."""
    from wirewatch.state import matches
    from wirewatch.watch.judge import query_hash

    if not met:
        return "it doesn't meet the watch"
    if unmet:
        return f"it meets the query, and not {', '.join(unmet)}"
    saved = matches.saved(db, [(watch.name, query_hash(watch))]).get(watch.name)
    if saved is None:
        return "it meets the watch, which isn't saved yet: `wirewatch run` saves it, and judges by it what comes from then on"
    again = f"`wirewatch watches replay {watch.name} --since {article.first_seen_at:%Y-%m-%d}` tells it"
    if article.first_seen_at < saved:
        return f"it meets the watch, and came before that was saved ({saved:%d %b %Y %H:%M} UTC); {again}"
    return f"it meets the watch now: it isn't judged yet (`wirewatch match` does that), or didn't meet it when it was; {again}"


def _told(row: "MatchRow") -> str:
    told = ", ".join(f"{each.channel}: {each.state}" for each in row.deliveries)
    by = f"its story met the watch {show.ago(row.matched_at)}, by {one_line(row.title, 100)!r}"
    if row.state == "suppressed":
        return f"{by}; it was recorded and not told: {row.reason}"
    return f"{by}; {told or 'recorded only: the watch has no channels'}"
