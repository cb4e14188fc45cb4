"""What stands in the way of an article and looks like a page: bot challenges, consent and login pages, a robot's "not for you".

Pure, over an answer and its head. Marks were taken from the vendors' own pages; a mark that ordinary pages carry too (Cloudflare
adds its script to all of a site's) counts only where next to no text stands beside it.
"""

import re
from datetime import UTC, datetime
from urllib.parse import urlsplit

from wirewatch.errors import Reason, Retry, Skip
from wirewatch.fetch.head import Head, without
from wirewatch.model import Page
from wirewatch.net.answers import retry_after
from wirewatch.state.identity import key_of
from wirewatch.state.sameness import is_front, names_article

STUB = 64 * 1024  # bytes; no challenge met was longer
FEW = 600  # letters that a challenge says at most; the shortest sound articles have some 390 and carry no mark
_CHALLENGE_HEADERS = {
    "cf-mitigated": "challenge",  # Cloudflare
    "x-vercel-mitigated": "challenge",
    "x-amzn-waf-action": "",  # AWS: challenge or captcha
    "x-datadome": "",
    "x-dd-b": "",
    "x-px-block": "",
}
_CHALLENGE_STATUS = (
    202,
    401,
    403,
    405,
    429,
    503,
)  # with which a header of a vendor that serves sound pages too means a challenge
_CHALLENGE_MARKS = (  # in lower case; sought one by one, which is a hundred times as fast as one expression
    b"_cf_chl_opt", b"/cdn-cgi/challenge-platform/h/", b"cf-browser-verification", b"challenges.cloudflare.com",
    b"captcha-delivery.com",  # DataDome
    b"px-captcha", b"_pxappid", b"captcha.px-cdn.net",  # PerimeterX
    b"_incapsula_resource", b"awswafcookiedomainlist", b"sucuri_cloudproxy_js", b"anubis_challenge", b"ddos-guard/js-challenge",
    b"/__qrator/", b"qauth_utm", b"servicepipe.ru",  # in front of many Russian outlets
)  # fmt: skip
_PARAGRAPHS = 4  # beyond which it is an ordinary page; a challenge has one to three
_WANTS_SCRIPT = re.compile(
    r"(?:enable|turn on|activate)\s+(?:your\s+)?javascript|javascript\s+(?:is\s+)?(?:required|disabled|not enabled)"
    r"|javascript.{0,40}continue"
    r"|(?:включите|увімкніть|укључите|uključite|omogućite|омогућите)\s+(?:поддержку\s+|підтримку\s+)?java\s?script"
    r"|자바스크립트.{0,20}(?:활성|사용|허용)|javascript.{0,20}(?:활성|허용)|(?:启用|開啟|啟用|打开|开启)\s*javascript|javascript\s*を有効",
    re.IGNORECASE | re.DOTALL,
)
_SCRIPT_WORDS = (b"javascript", b"java script", "자바스크립트".encode())
_MARKUP = re.compile(r"<[^<>]*>")
_CONSENT_HOSTS = frozenset("consent consents guce cmp privacy-gate privacygate cookiewall consent-manager".split())
_CONSENT_PATHS = frozenset(
    "consent consents cookie-consent cookieconsent privacy-gate privacygate privacywall cookiewall cookie-wall gdpr-consent gdpr "
    "zustimmung myprivacy collectconsent".split()
)
_LOGIN_PATHS = frozenset(
    "login log-in logon signin sign-in sso oauth auth register registration subscribe subscription subscriptions paywall "
    "pretplata prijava registracija anmelden abo войти подписка".split()
)
_MISSING_PATHS = frozenset("404 404.html 404.php 404.aspx notfound not-found page-not-found error404 error".split())


def refuse_wall(page: Page) -> None:
    """Raise Retry(CHALLENGE), or Skip(CONSENT_WALL, PAYWALL or NOT_ARTICLE), if the answer isn't what was asked for."""
    if _is_challenge(page):
        raise Retry(Reason.CHALLENGE, f"status {page.status}", after=retry_after(page.header("retry-after"), datetime.now(UTC)))
    if page.hops and page.status == 200:
        _refuse_end(page.url, page.final_url)


def refuse_noindex(page: Page, head: Head, product: str) -> None:
    """Raise Skip(NOINDEX) if header or head ask all robots, or us, not to index the page."""
    said = [("robots", value.lower()) for name, value in page.headers if name == "x-robots-tag"]
    if any(_forbids(name, directives, product.lower()) for name, directives in [*said, *head.robots]):
        raise Skip(Reason.NOINDEX)


def _forbids(name: str, directives: str, product: str) -> bool:
    """`noindex, nofollow`; in a header also `otherbot: noindex, ourbot: none`: a name holds for what follows it."""
    for part in directives.split(","):
        named, colon, rest = part.rpartition(":")
        if (
            colon
            and named.strip() not in ("max-snippet", "max-image-preview", "max-video-preview")
            and "unavailable" not in named
        ):
            name, part = named.strip(), rest
        if name in ("robots", product) and part.strip() in ("noindex", "none"):
            return True
    return False


def _is_challenge(page: Page) -> bool:
    for name, value in _CHALLENGE_HEADERS.items():
        said = page.header(name)
        if said and (said == value if value else page.status in _CHALLENGE_STATUS):
            return True
    if len(page.body) > STUB or (page.status == 200 and _has_paragraphs(page.body)):
        return False
    body = page.body.lower()
    marked = any(mark in body for mark in _CHALLENGE_MARKS)
    if page.status != 200:
        return marked
    return (marked or any(word in body for word in _SCRIPT_WORDS)) and _is_stub(page.body, marked=marked)


def _has_paragraphs(body: bytes) -> bool:
    """Whether it has more than a challenge has. Most pages show it early: nothing beyond is read."""
    at = 0
    for _ in range(_PARAGRAPHS + 1):
        at = body.find(b"<p", at) + 2
        if at < 2:
            return body.lower().count(b"<p") > _PARAGRAPHS
    return True


def _is_stub(body: bytes, *, marked: bool) -> bool:
    """Whether a page says next to nothing, and that it wants a script (a mark says the same)."""
    shown = without(body, (b"script", b"style", b"template")).decode("utf-8", "replace")
    text = " ".join(_MARKUP.sub(" ", shown).split())
    return len(text) <= FEW and (marked or bool(_WANTS_SCRIPT.search(text)))


def _refuse_end(asked: str, end: str) -> None:
    """What a redirect's end says by its address, where it names no article."""
    parts = urlsplit(end)
    labels, segments = (parts.hostname or "").split("."), [part for part in parts.path.lower().split("/") if part]
    if key_of(asked) == key_of(end):
        return
    if not _CONSENT_HOSTS.isdisjoint(labels[:-1]) or not _CONSENT_PATHS.isdisjoint(segments):
        raise Skip(Reason.CONSENT_WALL, parts.hostname or "")
    if not _LOGIN_PATHS.isdisjoint(segments) and not names_article(parts.path):
        raise Skip(Reason.PAYWALL, "redirects to a login")
    if not _MISSING_PATHS.isdisjoint(segments[-1:]):
        raise Skip(Reason.NOT_ARTICLE, "redirects to a page that says it isn't there")
    if is_front(end) and not is_front(asked):
        raise Skip(Reason.NOT_ARTICLE, "redirects to the front page")
