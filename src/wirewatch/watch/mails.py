"""A mail's page: one match with the picture of its watch's week, or many matches."""

import html
from collections.abc import Sequence

from wirewatch.model import Message
from wirewatch.watch.digests import More
from wirewatch.watch.messages import HTML, story, web_address

PICTURE = "week.png"
FRAME = "font-family:Georgia,'Noto Serif',serif;font-size:16px;line-height:1.45;color:#222;max-width:640px"
SMALL = "color:#666;font-size:13px;font-family:Arial,'Noto Sans',sans-serif"


def page(stories: Sequence[Message], zone: str, *, week: Sequence[tuple[str, int]] = (), more: Sequence[More] = ()) -> str:
    """HTML for mail programs: no style sheet, no script, nothing that is fetched."""
    parts = [_story(each, zone) for each in stories]
    if week:
        days = ", ".join(f"{day}: {n}" for day, n in week)
        parts.append(
            f'<p><img src="cid:{PICTURE}" width="600" style="max-width:100%" alt="Stories a day that met this watch. {days}"></p>'
        )
    return f'<div style="{FRAME}">{"".join([*parts, *map(_more, more)])}</div>'


def _story(message: Message, zone: str) -> str:
    head, *said, facts = story(message, HTML, zone)
    foot = f"{HTML.foreign(message.watch)} · match {message.match_id}"
    address = web_address(message.url)  # written out too: the text that stands beside the HTML has no other link
    foot += f"<br>{HTML.link(html.escape(address), address)}" if address else ""
    sentence = "".join(f'<p style="margin:4px 0">{line}</p>' for line in said)
    return f'<h3 style="margin:18px 0 4px">{head}</h3>{sentence}<p style="margin:4px 0 18px;{SMALL}">{facts}<br>{foot}</p>'


def _more(more: More) -> str:
    link = f' · <a href="{html.escape(more.link)}">in Kibana</a>' if more.link else ""
    return f"<p><b>and {more.stories} more of {html.escape(more.watch)}</b>{link}<br>{HTML.code(more.search)}</p>"
