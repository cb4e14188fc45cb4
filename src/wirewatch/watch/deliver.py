"""Tell: send what the outbox holds. At least once; a repeat only if a kill fell between sending and noting.

Each address has a thread of its own, beside the pipeline: one that hangs or fails holds up neither another nor the indexing.
"""

import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import structlog

from wirewatch.errors import WirewatchError
from wirewatch.model import ArticleId, Counts
from wirewatch.state import matches, stories
from wirewatch.state.database import Database
from wirewatch.state.matches import OutboxTask
from wirewatch.watch.channels import Channel, Channels, DeliveryFailed
from wirewatch.watch.digests import Digest, gathered
from wirewatch.watch.timing import gathers, quiet_until

log = structlog.get_logger()
PATIENCE = 30.0  # seconds that a command waits for its slowest address; Apprise gives up on a silent one after 8
HASTE = 1.5  # seconds that messages under way still get when told to stop
FEW = 10  # messages claimed at a time …
TURN = 30.0  # … and seconds after which the rest is given back: a claim lasts a minute
MOST = 5_000  # messages gathered into one
IN_A_ROW = 2  # failures after which the address rests: one message alone may be to blame, two are not
BREAK = 60.0  # seconds after an error of ours or the state's until the address is tried again: a claim lasts so long
DAYS = 7  # of a mail's picture


class Post:
    """Sends to every address that something is due for, in the background."""

    def __init__(self, db: Database, channels: Channels, stop: threading.Event) -> None:
        self._db, self._channels, self._stop = db, channels, stop
        self._lock, self._counts = threading.Lock(), Counts()
        self._senders: dict[tuple[str, str], threading.Thread] = {}
        self._began: dict[tuple[str, str], float] = {}
        self._broke: dict[tuple[str, str], float] = {}  # when the sender ended by an error of ours or the state's

    def look(self) -> bool:
        """Start sending what is due and not under way yet; False if there is nothing."""
        started = False
        for due in [] if self._stop.is_set() else matches.due_addresses(self._db):
            address = due.channel, due.address
            with self._lock:
                sender = self._senders.get(address)
                if (sender is not None and sender.is_alive()) or self._breaks(address):
                    continue
                self._senders[address] = threading.Thread(
                    target=self._serve, args=address, name=f"tell {due.channel}", daemon=True
                )
                self._began[address], started = time.monotonic(), True
                self._senders[address].start()
        return started

    def wait(self, seconds: float) -> bool:
        """Wait until all has been sent that is under way; for an address that hangs only so long in all, then never again."""
        while slow := [address for address, sender in self._senders.items() if sender.is_alive()]:
            patience = min(seconds, HASTE) if self._stop.is_set() else seconds
            if all(time.monotonic() - self._began[address] >= patience for address in slow):
                return False
            time.sleep(0.02)
        return True

    def close(self) -> None:
        """Send nothing more. What is under way still gets a moment, so that it is noted: else it would be sent again."""
        self._stop.set()
        end = time.monotonic() + HASTE
        for sender in list(self._senders.values()):
            sender.join(max(0.0, end - time.monotonic()))

    def taken(self) -> Counts:
        """What came of it since this was asked last."""
        with self._lock:
            counts, self._counts = self._counts, Counts()
            return counts

    def _serve(self, name: str, key: str) -> None:
        """Send to one address until nothing is due, or it wants to be left alone."""
        try:
            while not self._stop.is_set() and self._turn(name, key):
                pass
        except WirewatchError as error:  # the state can't be reached: the claims lapse, a later look goes on
            self._broke[name, key] = time.monotonic()
            log.error("telling stopped", channel=name, why=str(error))
        except Exception as error:
            self._broke[name, key] = time.monotonic()
            log.error("bug", channel=name, exc_info=error)

    def _breaks(self, address: tuple[str, str]) -> bool:
        """Whether its sender ended by an error just now: begun again at once, it would do so for ever."""
        return address in self._broke and time.monotonic() - self._broke[address] < BREAK

    def _turn(self, name: str, key: str) -> bool:
        """One claim's worth; False: enough for now."""
        channel, plan = self._channels.get(name, key), self._channels.plan(name)
        now = datetime.now(UTC)
        if (awake := quiet_until(plan, now)) > now:
            matches.rest(self._db, name, key, awake)
            return False
        number, together = (MOST, True) if gathers(plan) else self._room(name, key)
        tasks = matches.claim_outbox(self._db, number, (name, key)) if number else []
        if not tasks:
            return False
        if together and len(tasks) > 1:
            return self._note(tasks, self._try(name, channel, tasks))
        return self._one_by_one(name, key, channel, tasks)

    def _room(self, name: str, key: str) -> tuple[int, bool]:
        """How many messages may be claimed, and whether they go as one: the last that the cap lets through takes all the rest."""
        cap = self._channels.cap(name, key)
        if cap is None:
            return FEW, False
        told = matches.told_since(self._db, name, key, cap[1])
        room = cap[0] - len(told)
        if room <= 0:
            matches.rest(self._db, name, key, told[-cap[0]] + cap[1] + timedelta(milliseconds=1))
            return 0, False
        waiting = sum(due.messages for due in matches.due_addresses(self._db) if (due.channel, due.address) == (name, key))
        if waiting > room:
            return (MOST, True) if room == 1 else (min(FEW, room - 1), False)
        return min(FEW, room), False

    def _one_by_one(self, name: str, key: str, channel: Channel | None, tasks: Sequence[OutboxTask]) -> bool:
        end, failures = time.monotonic() + TURN, 0
        for n, task in enumerate(tasks):
            if self._stop.is_set() or time.monotonic() > end:
                matches.release_outbox(self._db, tasks[n:])
                return True
            error = self._try(name, channel, [task])
            failures = 0 if self._note([task], error) else failures + 1
            if error and (failures >= IN_A_ROW or error.after):
                wait = max(error.after or timedelta(0), timedelta(minutes=1))
                matches.rest(self._db, name, key, datetime.now(UTC) + wait)
                return False
        return True

    def _try(self, name: str, channel: Channel | None, tasks: Sequence[OutboxTask]) -> DeliveryFailed | None:
        """Send these, as one message if they are many; gives what went wrong."""
        try:
            if channel is None:
                raise DeliveryFailed(f"{name}: the address is not in wirewatch.toml any more")
            if len(tasks) == 1:
                channel.send(tasks[0].message, partial(self._week, name, tasks[0].message.watch))
            else:
                channel.gather(self._digest(tasks))
        except DeliveryFailed as error:
            return error
        except Exception as error:
            log.error("bug", channel=name, match=tasks[0].match_id, exc_info=error)
            return DeliveryFailed(f"{type(error).__name__} while sending")
        return None

    def _digest(self, tasks: Sequence[OutboxTask]) -> Digest:
        found = [task.message for task in tasks]
        tellings = stories.counts(self._db, [ArticleId(each.story_id) for each in found])
        return gathered(found, tellings, self._channels.ways)

    def _note(self, tasks: Sequence[OutboxTask], error: DeliveryFailed | None) -> bool:
        """Write down what came of it; True if they were taken."""
        if error is None:
            matches.sent(self._db, *tasks)
            outcomes = ["sent"] * len(tasks)
        else:
            said = {"pending": "to be sent again", "dead": "dead"}
            outcomes = [said[state] for state in matches.failed(self._db, tasks, str(error), error.after)]
        with self._lock:
            for outcome in outcomes:
                self._counts.add(outcome)
        return error is None

    def _week(self, channel: str, watch: str) -> list[tuple[str, int]]:
        """The stories that met the watch, by day of the channel's time zone."""
        zone = ZoneInfo(self._channels.plan(channel).zone)
        today = datetime.now(zone).date()
        days = [today - timedelta(days=n) for n in range(DAYS - 1, -1, -1)]
        since = datetime.combine(days[0], datetime.min.time(), zone).astimezone(UTC)
        met = [at.astimezone(zone).date() for at in matches.times_met(self._db, watch, since)]
        return [(f"{day:%d %b}", met.count(day)) for day in days]
