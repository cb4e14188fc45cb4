"""webhook(s)://HOST[:PORT]/PATH: JSON with numbers, lists and null as they are, signed as standardwebhooks.com says."""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import httpx

from wirewatch.index.document import rfc3339
from wirewatch.model import Message, Notice
from wirewatch.safe import json_text
from wirewatch.state.identity import short_hash
from wirewatch.watch import messages
from wirewatch.watch.channels import DeliveryFailed, Week, shown
from wirewatch.watch.digests import Digest

VERSION = 1  # of the body's form (docs/reference.md)
TIMEOUT = 10.0  # seconds of silence
LONGEST = timedelta(hours=24)  # that a Retry-After may ask


@dataclass(frozen=True, slots=True)
class WebhookChannel:
    """One receiver of signed JSON."""

    url: str
    secret: str = field(default="", repr=False)

    def check(self) -> None:
        """Raises DeliveryFailed if the address has no host; nothing is sent."""
        try:
            host = urlsplit(self.url).hostname
        except ValueError:
            host = None
        if not host:
            raise DeliveryFailed(f"{shown(self.url)} has no host; write webhook://HOST/PATH")

    def send(self, message: Message, week: Week = list) -> None:  # noqa: ARG002
        """Deliver one match."""
        id_ = f"{message.match_id}-{message.version}" if message.version else message.match_id
        self._post(id_, "match", {"matches": [messages.plain(message)]})

    def gather(self, digest: Digest) -> None:
        """Deliver many matches, all of them."""
        self._post(digest.id, "digest", {"matches": [messages.plain(each) for each in digest.messages]})

    def say(self, notice: Notice) -> None:
        """Deliver what concerns wirewatch itself."""
        parts = {"title": notice.title, "text": notice.text, "at": rfc3339(notice.at)}
        self._post(short_hash(f"{notice.title}\0{parts['at']}"), "notice", {"notice": parts})

    def _post(self, id_: str, kind: str, parts: dict[str, Any]) -> None:
        now = datetime.now(UTC)
        body = json_text({"version": VERSION, "id": id_, "kind": kind, "sent_at": rfc3339(now)} | parts)
        data = body.encode()
        headers = {"Content-Type": "application/json", "User-Agent": "wirewatch"} | signed(self.secret, id_, now, data)
        url = self.url.replace("webhook", "http", 1)
        try:
            with (
                httpx.Client(timeout=TIMEOUT, trust_env=False) as client,
                client.stream("POST", url, content=data, headers=headers) as answer,
            ):
                status, asked = answer.status_code, answer.headers.get("retry-after", "")
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise DeliveryFailed(f"{shown(self.url)}: {_why(error)}") from None
        if not 200 <= status < 300:
            after = retry_after(asked, now) if status in (429, 503) else None
            raise DeliveryFailed(f"{shown(self.url)} answered {status}", after)


def signed(secret: str, id_: str, at: datetime, body: bytes) -> dict[str, str]:
    """The headers that name a message, and prove who sent it and that nobody changed it; without a secret only its name."""
    stamp = f"{at.timestamp():.0f}"
    named = {"webhook-id": id_, "webhook-timestamp": stamp}
    if not secret:
        return named
    digest = hmac.digest(_key(secret), f"{id_}.{stamp}.".encode() + body, hashlib.sha256)
    return named | {"webhook-signature": f"v1,{base64.b64encode(digest).decode()}"}


def retry_after(asked: str, now: datetime) -> timedelta | None:
    """Retry-After in seconds or as a date; a day at most. None: it says nothing that can be read."""
    try:
        wait = timedelta(seconds=int(asked)) if asked.strip().isdigit() else parsedate_to_datetime(asked) - now
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(wait, timedelta(0)), LONGEST)


def _key(secret: str) -> bytes:
    """The bytes of a secret: `whsec_` and base64, as libraries of the standard make them, or any text."""
    if secret.startswith("whsec_"):
        try:
            return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        except binascii.Error:
            pass
    return secret.encode()


def _why(error: Exception) -> str:
    """What went wrong, in words that hold nothing of the address."""
    text = str(error).lower()
    if isinstance(error, httpx.TimeoutException):
        return f"no answer within {TIMEOUT:.0f} s"
    known = {"refused": "refuses connections", "certificate": "TLS: its certificate is not to be trusted", "ssl": "TLS fails"}
    known |= {"name or service": "no such host", "name resolution": "no such host"}
    return next((said for sign, said in known.items() if sign in text), type(error).__name__)
