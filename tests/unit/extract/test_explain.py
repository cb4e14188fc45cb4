"""A page step by step: the same extract, and what was taken out on the way."""

from tests.archived import page
from tests.unit.extract.pages import SEEN, TEXT, URL, article, read
from wirewatch.extract.explain import Explained, explain
from wirewatch.model import Entry

LONG = [paragraph * 3 for paragraph in TEXT]
MENU = "<nav id=top class='menu wide dark'><a href=/>Насловна</a> <a href=/svet>Свет</a></nav>"
BESIDE = "</article><div class=teasers>Прочитајте и ово: још три вести из града</div><article>"


def explained(markup: str) -> Explained:
    return explain(page(URL, markup.encode()), Entry(url=URL), SEEN)


def test_what_was_cut_and_narrowed_is_told_with_its_place_and_its_beginning() -> None:
    seen = explained(article(LONG, beside=MENU, inside=BESIDE, head="<script>var a</script><style>b {}</style>"))

    told = [(part.step, part.element, part.characters, part.text) for part in seen.parts]
    assert ("cut", "nav#top.menu.wide", 13, "Насловна Свет") in told
    assert ("narrow", "div.teasers", 40, "Прочитајте и ово: још три вести из града") in told
    assert seen.dropped == {"script": 1, "style": 1}


def test_the_extract_is_the_one_that_a_run_would_make() -> None:
    markup = article(LONG, beside=MENU)

    assert explained(markup).extract == read(markup)


def test_each_step_has_its_time() -> None:
    seen = explained(article(LONG))

    assert [name for name, _ in seen.steps] == ["charset", "limits", "parse", "fields", "cut", "narrow", "body", "dates"]
    assert all(seconds >= 0 for _, seconds in seen.steps)


def test_a_page_without_an_article_says_why_and_what_was_cut() -> None:
    seen = explained(f"<html><body>{MENU}<p>Страница није нађена.</p></body></html>")

    assert (seen.extract, seen.reason) == (None, "not-article")
    assert [part.element for part in seen.parts] == ["nav#top.menu.wide"]
