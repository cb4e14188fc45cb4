"""Which addresses are the same article: the peers' measured mistakes, and what follows from the rules."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from wirewatch.errors import Reason, Skip
from wirewatch.state.identity import LONGEST_KEY, article_id_of, host_of, key_of

SAME = [
    ("https://vesti.example/a", "http://vesti.example/a"),
    ("https://vesti.example/a", "HTTPS://VESTI.example/a"),
    ("https://vesti.example/a", "https://www.vesti.example/a"),
    ("https://vesti.example/a", "https://www.www.vesti.example/a"),
    ("https://vesti.example/a", "https://vesti.example:443/a"),
    ("http://vesti.example/a", "http://vesti.example:80/a"),
    ("https://vesti.example/a", "https://vesti.example./a"),
    ("https://vesti.example/a", "https://me:secret@vesti.example/a"),
    ("https://vesti.example/a", "https://vesti.example/a#comments"),
    ("https://vesti.example/a", "https://vesti.example/a#!/x?y=1"),
    ("https://vesti.example/a", "  https://vesti.example/a\n"),
    ("https://vesti.example/a", "https://vesti.example/a?"),
    ("https://vesti.example/a", "https://vesti.example/a?utm_source=rss"),
    ("https://vesti.example/a", "https://vesti.example/a?utm_source=rss&utm_medium=feed&utm_campaign=x"),
    ("https://vesti.example/a", "https://vesti.example/a?UTM_Source=rss"),
    ("https://vesti.example/a", "https://vesti.example/a?mtm_campaign=x"),
    ("https://vesti.example/a", "https://vesti.example/a?fbclid=IwAR0"),
    ("https://vesti.example/a", "https://vesti.example/a?gclid=1&yclid=2&ysclid=3"),
    ("https://vesti.example/a", "https://vesti.example/a?mc_cid=1&mc_eid=2"),
    ("https://vesti.example/a", "https://vesti.example/a?_openstat=cmFtYmxlcg"),
    ("https://vesti.example/a?id=1", "https://vesti.example/a?utm_source=rss&id=1"),
    ("https://vesti.example/a?id=1", "https://vesti.example/a?id=1&utm%5Fsource=rss"),
    ("https://vesti.example/a?id=1&b=2", "https://vesti.example/a?b=2&id=1"),
    ("https://vesti.example/?12345", "https://vesti.example/?12345="),
    ("https://vesti.example/?12345", "https://vesti.example/?12345&utm_source=rss"),
    ("https://vesti.example", "https://vesti.example/"),
    ("https://vesti.example/вест", "https://vesti.example/%D0%B2%D0%B5%D1%81%D1%82"),
    ("https://vesti.example/%d0%b2", "https://vesti.example/%D0%B2"),
    ("https://вести.срб/а", "https://xn--b1agj9af.xn--90a3ac/%D0%B0"),
    ("https://vesti.example/a b", "https://vesti.example/a%20b"),
    ("https://vesti.example/x/../a", "https://vesti.example/a"),
    ("http://[::1]:80/a", "https://[::1]/a"),
]
DIFFERENT = [
    ("https://press.example.rs/x/a.html", "https://news.example.rs/x/a.html"),
    ("https://press.rs/x/a.html", "https://news.rs/x/a.html"),
    ("https://24.hu/x/a.html", "https://444.hu/x/a.html"),
    ("https://mk.ru/x/a.html", "https://sports.ru/x/a.html"),
    ("https://me.example.com/a.b", "https://my.example.com/a.b"),
    ("https://m.vesti.example/a", "https://vesti.example/a"),
    ("https://sr.vesti.example/a", "https://en.vesti.example/a"),
    ("https://www.rs/a", "https://rs/a"),
    ("https://wwww.vesti.example/a", "https://vesti.example/a"),
    ("https://vesti.example:8080/a", "https://vesti.example/a"),
    ("http://10.0.0.1/a", "http://0.0.0.1/a"),
    ("https://vesti.example/A", "https://vesti.example/a"),
    ("https://vesti.example/a/", "https://vesti.example/a"),
    ("https://vesti.example/a/index.html", "https://vesti.example/a/"),
    ("https://vesti.example//a", "https://vesti.example/a"),
    ("https://vesti.example/a%2Fb", "https://vesti.example/a/b"),
    ("https://vesti.example/a%3Fb", "https://vesti.example/a?b"),
    ("https://vesti.example/amp/a", "https://vesti.example/a"),
    ("https://vesti.example/?id=1", "https://vesti.example/?id=2"),
    ("https://vesti.example/?sid=123", "https://vesti.example/?sid=124"),
    ("https://vesti.example/?cid=5", "https://vesti.example/?cid=6"),
    ("https://vesti.example/?uid=5", "https://vesti.example/?uid=6"),
    ("https://vesti.example/?gallery=7", "https://vesti.example/?gallery=8"),
    ("https://vesti.example/?global=7", "https://vesti.example/"),
    ("https://vesti.example/?reference=7", "https://vesti.example/?reference=8"),
    ("https://vesti.example/?article_ref=7", "https://vesti.example/?article_ref=8"),
    ("https://vesti.example/?ref=7", "https://vesti.example/?ref=8"),
    ("https://vesti.example/?source=1", "https://vesti.example/?source=2"),
    ("https://vesti.example/?_id=1", "https://vesti.example/?_id=2"),
    ("https://vesti.example/?12345", "https://vesti.example/?12346"),
    ("https://vesti.example/?MTVAMTI=", "https://vesti.example/?MTVAMTM="),
    ("https://vesti.example/?ID=1", "https://vesti.example/?id=1"),
    ("https://vesti.example/?id=a", "https://vesti.example/?id=A"),
    ("https://vesti.example/?a=1&a=2", "https://vesti.example/?a=2"),
    ("https://vesti.example/go?url=https://other.example/x", "https://other.example/x"),
    ("https://vesti.example/?utm=1", "https://vesti.example/?utm=2"),
    ("https://vesti.example/" + "a" * 3000 + "1", "https://vesti.example/" + "a" * 3000 + "2"),
    ("https://vesti.example/a;1", "https://vesti.example/a;2"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_the_same_article(one: str, other: str) -> None:
    assert key_of(one) == key_of(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_different_articles(one: str, other: str) -> None:
    assert key_of(one) != key_of(other)


@pytest.mark.parametrize(
    "url",
    ["", "vesti", "ftp://vesti.example/a", "javascript:alert(1)", "https://", "https:///a", "http://[::1/a", "https://a b/c",
     "https://vesti.example:99999/a", "https://vesti.example/\ud800", f"https://{'a' * 300}.example/", "mailto:a@b.example"],
)  # fmt: skip
def test_what_is_no_web_address_is_skipped(url: str) -> None:
    for function in (key_of, host_of):
        with pytest.raises(Skip) as told:
            function(url)
        assert told.value.reason is Reason.BAD_URL


ANY_URL = st.builds(
    "{}://{}{}{}{}".format,
    st.sampled_from(["http", "https", "HTTP"]),
    st.sampled_from(["vesti.example", "www.vesti.example", "www.rs", "вести.срб", "[::1]", "10.0.0.1", "www.www.a.example."]),
    st.sampled_from(["", ":80", ":443", ":8080", ":"]),
    st.text(max_size=40).map(lambda text: "/" + text),
    st.one_of(st.just(""), st.text(max_size=40).map(lambda text: "?" + text)),
)


@given(ANY_URL)
@example("http://vesti.example/?%25")
@example("https://vesti.example/" + "ж" * 2000)
@example("https://vesti.example/?" + "%D0" * 900)
def test_a_key_is_its_own_addresses_key_and_fits_an_index(url: str) -> None:
    try:
        key = key_of(url)
    except Skip:
        return

    assert key_of(f"https://{key}") == key_of(f"http://www.{key}" if "." in key.split("/")[0] else f"http://{key}") == key
    assert len(key) <= LONGEST_KEY
    assert re.fullmatch(r"[!-~]+", key)


def test_an_id_is_given_for_ever() -> None:
    assert article_id_of("vesti.example/a") == "f6yam4puunmbualz"
    assert re.fullmatch("[a-z2-7]{16}", article_id_of("vesti.example/ж"))


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://WWW.Vesti.example/a", "www.vesti.example:443"),
        ("http://vesti.example", "vesti.example:80"),
        ("http://vesti.example:8080/a", "vesti.example:8080"),
        ("https://вести.срб/", "xn--b1agj9af.xn--90a3ac:443"),
        ("http://[::1]/a", "[::1]:80"),
        ("http://[::1]:8080/a", "[::1]:8080"),
    ],
)
def test_a_host_is_its_name_and_port(url: str, host: str) -> None:
    assert host_of(url) == host
