"""Channels: where matches are told. An address is an Apprise URL, webhook(s)://HOST/…, or file://PATH for JSON lines.

An address may hold a password: outside this module it is known by its key, and shown without its secrets.
"""

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from wirewatch.errors import WirewatchError
from wirewatch.model import ChannelPlan, Message, Notice
from wirewatch.settings import Settings
from wirewatch.watch import messages
from wirewatch.watch.digests import Digest, Ways
from wirewatch.watch.timing import tell_at

FILE, WEBHOOKS = "file", ("webhook", "webhooks")
PROGRAMS = ("json", "jsons", FILE, *WEBHOOKS)  # receivers that are no people: they get all there is, one by one
AT_ONCE = ChannelPlan()
Week = Callable[[], Sequence[tuple[str, int]]]  # gives the last days, and how many stories met a watch on each
BRAKE = (20, timedelta(minutes=10))  # messages to people: what is more comes as one (field notes: more is switched off)


class DeliveryFailed(WirewatchError):
    """A message wasn't taken. Its text says by whom and why, without secrets."""

    def __init__(self, text: str, after: timedelta | None = None) -> None:
        super().__init__(text)
        self.after = after  # Retry-After: the receiver wants to be left alone for so long


class Channel(Protocol):
    """One address of a channel."""

    def send(self, message: Message, week: Week = list) -> None:
        """Deliver; returns once the receiver has taken it. `week`: the watch's, for a picture. Raises DeliveryFailed."""

    def gather(self, digest: Digest) -> None:
        """Deliver many at once, in the same way."""

    def say(self, notice: Notice) -> None:
        """Deliver what concerns wirewatch itself, in the same way."""


@dataclass(frozen=True, slots=True)
class Channels:
    """The config's channels: name → key of an address → the address."""

    by_name: Mapping[str, Mapping[str, Channel]]
    plans: Mapping[str, ChannelPlan] = field(default_factory=dict)
    braked: frozenset[str] = frozenset()  # keys of addresses that people read
    ways: Ways = field(default_factory=lambda: Ways({}))

    def __len__(self) -> int:
        return len(self.by_name)

    def addresses(self, names: Sequence[str]) -> list[tuple[str, str]]:
        """(channel, key) of every address of these channels."""
        return [(name, key) for name in names for key in self.by_name.get(name, {})]

    def get(self, name: str, key: str) -> Channel | None:
        """The address, or None if the config doesn't have it any more."""
        return self.by_name.get(name, {}).get(key)

    def plan(self, name: str) -> ChannelPlan:
        """When the channel tells."""
        return self.plans.get(name, AT_ONCE)

    def tell_at(self, names: Sequence[str], now: datetime) -> dict[str, datetime]:
        """When each of these channels tells what comes now."""
        return {name: tell_at(self.plan(name), now) for name in names if self.plan(name) != AT_ONCE}

    def cap(self, name: str, key: str) -> tuple[int, timedelta] | None:
        """How many messages the address gets at most, in which time."""
        return self.plan(name).rate or (BRAKE if key in self.braked else None)


def channels_of(settings: Settings) -> Channels:
    """The channels of the config; nothing is connected to yet."""
    kibana = settings.main.kibana
    space = "" if kibana.space == "default" else f"/s/{kibana.space}"
    ways = Ways({watch.name: watch for watch in settings.watches}, f"{kibana.url.rstrip('/')}{space}" if kibana.url else "")
    return open_channels(settings.channels, settings.home, settings.plans, ways)


def open_channels(
    channels: Mapping[str, Sequence[str]], home: Path, plans: Mapping[str, ChannelPlan] | None = None, ways: Ways | None = None
) -> Channels:
    """Channels by their addresses and plans. Relative paths lie below `home`."""
    plans = plans or {}
    opened = {
        name: {address_key(url): _channel(url, home, plans.get(name, AT_ONCE)) for url in urls} for name, urls in channels.items()
    }
    people = frozenset(address_key(url) for urls in channels.values() for url in urls if scheme(url) not in PROGRAMS)
    return Channels(opened, plans, people, ways or Ways({}))


def address_key(url: str) -> str:
    """What an address is known by in the state: no way leads back to its password."""
    return hashlib.blake2b(url.encode(), digest_size=8).hexdigest()


def scheme(url: str) -> str:
    """What stands before an address's `://`."""
    return url.partition("://")[0].lower()


def shown(url: str) -> str:
    """Scheme and host of an address, for people. With most services the host is a part of the secret: then the scheme alone."""
    try:
        parts = urlsplit(url)
        named = parts.scheme in (*PROGRAMS, "mailto", "mailtos") and parts.hostname
        return f"{parts.scheme}://{parts.hostname if named else '…'}"
    except ValueError:
        return "an address that can't be read"


def _channel(url: str, home: Path, plan: ChannelPlan) -> Channel:
    from wirewatch.watch.apprised import AppriseChannel
    from wirewatch.watch.webhook import WebhookChannel

    if scheme(url) == FILE:
        return FileChannel(home / url.removeprefix("file://"))
    return WebhookChannel(url, plan.secret) if scheme(url) in WEBHOOKS else AppriseChannel(url, plan.zone)


@dataclass(frozen=True, slots=True)
class FileChannel:
    """A file that gets one JSON object a line."""

    path: Path

    def send(self, message: Message, week: Week = list) -> None:  # noqa: ARG002
        """Append the message; it survives a power cut once this returns."""
        self._append(messages.json_line(message))

    def gather(self, digest: Digest) -> None:
        """Append every message."""
        self._append("".join(map(messages.json_line, digest.messages)))

    def say(self, notice: Notice) -> None:
        """Append the notice."""
        self._append(messages.notice_line(notice))

    def _append(self, line: str) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("a", encoding="utf-8", errors="replace") as file:
                file.write(line)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise DeliveryFailed(f"{self.path}: {error.strerror}") from error
