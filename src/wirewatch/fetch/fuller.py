"""The fuller page: where an AMP, mobile or print version, or one with next to no text, says that the article itself stands.

Pure. The address is believed as a canonical link is anywhere (state/sameness.py); which of the two pages says more is told by
the letters in their paragraphs, for menus stand elsewhere.
"""

import re
from collections.abc import Iterator

from wirewatch.analysis.script import FULL_TEXT, said
from wirewatch.model import Page
from wirewatch.state.sameness import Claim, claim, undressed

READ = 1024 * 1024  # bytes of a page whose letters are counted
_MARKUP = re.compile(r"<[^<>]*>")


def fuller_at(page: Page, canonical: str) -> str:
    """The address to ask once more; "" where the page at hand will do, or its word isn't believed."""
    if not canonical or undressed(canonical) != canonical or claim(page.final_url, canonical) is not Claim.STRONG:
        return ""
    lesser = undressed(page.final_url) != page.final_url or letters(page.body) < FULL_TEXT
    return canonical if lesser else ""


def is_fuller(other: Page, page: Page) -> bool:
    """Whether the page that came from the canonical address is the article's, and says no less."""
    return claim(page.final_url, other.final_url) is Claim.STRONG and letters(other.body) >= letters(page.body)


def letters(body: bytes) -> int:
    """How much a page's paragraphs say (analysis.script.said); of one in another charset than UTF-8 roughly."""
    text = " ".join(_paragraphs(body[:READ].decode("utf-8", "replace")))
    return said(" ".join(_MARKUP.sub("", text).split()))


def _paragraphs(page: str) -> Iterator[str]:
    """What stands between `<p …>` and `</p>`, or the next `<p`: by plain searches, their time grows with the length alone."""
    for piece in re.split(r"<[pP](?=[\s>])", page)[1:]:
        yield re.split(r"</[pP]", piece, maxsplit=1)[0].partition(">")[2]
