"""What a person is told about a match, in each format that receivers speak; foreign text is escaped for each.

Nothing that a page says becomes markup, rings anybody (@everyone, <!channel>), or is a link of its own.
"""

import html
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

from wirewatch.index.document import rfc3339
from wirewatch.model import Message, Notice
from wirewatch.safe import json_text, one_line

HEADLINE = 250  # characters
SENTENCE = 400
_MARKDOWN = re.compile(r"([\\\[\]<>]|(?<!\w)_|_(?!\w))")
_LIKE = str.maketrans({"*": "∗", "`": "ˋ", "~": "∼"})  # Slack knows no escape of these
_BLOCK = re.compile(r"^(?=[#>+\-=:\d])")  # begins a heading, a list …, where it begins a line
_LIVE = re.compile(  # what receivers make links or rings of: @everyone, <!channel>, #tag, /command, http://…, example.org
    r"[@#<](?=\S)|(?<!\S)/(?=\w)|:(?=//)|(?<=\w)\.(?=[^\W\d_]{2})|\b(?:mailto|tel|javascript|data):", re.IGNORECASE
)
_URL = "/:?&=#%+,;@!$'.-~"  # kept in an address; quotes, brackets and all else that could end a link is encoded
_BREAK = "\u200b"  # takes no room, and none of these survives it


@dataclass(frozen=True, slots=True)
class Style:
    """How a format writes: foreign text made harmless, marked words, a link, and lines below each other."""

    name: str  # Apprise's
    foreign: Callable[[str], str]
    bold: Callable[[str], str]
    link: Callable[[str, str], str]  # text (written already) and address
    code: Callable[[str], str]  # a command of ours, to be copied
    lines: Callable[[Sequence[str]], str]


def quiet(line: str) -> str:
    """The line with everything broken that a receiver would make a link or a ring of."""
    return _LIVE.sub(lambda found: found[0] + _BREAK, line)


def _foreign_markdown(text: str) -> str:
    line = quiet(text).translate(_LIKE).replace("||", f"|{_BREAK}|")  # which hides what stands between, on Discord
    return _BLOCK.sub(_BREAK, _MARKDOWN.sub(r"\\\1", line))


def _foreign_html(text: str) -> str:
    return html.escape(quiet(text), quote=False)


TEXT = Style(
    "text", quiet, lambda text: f"*{text}*", lambda text, url: f"{text}\n{url}" if url else text, lambda text: text, "\n".join
)
MARKDOWN = Style(
    "markdown",
    _foreign_markdown,
    lambda text: f"**{text}**",
    lambda text, url: f"[{text}]({url})" if url else text,
    lambda text: _foreign_markdown(text) if "`" in text else f"`{text}`",
    "\n\n".join,
)
HTML = Style(
    "html",
    _foreign_html,
    lambda text: f"<b>{text}</b>",
    lambda text, url: f'<a href="{html.escape(url)}">{text}</a>' if url else text,
    lambda text: f"<code>{html.escape(text)}</code>",
    "<br>".join,
)
STYLES = {style.name: style for style in (TEXT, MARKDOWN, HTML)}


def title(message: Message) -> str:
    """`[watch] headline`, one line, for a subject or a notification's head."""
    return quiet(f"[{message.watch}] {_updated(message)}{one_line(message.title, HEADLINE)}")


def web_address(url: str) -> str:
    """The address as a link may have it; "" if it is none of the web."""
    line = one_line(url)
    try:
        good = urlsplit(line).scheme in ("http", "https") and bool(urlsplit(line).hostname)
    except ValueError:
        return ""
    return quote(line, safe=_URL) if good else ""


def story(message: Message, style: Style, zone: str = "UTC", *, sentence: bool = True) -> list[str]:
    """Headline with its link, the sentence that met the watch, and the facts: a line each."""
    head = style.foreign(_updated(message) + one_line(message.title, HEADLINE))
    said = [marked(message.sentence, style)] if sentence and message.sentence else []
    return [style.link(head, web_address(message.url)), *said, style.foreign(facts(message, zone))]


def body(message: Message, style: Style, zone: str = "UTC", *, titled: bool = False) -> str:
    """The whole message. `titled`: headline and watch stand above it already, so in plain text they aren't repeated."""
    head, *said, facts_line = story(message, style, zone)
    rest = [*said, f"{facts_line} · match {message.match_id}"]
    if not titled:
        return style.lines([style.bold(style.foreign(message.watch)), head, *rest])
    return style.lines([*rest, web_address(message.url)] if style is TEXT else [head, *rest])


def marked(sentence: str, style: Style) -> str:
    """A sentence with its marked words in bold; it may be cut within them."""
    parts = re.split(r"(</?em>)", one_line(sentence, SENTENCE))
    line, inside = "", False
    for part in parts:
        if part in ("<em>", "</em>"):
            inside = part == "<em>"
        elif part:
            line += style.bold(style.foreign(part)) if inside else style.foreign(part)
    return line


def facts(message: Message, zone: str) -> str:
    """`РТС · 24 Nov 2026 13:30 CET · 3 tellings`."""
    at = (message.published_at or message.matched_at).astimezone(ZoneInfo(zone))
    tellings = f" · {message.tellings} tellings" if message.tellings > 1 else ""
    return f"{one_line(message.source, 100)} · {at:%d %b %Y %H:%M %Z}{tellings}"


def fields(message: Message) -> dict[str, str]:
    """The message's parts for programs; times as RFC 3339 in UTC, "" if not known (docs/reference.md).

    The title is `headline` here, and the version `update`: Apprise's own JSON has a `title`, with the watch's name, and a
    `version`, and would rename them.
    """
    parts = {name: _field(value) for name, value in asdict(message).items()}
    return {"headline": parts.pop("title"), "update": parts.pop("version")} | parts


def plain(message: Message) -> dict[str, object]:
    """The message's parts as JSON has them; an unknown time is null."""
    return {name: rfc3339(value) if isinstance(value, datetime) else value for name, value in asdict(message).items()}


def json_line(message: Message) -> str:
    """The message as one line of JSON."""
    return json_text(plain(message)) + "\n"


def notice_text(notice: Notice) -> str:
    """A notice as plain text, line by line made safe; a mention can't ring anybody."""
    return "\n".join(quiet(one_line(line, 500)) for line in notice.text.splitlines())


def notice_line(notice: Notice) -> str:
    """A notice as one line of JSON."""
    row = {"notice": notice.title, "text": notice.text, "at": rfc3339(notice.at)}
    return json_text(row) + "\n"


def _updated(message: Message) -> str:
    return "updated: " if message.version else ""


def _field(value: object) -> str:
    if value is None:
        return ""
    return rfc3339(value) if isinstance(value, datetime) else one_line(str(value))
