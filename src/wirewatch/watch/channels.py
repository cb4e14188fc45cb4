"""Channels: where matches are told. An address is an Apprise URL, or file://PATH for JSON lines.

An address may hold a password: outside this module it is known by its key, and shown without its secrets.
"""

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote, urlsplit

from wirewatch.errors import WirewatchError
from wirewatch.model import Message, Notice
from wirewatch.watch import messages

FILE = "file://"


class DeliveryFailed(WirewatchError):
    """A message wasn't taken. Its text says by whom, without secrets."""


class Channel(Protocol):
    """One address of a channel."""

    def send(self, message: Message) -> None:
        """Deliver; returns once the receiver has taken it. Raises DeliveryFailed."""

    def say(self, notice: Notice) -> None:
        """Deliver what concerns wirewatch itself, in the same way."""


@dataclass(frozen=True, slots=True)
class Channels:
    """The config's channels: name → key of an address → the address."""

    by_name: Mapping[str, Mapping[str, Channel]]

    def __len__(self) -> int:
        return len(self.by_name)

    def addresses(self, names: Sequence[str]) -> list[tuple[str, str]]:
        """(channel, key) of every address of these channels."""
        return [(name, key) for name in names for key in self.by_name.get(name, {})]

    def get(self, name: str, key: str) -> Channel | None:
        """The address, or None if the config doesn't have it any more."""
        return self.by_name.get(name, {}).get(key)


def open_channels(channels: Mapping[str, Sequence[str]], home: Path) -> Channels:
    """The channels of the config; nothing is connected to yet. Relative paths lie below `home`."""
    return Channels({name: {address_key(url): _channel(url, home) for url in urls} for name, urls in channels.items()})


def address_key(url: str) -> str:
    """What an address is known by in the state: no way leads back to its password."""
    return hashlib.blake2b(url.encode(), digest_size=8).hexdigest()


def shown(url: str) -> str:
    """Scheme and host of an address, for people."""
    try:
        parts = urlsplit(url)
        return f"{parts.scheme}://{parts.hostname or '…'}"
    except ValueError:
        return "an address that can't be read"


def _channel(url: str, home: Path) -> Channel:
    return FileChannel(home / url.removeprefix(FILE)) if url.startswith(FILE) else AppriseChannel(url)


@dataclass(frozen=True, slots=True)
class FileChannel:
    """A file that gets one JSON object a line."""

    path: Path

    def send(self, message: Message) -> None:
        """Append the message; it survives a power cut once this returns."""
        self._append(messages.json_line(message))

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


@dataclass(frozen=True, slots=True)
class AppriseChannel:
    """One Apprise address. One object an address: what worked is never sent again because another failed."""

    url: str

    def send(self, message: Message) -> None:
        """Send by Apprise, in the format that the receiver speaks."""
        sender = self._sender(_with_fields(self.url, message))
        form = _format(sender[0].notify_format)
        body = {"html": messages.as_html, "markdown": messages.markdown}.get(form, messages.text)(message)
        self._notify(sender, messages.title(message), body, form)

    def say(self, notice: Notice) -> None:
        """Send the notice as plain text: Apprise turns it into what the receiver speaks."""
        self._notify(self._sender(self.url), notice.title, messages.notice_text(notice), "text")

    def _sender(self, url: str) -> Any:
        sender = _apprise(url)
        if not sender:
            raise DeliveryFailed(f"{shown(self.url)} is no Apprise address")
        return sender

    def _notify(self, sender: Any, title: str, body: str, form: str) -> None:
        if not sender.notify(title=title, body=body, body_format=form):
            raise DeliveryFailed(f"{shown(self.url)} did not take it")


def _apprise(url: str) -> Any:
    """An Apprise object for one address; empty, and so false, if the address is none."""
    import apprise  # here: half a second that only telling needs

    asset = apprise.AppriseAsset(async_mode=False, app_id="wirewatch", app_desc="wirewatch", app_url="")
    sender = apprise.Apprise(asset=asset)
    sender.add(f"{url}{'&' if '?' in url else '?'}overflow=split")
    return sender


def _format(spoken: Any) -> str:
    """The format that a receiver likes best: Apprise gives one, or several with the best first."""
    best = spoken[0] if isinstance(spoken, tuple) else spoken
    return str(getattr(best, "value", best))


def _with_fields(url: str, message: Message) -> str:
    """For webhooks: the parts of the message as JSON fields, and the match's id in a header, so that a repeat can be dropped."""
    if urlsplit(url).scheme not in ("json", "jsons"):
        return url
    fields = "&".join(f":{name}={quote(value, safe='')}" for name, value in messages.fields(message).items())
    version = f"-{message.version}" if message.version else ""  # an update is no repeat
    return f"{url}{'&' if '?' in url else '?'}{fields}&+X-Wirewatch-Match={message.match_id}{version}"
