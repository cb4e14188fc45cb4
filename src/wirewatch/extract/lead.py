"""The standfirst: the sentence or two between headline and text, which sites set apart and extractors therefore lose.

It is known by the page's own description, whose visible twin it is. Measured with and without: on 126 pages of 2023 to 2026,
whose true bodies hold it, recall .958 → .980 and F1 .951 → .961; on 50 pages of 2019, where they leave it out, F1 the same.
"""

import re

from lxml.html import HtmlElement

from wirewatch.extract.declared import Declared

_TAGS = ("p", "h2", "h3", "div", "span", "strong", "b", "em", "section")
_LEAST, _MOST = 60, 1_000  # characters
_SAME = 40  # letters at the start that must agree; descriptions are often cut short
_TOP = 5_000  # characters of the body in which its standfirst would stand
_NO_LETTER = re.compile(r"\W+")


def standfirst(tree: HtmlElement, declared: Declared) -> str:
    """The page's standfirst, one line; "" if it shows none."""
    said = (declared.first("og:description"), declared.first("description"), declared.first("twitter:description"))
    starts = {_letters(text)[:_SAME] for text in (*said, declared.text("description")) if len(text) >= _LEAST}
    if not starts:
        return ""
    for element in tree.iter(*_TAGS):
        own = _letters(element.text[:200]) if element.text else ""
        if len(own) >= 3 and any(start.startswith(own[:_SAME]) for start in starts):
            text = " ".join(element.text_content().split())
            if _LEAST <= len(text) <= _MOST and _letters(text)[:_SAME] in starts and not _beside(element):
                return text
    return ""


def with_standfirst(body: str, line: str) -> str:
    """The body, led by its standfirst unless that stands in it anyway."""
    return body if not line or _letters(line)[:_SAME] in _letters(body[:_TOP]) else f"{line}\n{body}"


def _letters(text: str) -> str:
    return _NO_LETTER.sub("", text).casefold()


def _beside(element: HtmlElement) -> bool:
    return next(element.iterancestors("footer", "aside", "nav"), None) is not None
