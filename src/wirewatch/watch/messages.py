"""What a person is told about a match, as text, HTML and Markdown; foreign text is escaped for each."""

import html
import re
from dataclasses import asdict
from datetime import UTC, datetime

from wirewatch.index.document import rfc3339
from wirewatch.model import Message, Notice
from wirewatch.safe import json_text, one_line

HEADLINE = 250  # characters
SENTENCE = 400
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~])")
_MENTION = re.compile(r"[@<]")  # @everyone, <!channel>: whoever writes a headline must not ring a newsroom


def title(message: Message) -> str:
    """`[watch] headline`, one line."""
    return f"[{message.watch}] {'updated: ' if message.version else ''}{one_line(message.title, HEADLINE)}"


def text(message: Message) -> str:
    """Plain text; marked words stand in *stars*, and a mention can't ring anybody."""
    sentence = _bare(message.sentence).replace("<em>", "*").replace("</em>", "*")
    lines = [_quiet(sentence), "", _quiet(_facts(message)), one_line(message.url), f"match {message.match_id}"]
    return "\n".join(lines)


def as_html(message: Message) -> str:
    """HTML for mail: nothing of the page's own markup gets through."""
    sentence = html.escape(_bare(message.sentence), quote=False)
    sentence = sentence.replace("&lt;em&gt;", "<b>").replace("&lt;/em&gt;", "</b>")
    link = html.escape(one_line(message.url)) if message.url.startswith(("http://", "https://")) else ""
    return (
        f'<h3><a href="{link}">{html.escape(one_line(message.title, HEADLINE))}</a></h3>'
        f"<p>{sentence}</p><p>{html.escape(_facts(message))}</p><p><small>match {message.match_id}</small></p>"
    )


def markdown(message: Message) -> str:
    """Markdown for chat: characters that mean something there are escaped."""
    sentence = _MARKDOWN.sub(r"\\\1", _quiet(_bare(message.sentence).replace("<em>", "\x01").replace("</em>", "\x02")))
    facts = _MARKDOWN.sub(r"\\\1", _quiet(_facts(message)))
    return f"{sentence}\n\n{facts}\n{one_line(message.url)}\nmatch {message.match_id}".replace("\x01", "**").replace("\x02", "**")


def fields(message: Message) -> dict[str, str]:
    """The message's parts for programs; times as RFC 3339 in UTC, "" if not known (docs/reference.md).

    The title is `headline` here: Apprise's own JSON has a `title`, with the watch's name.
    """
    parts = {name: _field(value) for name, value in asdict(message).items()}
    return {"headline": parts.pop("title")} | parts


def json_line(message: Message) -> str:
    """The message as one line of JSON."""
    row = {name: _json(value) for name, value in asdict(message).items()}
    return json_text(row) + "\n"


def notice_text(notice: Notice) -> str:
    """A notice as plain text, line by line made safe; a mention can't ring anybody."""
    return "\n".join(_quiet(one_line(line, 500)) for line in notice.text.splitlines())


def notice_line(notice: Notice) -> str:
    """A notice as one line of JSON."""
    row = {"notice": notice.title, "text": notice.text, "at": rfc3339(notice.at)}
    return json_text(row) + "\n"


def _facts(message: Message) -> str:
    at = message.published_at or message.matched_at
    tellings = f" · {message.tellings} tellings" if message.tellings > 1 else ""
    return f"{one_line(message.source, 100)} · {at.astimezone(UTC):%d %b %Y %H:%M} UTC{tellings}"


def _bare(sentence: str) -> str:
    return one_line(sentence, SENTENCE)


def _quiet(line: str) -> str:
    return _MENTION.sub(lambda found: found[0] + "\u200b", line)


def _field(value: object) -> str:
    if value is None:
        return ""
    return rfc3339(value) if isinstance(value, datetime) else one_line(str(value))


def _json(value: object) -> object:
    return rfc3339(value) if isinstance(value, datetime) else value
