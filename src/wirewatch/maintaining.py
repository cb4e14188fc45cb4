"""What has to be done now and then: old months dropped, small files joined, the archive read back, the feeds' health told.

Each of these is safe to kill and to repeat; `wirewatch maintain` does all, Airflow's maintain DAG one a task.
"""

import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from wirewatch import alarms, upkeep
from wirewatch.errors import Unavailable
from wirewatch.house import House, recover_archive
from wirewatch.pruning import oldest_kept, past
from wirewatch.state import grouping, runs
from wirewatch.state import health as feeds_health
from wirewatch.state.database import sweep as sweep_claims

KEEP_RUNS = timedelta(days=90)
NEW_FILES = timedelta(days=2)  # younger than that, a file is read back each day
ROUND = 30  # days in which every older file is read back once
LISTED = 20  # feeds named in an alarm; the rest is a number

Summary = dict[str, int]


def prune(house: House, *, dry_run: bool = False) -> Summary:
    """Drop the whole months of articles and the files of pages that are past their keeping time; what was dropped, by month."""
    now, kept, settings = datetime.now(UTC), house.settings.main, house.settings
    done: Summary = {}
    for month, held in past(house.index, oldest_kept(now, kept.index.keep)).items() if kept.index.keep else ():
        if not dry_run:
            house.index.drop(month)
        done[f"articles of {month}"] = held
    if kept.archive.keep:
        files = upkeep.prune_archive(settings.archive, house.db, oldest_kept(now, kept.archive.keep), dry_run=dry_run)
        done["files of pages"] = len(files)
    return done


def sweep(house: House) -> Summary:
    """Take up what dead processes left: claims, half-written files, pages that nobody acknowledged; forget old runs, and texts
    that no copy is looked for of any more.
    """
    main = house.settings.main
    return {
        "claims freed": sweep_claims(house.db),
        "pages taken up": recover_archive(house.db, house.settings.archive),
        "old runs forgotten": runs.drop_old(house.db, KEEP_RUNS),
        "old texts forgotten": grouping.drop_old(house.db, main.stories.window, oldest_kept(datetime.now(UTC), main.index.keep)),
    }


def compact(house: House) -> Summary:
    """Join the small files of past days."""
    before, after = upkeep.compact(house.settings.archive, house.db, stopped=house.stop.is_set)
    return {"files before": before, "files after": after}


def check(house: House, today: datetime | None = None) -> Summary:
    """Read back the archive's new files, and each day a thirtieth of the old ones, as far as time allows.

    Raises Unavailable if a page is damaged, or if there was no time for all of the new ones.
    """
    files, pages, problems, late_at = 0, 0, list[str](), ""
    for name, whole, wrong in upkeep.check(house.settings.archive, house.db, _due(today or datetime.now(UTC))):
        files, pages, problems = files + 1, pages + whole, problems + wrong
        if house.stop.is_set():
            late_at = name
            break
    if problems:
        raise Unavailable(f"the archive has {len(problems)} problems, the first: {problems[0]}; see `wirewatch archive check`")
    if late_at:
        raise Unavailable(f"the time was up after {files} files, the last {late_at}; `wirewatch archive check` reads all")
    return {"files": files, "pages": pages}


def _due(today: datetime) -> Callable[[str], bool]:
    new, turn = f"{today - NEW_FILES:%Y/%m/%d}", today.toordinal() % ROUND
    return lambda file: file[:10] >= new or zlib.crc32(file.encode()) % ROUND == turn


def tell_health(house: House) -> None:
    """After a run: tell which feeds have fallen ill or are well again, if anybody is to be told. A channel's fault is logged."""
    if house.settings.main.alarms.channels:
        with suppress(Unavailable):  # logged, and tried again by the next run
            health(house)


def health(house: House) -> Summary:
    """Tell the alarms' channels which feeds have fallen ill or are well again since the last time; counts by health."""
    changed = feeds_health.changed(house.db)
    counts: Summary = {}
    for feed in changed:
        counts[feed.health or "well again"] = counts.get(feed.health or "well again", 0) + 1
    if changed:
        title = "wirewatch: " + ", ".join(f"{n} feeds {what}" for what, n in counts.items())
        lines = [f"{feed.health or 'well again'}: {feed.source}: {feed.url} {feed.reason}".rstrip() for feed in changed]
        more = [f"and {len(lines) - LISTED} more: wirewatch feeds list"] if len(lines) > LISTED else []
        if not alarms.tell(house.settings, title, "\n".join(lines[:LISTED] + more)) and house.settings.main.alarms.channels:
            raise Unavailable(f"{title}: none of the alarms' channels took it")
        feeds_health.told(house.db, changed)
    return counts


STEPS: Mapping[str, Callable[[House], Summary]] = {
    "sweep": sweep,
    "prune": prune,
    "health": health,
    "compact": compact,
    "check": check,
}
