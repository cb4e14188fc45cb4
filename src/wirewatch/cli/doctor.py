"""`doctor`: is everything reachable, current and permitted?"""

import shutil
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer

from wirewatch.cli import asking, show
from wirewatch.errors import Unavailable, UserError, WirewatchError

if TYPE_CHECKING:
    from wirewatch.settings import Settings

LITTLE_DISK = 1_000_000_000  # bytes; a day of 500 pages an hour takes about a fifth of it


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command()(doctor)


def doctor(ctx: typer.Context, as_json: asking.Json = False) -> None:
    """Check config, state, archive, index, feeds and channels; exit code 1 if something is wrong."""
    settings = ctx.obj.settings()
    well = True
    for look in (config, contact, state, archive, disk, server, index, feeds, channels):
        fine, finding = _looked(look, settings)
        well = well and fine
        if as_json:
            show.json_line({"check": look.__name__, "ok": fine, "finding": finding})
        else:
            show.out(f"{'ok ' if fine else 'BAD'} {look.__name__:<9} {finding}")
    raise typer.Exit(0 if well else 1)


def _looked(look: "Callable[[Settings], str]", settings: "Settings") -> tuple[bool, str]:
    try:
        return True, look(settings)
    except WirewatchError as error:
        return False, str(error)
    except OSError as error:
        return False, f"{error.strerror}: {error.filename}"


def config(settings: "Settings") -> str:
    """The config parsed, or the command would have ended before."""
    count = sum(len(source.feeds) for source in settings.sources)
    return f"{settings.config}: {count} feeds, {len(settings.watches)} watches, {len(settings.entities)} entities"


def contact(settings: "Settings") -> str:
    """Site owners must be able to reach whoever asks."""
    if not settings.main.fetch.contact:
        raise UserError("[fetch] contact is empty: site owners can't reach you; set a mail address in wirewatch.toml")
    return settings.main.fetch.contact


def state(settings: "Settings") -> str:
    """The state database opens, and is of this version."""
    from wirewatch.state import captures
    from wirewatch.state.database import opened

    with opened(settings.main.state.url, settings.home) as db:
        return "articles: " + show.counted(captures.counts(db).articles, "none yet")


def archive(settings: "Settings") -> str:
    """The archive can be written, read, deleted from and listed, and its newest file is sound."""
    from wirewatch.archive.read import list_files, read_records
    from wirewatch.archive.store import probe
    from wirewatch.state.owners import new_owner

    probe(settings.archive, new_owner())
    files = sorted(list_files(settings.archive))
    pages = len(list(read_records(settings.archive, files[-1]))) if files else 0
    return f"{settings.archive}: {len(files)} files" + (f", {pages} pages in the newest" if files else "")


def disk(settings: "Settings") -> str:
    """There is room to go on."""
    folder = next(path for path in (settings.home, *settings.home.absolute().parents) if path.exists())
    free = shutil.disk_usage(folder).free
    if free < LITTLE_DISK:
        raise Unavailable(f"{free / 1e9:.2f} GB free in {folder}; below 1 GB is too little")
    return f"{free / 1e9:.0f} GB free in {folder}"


def index(settings: "Settings") -> str:
    """The index opens, is of this version, and holds what the state says."""
    from wirewatch.pruning import oldest_kept
    from wirewatch.state import rebuilding
    from wirewatch.state.database import opened

    with asking.opened_index(settings) as articles:
        held = articles.total()
    with opened(settings.main.state.url, settings.home) as db:
        wanted = rebuilding.count(db, oldest_kept(datetime.now(UTC), settings.main.index.keep))
    if held != wanted:
        raise Unavailable(f"the index holds {held} articles, the state says {wanted}; `wirewatch run --once`, then look again")
    return f"{held} articles"


def server(settings: "Settings") -> str:
    """The index's server is set up for this version, and the login may do what `run` does."""
    where = settings.main.index
    if where.url == "embedded":
        return "none is needed: the index is embedded"
    from wirewatch.index.elastic.client import check_version, connect
    from wirewatch.index.elastic.generations import Generations
    from wirewatch.index.elastic.roles import missing

    with closing(connect(where)) as client:
        check_version(client, where.url)
        if lacking := missing(client, where.url, where.name, "writer"):
            raise Unavailable(f"{where.url}: the login lacks {', '.join(lacking)}; see `wirewatch index roles`")
        found = Generations(client, where.url, where.name).writable()
    return f"{where.url}: {where.name} is set up" + (", and a rebuild is under way" if len(found) > 1 else "")


def feeds(settings: "Settings") -> str:
    """The feeds answer."""
    from wirewatch.state import feeds as rows
    from wirewatch.state.database import opened

    with opened(settings.main.state.url, settings.home) as db:
        rows.sync(db, settings.sources)
        active = [row for row in rows.rows(db) if row.active]
    failing = [row for row in active if row.reason]
    if failing:
        raise Unavailable(f"{len(failing)} of {len(active)} fail, the first is {failing[0].url} ({failing[0].reason})")
    new = sum(1 for row in active if row.last_success_at is None)
    return f"{len(active)} feeds, none fails" + (f", {new} not polled yet" if new else "")


def channels(settings: "Settings") -> str:
    """Every channel's addresses are of a form that can be told."""
    from wirewatch.watch.apprised import AppriseChannel
    from wirewatch.watch.channels import DeliveryFailed, channels_of
    from wirewatch.watch.webhook import WebhookChannel

    opened, bad = channels_of(settings), list[str]()
    for name, key in opened.addresses(list(opened.by_name)):
        if isinstance(channel := opened.get(name, key), AppriseChannel | WebhookChannel):
            try:
                channel.check()
            except DeliveryFailed as error:
                bad.append(str(error))
    if bad:
        raise UserError("; ".join(bad))
    return f"{len(opened)} channels" if opened else "none; matches are recorded only"
