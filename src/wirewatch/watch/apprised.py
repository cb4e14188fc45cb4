"""Addresses that Apprise sends to: mail, Slack, Telegram, Teams, Discord, ntfy and a hundred more, each in its own format."""

import io
import logging
import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from wirewatch.model import Message, Notice
from wirewatch.plot import Plot
from wirewatch.plot import write as draw
from wirewatch.safe import json_text
from wirewatch.watch import digests, mails, messages
from wirewatch.watch.channels import DeliveryFailed, Week, scheme, shown
from wirewatch.watch.digests import Digest
from wirewatch.watch.messages import HTML, MARKDOWN, STYLES, TEXT, Style

MAIL, JSON, NTFY = ("mailto", "mailtos"), ("json", "jsons"), ("ntfy", "ntfys")
ASSET: dict[str, Any] = {"app_id": "wirewatch", "app_desc": "wirewatch", "app_url": "", "async_mode": False}
ASSET |= {"image_url_mask": "", "image_url_logo": ""}  # else readers' devices fetch pictures from Apprise's repository
CARDS = ("discord",)  # speak Markdown, but only in a frame that has to be asked for
_IMPORTING = threading.Lock()
WHY = {  # what Apprise's log or its libraries say, and what that means; nothing of their own words is passed on
    r"timed? ?out": "no answer in time",
    r"refused": "refuses connections",
    r"certificate": "TLS: its certificate is not to be trusted",
    r"ssl|tls": "TLS fails",
    r"name or service|name resolution|nodename": "no such host",
    r"auth|password|5\.7\.8": "refuses the login",
    r"connection": "can't be reached",
}


@dataclass(frozen=True, slots=True)
class AppriseChannel:
    """One Apprise address. One object an address: what worked is never sent again because another failed."""

    url: str
    zone: str = "UTC"

    def send(self, message: Message, week: Week = list) -> None:
        """Send by Apprise, in the format that the receiver speaks; a mail with the picture of the week."""
        if scheme(self.url) in MAIL:
            days = week()
            self._mail(messages.title(message), mails.page([message], self.zone, week=days), days)
            return
        version = f"-{message.version}" if message.version else ""  # an update is no repeat
        more = self._beside(messages.fields(message), message.match_id + version, message.url)
        sender, style = self._sender(more)
        titled = style is TEXT
        body = messages.body(message, style, self.zone, titled=titled)
        self._notify(sender, messages.title(message) if titled else "", body, style)

    def gather(self, digest: Digest) -> None:
        """Send many in one message."""
        if scheme(self.url) in MAIL:
            self._mail(digests.title(digest), mails.page(digest.listed, self.zone, more=digest.more))
            return
        matches = [messages.plain(each) for each in digest.messages]
        more = self._beside({"match_id": digest.id, "matches": json_text(matches)}, digest.id, "")
        sender, style = self._sender(more)
        title, body = digests.title(digest), digests.body(digest, style, self.zone)
        if style is not TEXT:
            title, body = "", style.lines([style.bold(style.foreign(title)), body])
        self._notify(sender, title, body, style)

    def say(self, notice: Notice) -> None:
        """Send the notice as plain text: Apprise turns it into what the receiver speaks."""
        sender, _ = self._sender("")
        self._notify(sender, messages.quiet(notice.title), messages.notice_text(notice), TEXT)

    def check(self) -> None:
        """Raises DeliveryFailed if Apprise can't read the address; nothing is sent."""
        self._sender("")

    def _beside(self, fields: dict[str, str], id_: str, link: str) -> str:
        """What an address gets beside the text: a webhook the parts as fields and the id in a header, ntfy what a tap opens."""
        if scheme(self.url) in JSON:
            return "&".join(f":{key}={quote(value, safe='')}" for key, value in fields.items()) + f"&+X-Wirewatch-Match={id_}"
        if scheme(self.url) in NTFY and (address := messages.web_address(link)):
            return f"click={quote(address, safe='')}"
        return ""

    def _sender(self, beside: str) -> tuple[Any, Style]:
        """An Apprise object for this one address, and the style that its receiver likes best."""
        apprise = _apprise()
        card = "format=markdown" if scheme(self.url) in CARDS and "format=" not in self.url else ""
        options = "&".join(part for part in (beside, card, "overflow=split") if part)
        sender = apprise.Apprise(asset=apprise.AppriseAsset(**ASSET))
        if not sender.add(f"{self.url}{'&' if '?' in self.url else '?'}{options}"):
            raise DeliveryFailed(f"{shown(self.url)} is no Apprise address")
        return sender, MARKDOWN if card else _style(sender[0].notify_format)

    def _mail(self, subject: str, page: str, week: Sequence[tuple[str, int]] = ()) -> None:
        sender, _ = self._sender("inline=yes")
        memory = _apprise().attachment.memory
        attach = [memory.AttachMemory(picture(week), name=mails.PICTURE, mimetype="image/png")] if week else []
        self._notify(sender, subject, page, HTML, attach)

    def _notify(self, sender: Any, title: str, body: str, style: Style, attach: Sequence[Any] = ()) -> None:
        with _EAR.listening() as said:  # the plugin itself: Apprise's own pool of six threads could be full of hanging ones
            wanted = {"title": title, "body": body, "body_format": style.name, "attach": attach or None}
            taken = all(plugin.notify(**wanted) for plugin in sender)
        if not taken:
            raise DeliveryFailed(f"{shown(self.url)} did not take it{_why(said)}")


def _apprise() -> Any:
    """The library: half a second that only telling needs. Two threads that import parts of it at once find half of it."""
    with _IMPORTING:
        import apprise
        import apprise.attachment.memory

        return apprise


def picture(week: Sequence[tuple[str, int]]) -> bytes:
    """The stories of the last days as a PNG."""
    made = io.BytesIO()
    draw(Plot(title="stories a day", bars={day: {"": n} for day, n in week}, series=[""], timed=True), made)
    return made.getvalue()


def _style(spoken: Any) -> Style:
    """The format that a receiver likes best: Apprise gives one, or several with the best first."""
    best = spoken[0] if isinstance(spoken, tuple) else spoken
    return STYLES.get(str(getattr(best, "value", best)), TEXT)


class _Ear(logging.Handler):
    """Keeps what Apprise logs in each thread: it answers no more than yes or no. Its lines may hold secrets, and go nowhere."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.of = threading.local()

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the line, if somebody listens in this thread."""
        if (said := getattr(self.of, "said", None)) is not None:
            said.append(record.getMessage())

    @contextmanager
    def listening(self) -> Iterator[list[str]]:
        """What is logged meanwhile."""
        self.of.said = []
        try:
            yield self.of.said
        finally:
            self.of.said = None


_LOG, _EAR = logging.getLogger("apprise"), _Ear()
_LOG.addHandler(_EAR)
_LOG.setLevel(logging.DEBUG)
_LOG.propagate = False


def _why(said: Sequence[str]) -> str:
    text = " ".join(said)
    if status := re.search(r"error=(\d{3})\b", text):
        return f": it answered {status[1]}"
    return next((f": {meant}" for sign, meant in WHY.items() if re.search(sign, text, re.IGNORECASE)), "")
