"""What stands in the way of an article is told from one."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wirewatch.errors import Reason, Retry, Skip
from wirewatch.fetch.head import Head, read_head
from wirewatch.fetch.walls import refuse_noindex, refuse_wall
from wirewatch.model import Hop, Page

BRIDGE = "https://vesti.example/svet/most-preko-tise-48213"
TEXT = (
    "<p>Градско веће је у уторак одлучило да се стари мост преко реке обнови пре зиме. Радови ће трајати четири месеца.</p>" * 8
)


def page(body: str = TEXT, status: int = 200, final_url: str = BRIDGE, **headers: str) -> Page:
    return Page(
        url=BRIDGE,
        final_url=final_url,
        status=status,
        headers=tuple((name.replace("_", "-"), value) for name, value in headers.items()),
        body=body.encode(),
        fetched_at=datetime(2026, 3, 1, tzinfo=UTC),
        took=0.1,
        hops=(Hop(url=BRIDGE, status=302),) if final_url != BRIDGE else (),
    )


def reason_of(answer: Page) -> Reason | None:
    """Why the answer is refused; None: it isn't."""
    try:
        refuse_wall(answer)
    except (Retry, Skip) as refused:
        return refused.reason
    return None


@pytest.mark.parametrize(
    "answer",
    [
        page("<title>Just a moment...</title>", 403, cf_mitigated="challenge"),
        page("<script>window._cf_chl_opt={}</script><p>Checking your browser</p>", 503),
        page("<script src='https://geo.captcha-delivery.com/x.js'></script>", 403),
        page("denied", 403, x_datadome="protected"),
        page("", 202, x_amzn_waf_action="challenge"),
        page("<div id=px-captcha></div>", 403),
        page("<script src=/_Incapsula_Resource?x></script><noscript>Request unsuccessful.</noscript>"),
        page("<noscript>You need to enable JavaScript to run this app.</noscript><div id=root></div><script src=/a.js></script>"),
        page("<script src=/a.js></script><p>Пожалуйста, включите JavaScript, чтобы продолжить.</p>"),
        page("<script src=/a.js></script><p>Увімкніть JavaScript.</p>"),
        page("<script src=/a.js></script><p>자바스크립트를 활성화해 주세요.</p>"),
        page("<script src=/a.js></script><p>请启用JavaScript后继续浏览。</p>"),
        page("<script src=/a.js></script><p>JavaScriptを有効にしてください。</p>"),
    ],
)
def test_a_bot_challenge_is_tried_again(answer: Page) -> None:
    assert reason_of(answer) is Reason.CHALLENGE


def test_a_challenge_keeps_to_the_time_it_names() -> None:
    with pytest.raises(Retry) as refused:
        refuse_wall(page("", 429, cf_mitigated="challenge", retry_after="60"))

    assert refused.value.after == timedelta(seconds=60)


@pytest.mark.parametrize(
    "answer",
    [
        page(),
        page(TEXT + "<script src=/cdn-cgi/challenge-platform/h/g/scripts/jsd/main.js></script>"),
        page(TEXT + "<script src=https://challenges.cloudflare.com/turnstile/v0/api.js></script>"),
        page(TEXT, x_datadome="protected"),
        page(TEXT + "<noscript>Please enable JavaScript to see comments.</noscript><script></script>"),
        page("<p>强大的台风今天上午登陆。</p><script src=/a.js></script>"),
        page("no", 403),
        page("", 404),
    ],
)
def test_a_sound_page_and_a_mere_status_are_no_challenge(answer: Page) -> None:
    assert reason_of(answer) is None


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        ("https://consent.vesti.example/?next=48213", Reason.CONSENT_WALL),
        ("https://guce.portal.example/consent?id=48213", Reason.CONSENT_WALL),
        ("https://vesti.example/privacy-gate/?url=x", Reason.CONSENT_WALL),
        ("https://vesti.example/consent", Reason.CONSENT_WALL),
        ("https://vesti.example/login", Reason.PAYWALL),
        ("https://accounts.vesti.example/sso/login?client=48213", Reason.PAYWALL),
        ("https://vesti.example/pretplata/", Reason.PAYWALL),
        ("https://vesti.example/404", Reason.NOT_ARTICLE),
        ("https://vesti.example/not-found", Reason.NOT_ARTICLE),
        ("https://vesti.example/", Reason.NOT_ARTICLE),
        ("https://www.vesti.example/index.html", Reason.NOT_ARTICLE),
        ("https://vesti.example/sr/", Reason.NOT_ARTICLE),
        ("https://www.vesti.example/svet/most-preko-tise-48213", None),
        ("https://vesti.example/svet/consent-law-is-passed-48213", None),
        ("https://vesti.example/login-data-of-thousands-stolen", None),
        ("https://vesti.example/svet/", None),
    ],
)
def test_where_a_redirect_ends_says_what_it_is(end: str, reason: Reason | None) -> None:
    assert reason_of(page(final_url=end)) is reason


@pytest.mark.parametrize(
    ("headers", "tags", "left_out"),
    [
        ({"x_robots_tag": "noindex"}, (), True),
        ({"x_robots_tag": "NoIndex, nofollow"}, (), True),
        ({"x_robots_tag": "none"}, (), True),
        ({"x_robots_tag": "wirewatch: noindex"}, (), True),
        ({"x_robots_tag": "otherbot: noindex, nofollow"}, (), False),
        ({"x_robots_tag": "otherbot: noindex, wirewatch: none"}, (), True),
        ({"x_robots_tag": "unavailable_after: 25 Jun 2030 15:00:00 PST"}, (), False),
        ({"x_robots_tag": "max-snippet: 20, noindex"}, (), True),
        ({"x_robots_tag": "nofollow, noarchive, noimageindex"}, (), False),
        ({}, (("robots", "noindex,noarchive"),), True),
        ({}, (("wirewatch", "noindex"),), True),
        ({}, (("googlebot", "noindex"),), False),
        ({}, (("robots", "index, follow"),), False),
        ({}, (("description", "noindex"),), False),
    ],
)
def test_a_wish_not_to_be_indexed_is_read(headers: Any, tags: tuple[tuple[str, str], ...], left_out: bool) -> None:
    answer = page(**headers)

    if left_out:
        with pytest.raises(Skip, match="noindex"):
            refuse_noindex(answer, Head(robots=tags), "wirewatch")
    else:
        refuse_noindex(answer, Head(robots=tags), "wirewatch")


@pytest.mark.parametrize(
    ("markup", "onward"),
    [
        ("<meta http-equiv='refresh' content='0; url=/a/1.html'>", "https://vesti.example/a/1.html"),
        ("<META content=\"5;URL='https://other.example/x'\" HTTP-EQUIV=Refresh>", "https://other.example/x"),
        ("<meta http-equiv=refresh content='0;/b?x=1&amp;y=2'>", "https://vesti.example/b?x=1&y=2"),
        ("<meta http-equiv=refresh content='30; url=/a/1.html'>", ""),
        ("<meta http-equiv=refresh content='300'>", ""),
        (f"<meta http-equiv=refresh content='0; url={BRIDGE}'>", ""),
        (f"<meta http-equiv=refresh content='0; url={BRIDGE}#x'>", ""),
        ("<meta http-equiv=refresh content='0; url=javascript:alert(1)'>", ""),
        ("<meta http-equiv=refresh content='0; url=http://[::1'>", ""),
        ("<noscript><meta http-equiv=refresh content='0; url=/nojs'></noscript>", ""),
        ("<!-- <meta http-equiv=refresh content='0; url=/old'> -->", ""),
        ("<script>'<meta http-equiv=refresh content=\"0; url=/s\">'</script>", ""),
    ],
)
def test_a_refresh_leads_on_only_at_once_and_elsewhere(markup: str, onward: str) -> None:
    assert read_head(f"<html><head>{markup}</head>".encode(), BRIDGE).onward == onward


@given(
    st.lists(st.sampled_from(["<meta ", "<!--", "<script", "<link rel=canonical href=", "content='", "x" * 50, ">", "İ", "="]))
)
def test_any_head_is_read(parts: list[str]) -> None:
    read_head("".join(parts).encode() * 40, BRIDGE)
