"""The headline: which of a page's titles a reader would name.

Sharing tags, h1, JSON-LD and the browser's tab differ on every other page. Of the rules tried on 126 pages of 90 publishers these
are right most often (figures: docs/figures.md).
"""

import unicodedata

from lxml.html import HtmlElement

from wirewatch.extract.declared import Declared, plain

MAX_TITLE = 1_000
_LEAST = 8  # letters of a headline; what is shorter is a site's or a section's name
Sourced = tuple[str, str]  # a text and the rule that gave it; ("", "") if none did


def headings(tree: HtmlElement) -> list[str]:
    """The page's h1s, from top to bottom; at most ten."""
    return [text for heading in list(tree.iter("h1"))[:10] if (text := plain(heading.text_content()))]


def title(tree: HtmlElement, declared: Declared, tops: list[str]) -> Sourced:
    """The headline as the page offers it for sharing, without the site's name behind it, and which tag gave it.

    What JSON-LD names as a second headline is the editors' own where another title is the same. The tab and JSON-LD together
    outvote a sharing title that stands alone.
    """
    element = tree.find(".//title")
    tab = plain(element.text_content()) if element is not None else ""
    offered, source = _offered(declared, tab)
    shown, headline = _headline(tops, [offered, declared.text("headline"), tab]), declared.text("headline")
    if second := fold(declared.text("alternativeHeadline")):
        for text, name in ((headline, "json-ld"), (offered, source), (shown, "h1")):
            if second == fold(text):
                return text[:MAX_TITLE], name
    for bare, name in ((shown, "h1"), (headline, "json-ld")):
        if len(fold(bare)) > 3 and (_begins(offered, bare) or (source == "tab" and fold(bare) in fold(tab))):
            return bare[:MAX_TITLE], name
    if headline and fold(shown) != fold(offered) and _is_outvoted(offered, shown, headline, tab):
        return headline[:MAX_TITLE], "json-ld"
    return (offered[:MAX_TITLE], source) if offered else (shown[:MAX_TITLE], "h1" if shown else "")


def _offered(declared: Declared, tab: str) -> Sourced:
    site = fold(declared.first("og:site_name"))
    titles = (
        (declared.first("og:title"), "og:title"),
        (declared.first("twitter:title"), "twitter:title"),
        (declared.text("headline"), "json-ld"),
        (tab, "tab"),
    )
    return next(((text, name) for text, name in titles if text and fold(text) != site), ("", ""))


def _headline(tops: list[str], titles: list[str]) -> str:
    """The h1 that another title begins with, else the first: some sites put their own name, or every teaser, into an h1."""
    agreed = (top for top in tops if len(fold(top)) >= _LEAST and any(_begins(text, top) for text in titles))
    return next(agreed, "".join(tops[:1]))


def _is_outvoted(offered: str, shown: str, headline: str, tab: str) -> bool:
    """Whether the tab and JSON-LD, or the h1 and JSON-LD, say the same and the sharing title something else."""
    voice = fold(headline)
    if voice == fold(tab):
        return True
    if fold(shown) == voice:
        return fold(tab) == fold(offered)
    return _begins(tab, headline)


def _begins(text: str, start: str) -> bool:
    return fold(text).startswith(fold(start))


def fold(text: str) -> str:
    """Letters and digits only, alike in case: what two spellings of a title or name share."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())
