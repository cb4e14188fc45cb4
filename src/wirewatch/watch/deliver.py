"""Tell: send what the outbox holds. At least once; a repeat only if a kill fell between sending and noting."""

import threading
import time
from collections import defaultdict
from collections.abc import Sequence

import structlog

from wirewatch.errors import WirewatchError
from wirewatch.model import Counts
from wirewatch.state import matches
from wirewatch.state.database import Database
from wirewatch.state.matches import OutboxTask
from wirewatch.watch.channels import Channels

log = structlog.get_logger()
PATIENCE = 30.0  # seconds that one round waits for its slowest address; Apprise gives up on a silent one after 8
HASTE = 1.5  # seconds that messages under way still get when told to stop


def deliver(db: Database, channels: Channels, stop: threading.Event) -> Counts:
    """Send every message that is due. Each address has a thread of its own: one that hangs holds up nobody else."""
    counts = Counts()
    while not stop.is_set() and (tasks := matches.claim_outbox(db)):
        if not _round(db, channels, tasks, stop, counts):
            break
    return counts


def _round(db: Database, channels: Channels, tasks: Sequence[OutboxTask], stop: threading.Event, counts: Counts) -> bool:
    """Send these, all addresses at once; False if one was too slow, whose messages come in a later run."""
    by_address: dict[tuple[str, str], list[OutboxTask]] = defaultdict(list)
    for task in tasks:
        by_address[task.channel, task.address].append(task)
    lock = threading.Lock()
    senders = [
        threading.Thread(target=_send_all, args=(db, channels, mine, stop, counts, lock), daemon=True)
        for mine in by_address.values()
    ]
    end = time.monotonic() + PATIENCE
    for sender in senders:
        sender.start()
    for sender in senders:
        while sender.is_alive() and time.monotonic() < end:
            sender.join(0.1)
            if stop.is_set():
                end = min(end, time.monotonic() + HASTE)
    return not any(sender.is_alive() for sender in senders)


def _send_all(
    db: Database, channels: Channels, tasks: Sequence[OutboxTask], stop: threading.Event, counts: Counts, lock: threading.Lock
) -> None:
    """The messages of one address, one after another; after a failure the rest wait for their next turn."""
    for n, task in enumerate(tasks):
        if stop.is_set():
            matches.release_outbox(db, tasks[n:])
            return
        outcome = _send(db, channels, task)
        with lock:
            counts.add(outcome)


def _send(db: Database, channels: Channels, task: OutboxTask) -> str:
    channel = channels.get(task.channel, task.address)
    try:
        if channel is None:
            raise WirewatchError(f"{task.channel}: the address is not in wirewatch.toml any more")
        channel.send(task.message)
    except WirewatchError as error:
        return _failed(db, task, str(error))
    except Exception as error:
        log.error("bug", channel=task.channel, match=task.match_id, exc_info=error)
        return _failed(db, task, f"{type(error).__name__} while sending")
    matches.sent(db, task)
    return "sent"


def _failed(db: Database, task: OutboxTask, error: str) -> str:
    return {"pending": "to be sent again", "dead": "dead"}[matches.failed_once(db, task, error)]
