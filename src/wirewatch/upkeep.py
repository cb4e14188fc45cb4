"""The archive's upkeep: small files joined, every record checked, pages taken out. Safe to kill anywhere.

In each case the new file is closed first, then the state points to it, then the old ones go: no capture ever lies in a file
that isn't there. What a kill leaves behind is a file that nothing points to; the next `compact` deletes it.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import UTC, datetime

from wirewatch.archive.pages import NotWhole, Stretch, copied, stretches
from wirewatch.archive.read import list_files
from wirewatch.archive.store import open_store
from wirewatch.model import ArticleId
from wirewatch.state import moving
from wirewatch.state.database import Database
from wirewatch.state.moving import At

SMALL, JOINED = 16 * 1024 * 1024, 64 * 1024 * 1024  # bytes: below the one a file is joined, up to the other


def compact(archive: str, db: Database, *, dry_run: bool = False, stopped: Callable[[], bool] = lambda: False) -> tuple[int, int]:
    """Join the small files of each past day (UTC), and delete those that nothing points to; gives files before and after.

    Ends early, between two files it makes, once `stopped()`.
    """
    files = list_files(archive)
    left = _without_leftovers(archive, db, files, dry_run=dry_run)
    after = len(left)
    for group in _groups(archive, db, left):
        if stopped():
            break
        pages = [page for file in group for page in stretches(archive, file)]
        if not dry_run and pages:
            _replace(archive, db, group, pages, {})
        after -= len(group) - 1
    return len(files), after


def check(archive: str, db: Database, wanted: Callable[[str], bool] = lambda _: True) -> Iterator[tuple[str, int, list[str]]]:
    """Each wanted file's name, number of whole pages, and what is wrong with it; a file that is gone is always told."""
    names = list_files(archive)
    for name in filter(wanted, names):
        found, wrong = set(), []
        try:
            for page in stretches(archive, name):
                found.add(page.offset)
        except NotWhole as error:
            wrong.append(str(error))
        wrong += [f"{name} at {offset}: no whole page, where a capture says one is" for offset in moving.places(db, name) - found]
        yield name, len(found), wrong
    later = set(list_files(archive)) if (missing := sorted(moving.used_files(db) - set(names))) else set()
    for name in missing:
        if name not in later and (held := moving.places(db, name)):  # not one that was closed, or joined, meanwhile
            yield name, 0, [f"{name}: the file is gone, with {len(held)} captures"]


def drop_pages(archive: str, db: Database, ids: Collection[ArticleId]) -> int:
    """Take these articles' pages out of the archive, their files rewritten without them; gives the number of pages."""
    dropped = 0
    for file in sorted(moving.files_of(db, list(ids))):
        pages = list(stretches(archive, file))
        going = [page for page in pages if page.origin.article_id in ids]
        staying = [page for page in pages if page.origin.article_id not in ids]
        _replace(archive, db, [file], staying, {(file, page.offset): None for page in going})
        dropped += len(going)
    return dropped


def prune_archive(archive: str, db: Database, before: datetime, *, dry_run: bool = False) -> list[str]:
    """Delete the files of days before; their captures lie nowhere from then on. Gives the names."""
    busy, last = moving.busy_files(db), f"{before:%Y/%m/%d}"
    old = [name for name in list_files(archive) if name[:10] < last and name not in busy]
    for name in [] if dry_run else old:
        moving.move(db, {(name, offset): None for offset in moving.places(db, name)}, (), [name])
        open_store(archive).delete(name)
    return old


def _groups(archive: str, db: Database, files: Sequence[str]) -> Iterator[list[str]]:
    """Files of one past day that fit into one; none whose pages a worker may hold, and none that isn't whole."""
    today, busy, store = f"{datetime.now(UTC):%Y/%m/%d}", moving.busy_files(db), open_store(archive)
    group: list[str] = []
    size = 0
    for file in [*files, ""]:
        own = store.size(file) if file and file not in busy and file[:10] < today else 0
        fits = 0 < own < SMALL and _is_whole(archive, file)
        if group and (not file or file[:10] != group[0][:10] or (fits and size + own > JOINED)):
            if len(group) > 1:
                yield group
            group, size = [], 0
        if fits:
            group.append(file)
            size += own


def _is_whole(archive: str, file: str) -> bool:
    try:
        return sum(1 for _ in stretches(archive, file)) > 0
    except NotWhole:
        return False


def _replace(archive: str, db: Database, old: Sequence[str], pages: Sequence[Stretch], moves: dict[At, At | None]) -> None:
    """Put a file of these pages in the place of the old ones."""
    new: list[str] = []
    if pages:
        name, offsets = copied(archive, pages, db.owner)
        new.append(name)
        moves = moves | {(page.file, page.offset): (name, at) for page, at in zip(pages, offsets, strict=True)}
    moving.move(db, moves, new, old)
    for file in old:
        open_store(archive).delete(file)


def _without_leftovers(archive: str, db: Database, files: Sequence[str], *, dry_run: bool) -> list[str]:
    """Delete files whose every page lies elsewhere, as a kill leaves them; gives the others."""
    used = moving.used_files(db)
    kept = []
    for file in files:
        if file in used or not _lies_elsewhere(archive, db, file):
            kept.append(file)
        elif not dry_run:
            moving.move(db, {}, (), [file])
            open_store(archive).delete(file)
    return kept


def _lies_elsewhere(archive: str, db: Database, file: str) -> bool:
    try:
        pages = list(stretches(archive, file))
        places = [moving.place_of(db, page.origin.article_id, page.origin.n) for page in pages]
        wanted: dict[str, set[int]] = {}
        for place in places:
            if place is None:
                return False
            wanted.setdefault(place[0], set()).add(place[1])
        return all(offsets <= {page.offset for page in stretches(archive, name)} for name, offsets in wanted.items())
    except NotWhole:
        return False
