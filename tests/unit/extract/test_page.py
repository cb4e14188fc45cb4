"""A page's body and facts."""

import pytest

from tests.unit.extract.pages import TEXT, URL, article, read
from wirewatch.errors import Reason, Skip
from wirewatch.model import FROM_FEED, Entry

LD = '<script type="application/ld+json">%s</script>'

SHORT = {  # sound articles, and short
    "ko": "시는 낡은 다리를 헐고 새 다리를 놓기로 했다. 공사는 내년 봄에 시작해 이태 동안 이어진다. 그동안 주민들은 나룻배로 "
    "강을 건너야 한다. 시장은 뱃삯을 받지 않겠다고 약속했다. 상인들은 손님이 줄어들까 걱정한다.",
    "zh": "市政府决定拆除旧桥并修建新桥。工程将于明年春天开工,历时两年。在此期间,居民需乘渡船过河。"
    "市长承诺渡船免费。沿岸商户担心顾客减少,要求补偿。议会将在下周讨论此事。",
    "ja": "市は古い橋を取り壊し、新しい橋を架けることを決めた。工事は来年の春に始まり、二年間続く。"
    "その間、住民は渡し船で川を渡る。市長は無料にすると約束した。",
    "sr": "Град ће срушити стари мост и подићи нови. Радови почињу на пролеће и трају две године. Становници ће дотле "
    "прелазити реку скелом. Градоначелник је обећао да ће превоз бити бесплатан, а трговци страхују за промет.",
    "uk": "Місто знесе старий міст і збудує новий. Роботи почнуться навесні й триватимуть два роки. Доти мешканці "
    "переправлятимуться поромом. Мер пообіцяв, що перевезення буде безкоштовним, а крамарі побоюються за виторг.",
}


@pytest.mark.parametrize("language", SHORT)
def test_a_short_article_is_one_in_every_script(language: str) -> None:
    found = read(f"<html lang={language}><head><title>x</title></head><body><h1>x</h1><p>{SHORT[language]}</p></body></html>")

    assert found.body.endswith(SHORT[language])
    assert found.declared_language == language


def test_menus_boxes_and_footers_are_no_body() -> None:
    nav = "<nav><ul>" + "<li><a href='/x'>Section of the paper</a></li>" * 20 + "</ul></nav>"
    aside = "<aside><p>Subscribe to our newsletter and never miss any of the stories of the day.</p></aside>"
    footer = "<footer><p>Imprint, privacy and the terms of use of this newspaper and its daughters.</p></footer>"

    found = read(article([paragraph * 2 for paragraph in TEXT], beside=nav, inside=aside, tail=footer))

    assert found.body.split("\n")[-1] == TEXT[-1] * 2
    assert not any(word in found.body for word in ("Section", "Subscribe", "Imprint"))


def test_a_standfirst_set_apart_leads_the_body_once() -> None:
    line = "The crossing will cost twice as much as promised, and open a year late: what the islanders can expect."
    head = f"<meta name='description' content='{line[:70]}…'>"
    long = [paragraph * 3 for paragraph in TEXT]

    apart = read(article(long, head=head, beside=f"<div class=top><h2>{line}</h2></div>"))
    within = read(article([line, *long], head=head))

    assert apart.body.split("\n")[0] == line
    assert within.body.count(line) == 1


def test_a_sites_motto_in_the_footer_is_no_standfirst() -> None:
    line = "The Example brings you the latest news, reviews and events from all over the northern islands."

    found = read(article(head=f"<meta name='description' content='{line}'>", tail=f"<footer><p>{line}</p></footer>"))

    assert line not in found.body


def test_paragraphs_are_parted_by_line_breaks() -> None:
    assert read(article()).body.split("\n")[-len(TEXT) :] == TEXT


def test_a_body_that_is_only_in_json_ld_is_found() -> None:
    page = (
        "<html><head>"
        + LD % f'{{"@type":"NewsArticle","articleBody":"{" ".join(TEXT)}"}}'
        + "</head><body><div id=app></div></body></html>"
    )

    assert read(page).body == " ".join(TEXT)


def test_a_body_that_is_only_in_the_feed_is_found() -> None:
    entry = Entry(url=URL, content="".join(f"<p>{paragraph}</p>" for paragraph in TEXT) + "<script>x</script>")

    assert read("<html><body><p>Please enable scripts.</p></body></html>", entry=entry).body.split("\n")[: len(TEXT)] == TEXT


def test_a_feeds_teaser_makes_no_article() -> None:
    with pytest.raises(Skip) as caught:
        read("<html><body><p>Please enable scripts.</p></body></html>", entry=Entry(url=URL, content="<p>Two words.</p>"))

    assert caught.value.reason == Reason.NOT_ARTICLE


@pytest.mark.parametrize(
    ("head", "title", "found"),
    [
        ("", "Bridge opens in spring", "Bridge opens in spring"),
        (
            "<meta property='og:title' content='Bridge opens in spring | The Example'>",
            "Bridge opens in spring",
            "Bridge opens in spring",
        ),
        (
            "<meta property='og:title' content='Island: Bridge opens in spring'>",
            "Bridge opens in spring",
            "Island: Bridge opens in spring",
        ),
        (
            "<meta property='og:title' content='The Example'><meta property='og:site_name' content='The Example'>",
            "Bridge opens in spring",
            "Bridge opens in spring",
        ),
        (
            "<meta property='og:title' content='Why the bridge opens late'>"
            + LD % '{"@type":"NewsArticle","headline":"Bridge opens late","alternativeHeadline":"Why the bridge opens late"}',
            "Bridge opens late",
            "Why the bridge opens late",
        ),
        (
            "<meta property='og:title' content='You will not believe this bridge'>"
            + LD % '{"@type":"NewsArticle","headline":"Bridge opens late"}',
            "Bridge opens late",
            "Bridge opens late",
        ),
        ("<meta property='og:title' content='Bridge &amp;amp; ferry&#10; open'>", "x", "Bridge & ferry open"),
    ],
)
def test_the_title_is_the_headline_without_the_sites_name(head: str, title: str, found: str) -> None:
    assert read(article(head=head, title=title)).title == found


@pytest.mark.parametrize(
    ("head", "names"),
    [
        (
            LD % '{"@type":"NewsArticle","author":[{"@type":"Person","name":"Ana Ilić"},{"name":"Ким Чен"}]}',
            ("Ana Ilić", "Ким Чен"),
        ),
        (
            LD % '{"@graph":[{"@type":"Article","author":{"@id":"#a"}},{"@id":"#a","@type":"Person","name":"Ana Ilić"}]}',
            ("Ana Ilić",),
        ),
        (LD % '{"@type":"NewsArticle","author":"By Ana Ilić and Bo Lind"}', ("Ana Ilić", "Bo Lind")),
        ("<meta name='author' content='Ana Ilić; Bo Lind; Ana Ilić'>", ("Ana Ilić", "Bo Lind")),
        (LD % '{"@type":"NewsArticle","author":{"@type":"Person","givenName":"Ana","familyName":"Ilić"}}', ("Ana Ilić",)),
        ("<meta name='twitter:label1' content='Written by'><meta name='twitter:data1' content='Ana Ilić'>", ("Ana Ilić",)),
        ("<meta name='author' content='홍길동 기자, 김철수 특파원'>", ("홍길동", "김철수")),
        ("<meta name='author' content='Ана Илић и Бо Линд, Танјуг'>", ("Ана Илић", "Бо Линд", "Танјуг")),
        ("<meta name='author' content='作者:王小明'>", ("王小明",)),
        ("<meta name='author' content='Ana Ilić, EXAMPLE RADIO'>", ("Ana Ilić",)),
        ("<meta name='author' content='Редакция'>", ()),
        ("<meta name='author' content='The Example Newsroom'>", ()),
        ("<meta name='author' content='example.org, London, England'>", ()),
        (LD % '{"@type":"NewsArticle","author":{"name":"Example"},"publisher":{"name":"Example"}}', ()),
        ("<meta name='author' content='Admin'>", ()),
        ("<meta name='author' content='https://example.org/ana'>", ()),
        ("<meta name='author' content='The Example'><meta property='og:site_name' content='The Example'>", ()),
        (LD % "{not json", ()),
    ],
)
def test_authors_are_a_list_of_persons(head: str, names: tuple[str, ...]) -> None:
    assert read(article(head=head)).authors == names


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("<div class=byline>By <a href='/ana'>Ana Ilić</a> and Bo van der Lind</div>", ("Ana Ilić", "Bo van der Lind")),
        ("<span><a href='/autor/ana-ilic'>Ana Ilić</a></span>", ("Ana Ilić",)),
        ("<p class=author>Von Ana Ilić (Belgrad)</p>", ("Ana Ilić",)),
        ("<p class=author>홍길동 기자</p>", ("홍길동",)),
        ("<p class=author>Share this story</p>", ()),
        ("<aside><p class=author>Ana Ilić</p></aside>", ()),
    ],
)
def test_where_no_author_is_declared_the_byline_names_them(byline: str, names: tuple[str, ...]) -> None:
    found = read(article().replace("</h1>", f"</h1>{byline}"))

    assert (found.authors, found.authors_source) == (names, "byline" if names else "")


def test_each_fact_says_which_rule_gave_it() -> None:
    head = (
        "<meta property='og:title' content='Ferry sails on'><meta name='description' content='What it costs'>"
        "<meta name='twitter:image' content='/b.jpg'>"
        + LD
        % '{"@type":"NewsArticle","author":"Ana Ilić","articleSection":["Islands","Home"],"datePublished":"2026-11-20T07:30:00Z"}'
    )

    found = read(article(head=head))

    assert (found.title_source, found.authors_source, found.published_at_source) == ("og:title", "json-ld", "json-ld")
    assert (found.description_source, found.image_source) == ("description", "twitter:image")
    assert (found.section, found.section_source) == ("Islands", "json-ld")


@pytest.mark.parametrize(
    ("head", "mark"),
    [
        (LD % '{"@type":"NewsArticle","isAccessibleForFree":false}', True),
        (LD % '{"@type":"NewsArticle","isAccessibleForFree":"False"}', True),
        ("<meta property='article:content_tier' content='locked'>", True),
        (LD % '{"@type":"NewsArticle","isAccessibleForFree":true}', False),
        ("", False),
    ],
)
def test_a_page_that_is_not_free_says_so(head: str, mark: bool) -> None:
    assert read(article(head=head)).paywall is mark


def test_the_facts_are_read_and_links_made_absolute() -> None:
    head = (
        "<meta property='og:description' content='What it costs'><meta property='og:image' content='/i/bridge.jpg'>"
        "<link rel='canonical' href='https://other.example/home'>"
    )

    found = read(article(head=head))

    assert (found.description, found.image) == ("What it costs", "https://news.example.org/i/bridge.jpg")
    assert (found.canonical, found.declared_language) == ("https://other.example/home", "en")


@pytest.mark.parametrize("link", ["javascript:alert(1)", "http://[::1", "data:text/html,x", "https://e.org/" + "x" * 3000])
def test_no_odd_link_comes_out(link: str) -> None:
    found = read(article(head=f"<link rel=canonical href='{link}'><meta property='og:image' content='{link}'>"))

    assert (found.canonical, found.image) == ("", "")


def test_a_feeds_full_text_that_stands_for_its_page_is_the_body_and_says_so() -> None:
    content = "".join(f"<p>{paragraph * 2}</p>" for paragraph in TEXT)

    found = read(article(["Subscribe now."]), content_type=FROM_FEED, entry=Entry(url=URL, title="x", content=content))

    assert found.body.split("\n") == [paragraph * 2 for paragraph in TEXT]
    assert found.body_source == "feed"
    assert read(article([paragraph * 3 for paragraph in TEXT])).body_source == "page"
