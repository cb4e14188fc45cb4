"""The client keeps its bounds against servers that don't keep theirs."""

import asyncio
import gzip
import socket
import threading
from collections.abc import Callable
from typing import Any

import pytest

from tests.loopback import Handler, Site, answer, cut, drip, flood, redirect, reset
from wirewatch.errors import Reason, Retry, Skip, UserError
from wirewatch.model import Page
from wirewatch.net.client import Http

HTML = "text/html; charset=utf-8"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
Routes = dict[str, bytes | Handler]
RESOLVER = socket.getaddrinfo


def ask(routes: Routes, path: str = "/", *, timeout: float = 5.0, **options: Any) -> Page:
    """What the client makes of `path` on a server with these routes."""

    async def run() -> Page:
        async with Site(routes) as site, client(timeout) as http:
            return await get(http, site.url(path), **options)

    return asyncio.run(run())


def client(timeout: float = 5.0) -> Http:
    return Http("wirewatch-test", "desk@example.org", timeout, ["127.0.0.1/32"])


async def get(http: Http, url: str, **options: Any) -> Page:
    return await http.get(url, **({"max_bytes": 100_000, "total": 10.0, "redirects": 5} | options))


def reason_of(act: Callable[[], object]) -> Reason:
    with pytest.raises(Retry) as failed:
        act()
    return failed.value.reason


def test_a_page_comes_with_everything_that_was_said() -> None:
    page = ask({"/": answer("Мост преко Тисе", content_type=HTML, x_name="Ж")})

    assert page.body.decode() == "Мост преко Тисе"
    assert (page.status, page.header("content-type"), page.header("x-name"), page.ip) == (200, HTML, "Ж", "127.0.0.1")
    assert ("user-agent", "wirewatch-test (+desk@example.org)") in page.request_headers
    assert ("accept-encoding", "gzip, deflate") in page.request_headers


@pytest.mark.parametrize("status", [204, 304, 404, 410, 429, 500, 503])
def test_a_status_is_told_and_is_no_error(status: int) -> None:
    assert ask({"/": answer("", status)}).status == status


def test_a_connection_is_used_again() -> None:
    async def run() -> tuple[int, list[str]]:
        async with Site({"/1": answer("one"), "/2": answer("two")}) as site, client() as http:
            await get(http, site.url("/1"))
            await get(http, site.url("/2"))
            return site.connections, site.paths()

    assert asyncio.run(run()) == (1, ["/1", "/2"])


def test_the_total_time_ends_a_dripping_head_and_a_dripping_body() -> None:
    head = drip(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"s", 0.02)
    body = drip(HEAD + b"Content-Length: 90000\r\n\r\n", b"s", 0.02)

    assert reason_of(lambda: ask({"/": head}, total=0.3)) is Reason.TIMEOUT
    assert reason_of(lambda: ask({"/": body}, total=0.3)) is Reason.TIMEOUT


def test_a_silent_server_is_a_timeout() -> None:
    async def hold(_writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(30)

    assert reason_of(lambda: ask({"/": hold}, timeout=0.2)) is Reason.TIMEOUT


def test_a_body_without_end_is_too_large() -> None:
    endless = flood(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"4000\r\n" + b"x" * 0x4000 + b"\r\n")

    assert reason_of(lambda: ask({"/": endless})) is Reason.TOO_LARGE


def test_a_bomb_is_too_large() -> None:
    bomb = answer(gzip.compress(bytes(50_000_000)), content_encoding="gzip")

    assert reason_of(lambda: ask({"/": bomb})) is Reason.TOO_LARGE


def test_an_announced_length_above_the_limit_is_not_read() -> None:
    large = flood(HEAD + b"Content-Length: 999999999\r\n\r\n", b"x" * 1000)

    assert reason_of(lambda: ask({"/": large})) is Reason.TOO_LARGE


def test_a_body_may_be_cut_instead() -> None:
    endless = flood(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"4000\r\n" + b"x" * 0x4000 + b"\r\n")

    assert ask({"/": endless}, cut=True, max_bytes=70_000).body == b"x" * 70_000


@pytest.mark.parametrize(
    ("served", "reason"),
    [
        (cut(HEAD + b"Content-Length: 900\r\n\r\nshort"), Reason.TRUNCATED),
        (cut(HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n"), Reason.TRUNCATED),
        (reset(HEAD + b"Content-Length: 900\r\n\r\nshort"), Reason.CONNECTION),
        (cut(b""), Reason.CONNECTION),
        (cut(b"<html>HTTP/0.9</html>\r\n\r\n"), Reason.PROTOCOL),
        (cut(b"\x15\x03\x01\x00\x02\x02\x46"), Reason.PROTOCOL),
        (cut(HEAD + b": nameless\r\n\r\n"), Reason.PROTOCOL),
        (flood(HEAD + b"X-Long: ", b"x" * 5000), Reason.PROTOCOL),
        (cut(HEAD + b"Content-Length: 5\r\nContent-Length: 900\r\n\r\nshort"), Reason.PROTOCOL),
        (answer("x", content_encoding="br"), Reason.ENCODING),
        (answer(gzip.compress(b"page", mtime=0)[:-4], content_encoding="gzip"), Reason.TRUNCATED),
    ],
)
def test_a_broken_answer_has_its_reason(served: bytes | Handler, reason: Reason) -> None:
    assert reason_of(lambda: ask({"/": served})) is reason


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "javascript:alert(1)",
        "http://",
        "http:///x",
        "http://[::1",
        "http://a..b/",
        "http://x:99999/",
        "//x/",
    ]
    + ["http://x/\r\nX-Injected: 1", "http://" + "a" * 70 + ".example/", "http://x/" + "a" * 9000, "", "no address"],
)
def test_what_is_no_web_address_is_refused_before_anything_is_sent(url: str) -> None:
    async def run() -> None:
        async with client() as http:
            await get(http, url)

    assert reason_of(lambda: asyncio.run(run())) is Reason.BAD_URL


@pytest.mark.parametrize(
    "host", ["127.0.0.2", "127.1", "2130706433", "0x7f000001", "[::1]", "[::ffff:127.0.0.1]", "localhost", "0.0.0.0"]
)
def test_no_spelling_of_a_private_address_is_connected_to(host: str) -> None:
    async def run() -> None:
        async with Http("test", "", 5.0, []) as http:
            await get(http, f"http://{host}:9/")

    assert reason_of(lambda: asyncio.run(run())) is Reason.BLOCKED_ADDRESS


def test_a_redirect_into_the_private_network_is_refused() -> None:
    async def run() -> int:
        async with (
            Site(host="127.0.0.254") as inside,
            Site({"/": redirect(inside.url("/latest/meta-data"))}) as site,
            client() as http,
        ):
            with pytest.raises(Retry) as refused:
                await get(http, site.url())
            assert refused.value.reason is Reason.BLOCKED_ADDRESS
            return inside.connections

    assert asyncio.run(run()) == 0


def test_the_address_that_was_checked_is_the_one_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    resolver = socket.getaddrinfo

    def rebinding(host: Any, *rest: Any, **options: Any) -> Any:
        asked.append(host)
        return resolver("127.0.0.1" if len(asked) == 1 else "127.0.0.254", *rest, **options)

    async def run() -> Page:
        async with Site({"/": answer("page")}) as site, client() as http:
            monkeypatch.setattr(socket, "getaddrinfo", rebinding)
            return await get(http, f"http://rebind.example:{site.port}/")

    page = asyncio.run(run())

    assert (page.ip, asked) == ("127.0.0.1", ["rebind.example"])


def test_an_unknown_name_is_a_dns_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    async def run() -> None:
        async with client() as http:
            await get(http, "http://nowhere.example/")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)

    assert reason_of(lambda: asyncio.run(run())) is Reason.DNS


def test_a_resolver_that_hangs_is_a_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    end = threading.Event()

    async def run() -> None:
        async with client() as http:
            await get(http, "http://slow.example/", total=0.2)

    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: end.wait(20) and [])

    assert reason_of(lambda: asyncio.run(run())) is Reason.TIMEOUT
    end.set()


def test_a_redirect_is_followed_and_kept() -> None:
    page = ask({"/": redirect("/b?ж=1#part", 301), "/b?%D0%B6=1": answer("there")})

    assert page.body == b"there"
    assert page.url.endswith("/")
    assert page.final_url.endswith("/b?%D0%B6=1")
    assert [(hop.url, hop.status) for hop in page.hops] == [(page.url, 301)]


def test_a_redirect_that_waits_for_its_own_cookie_is_followed() -> None:
    async def run() -> list[str]:
        async with Site({"/": redirect("/ok", set_cookie="seen=1"), "/ok": answer("there")}) as site, client() as http:
            await get(http, site.url())
            await get(http, site.url("/ok"))
            return [one.headers.get("cookie", "") for one in site.asked]

    assert asyncio.run(run()) == ["", "seen=1", ""]


def test_a_cookie_of_a_redirect_may_hold_any_letters() -> None:
    async def run() -> int:
        async with Site({"/": redirect("/ok", set_cookie="city=Нови Сад"), "/ok": answer("there")}) as site, client() as http:
            return (await get(http, site.url())).status

    assert asyncio.run(run()) == 200


@pytest.mark.parametrize(
    ("routes", "reason"),
    [
        ({"/": redirect("/")}, Reason.REDIRECTS),
        ({"/": redirect("/a"), "/a": redirect("/")}, Reason.REDIRECTS),
        ({"/" + "a" * n: redirect("/a" + "a" * n) for n in range(10)}, Reason.REDIRECTS),
        ({"/": redirect("file:///etc/passwd")}, Reason.BAD_URL),
        ({"/": redirect("http://[::1")}, Reason.BAD_URL),
        ({"/": redirect("//a..b/")}, Reason.BAD_URL),
        ({"/": redirect("http://xn--/")}, Reason.BAD_URL),
    ],
)
def test_a_redirect_that_leads_nowhere_has_its_reason(routes: Routes, reason: Reason) -> None:
    assert reason_of(lambda: ask(routes)) is reason


def test_a_hop_may_be_refused_and_its_wait_spends_no_time_of_the_exchange() -> None:
    async def slow(_: str) -> None:
        await asyncio.sleep(0.4)

    async def refuse(url: str) -> None:
        raise Skip(Reason.ROBOTS, url)

    routes: Routes = {"/": redirect("/b"), "/b": answer("there")}

    assert ask(routes, on_hop=slow, total=0.3).body == b"there"
    with pytest.raises(Skip):
        ask(routes, on_hop=refuse)


def test_the_head_may_refuse_before_the_body_is_read() -> None:
    def refuse(status: int, content_type: str) -> None:
        raise Skip(Reason.NOT_HTML, f"{status} {content_type}")

    with pytest.raises(Skip, match="200 video/mp4"):
        ask({"/": flood(b"HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\nContent-Length: 99999\r\n\r\n", b"x")}, on_head=refuse)


def test_credentials_go_to_their_own_host_and_into_no_record() -> None:
    async def run() -> tuple[Page, str, str]:
        async with Site({"/": answer("elsewhere")}) as other, Site({"/": redirect(other.url())}) as site, client() as http:
            page = await get(http, site.url().replace("//", "//reader:s3cret@"))
            return page, site.asked[0].headers["authorization"], other.asked[0].headers.get("authorization", "")

    page, here, there = asyncio.run(run())

    assert (here, there) == ("basic cmvhzgvyonmzy3jlda==", "")
    assert "s3cret" not in page.final_url + str(page.hops) + str(page.request_headers)


def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    assert ask({"/": answer("direct")}).body == b"direct"


def test_a_proxy_of_the_environment_is_used_if_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> tuple[bytes, list[str]]:
        async with Site({"http://vesti.example/a": answer("through it"), "/a": answer("direct")}) as proxy:
            monkeypatch.setenv("http_proxy", proxy.url(""))
            monkeypatch.setenv("no_proxy", "127.0.0.1")
            async with Http("test", "", 5.0, ["127.0.0.1/32"], use_proxies=True) as http:
                through = await get(http, "http://vesti.example/a")
                await get(http, proxy.url("/a"))
            return through.body, proxy.paths()

    monkeypatch.setattr(socket, "getaddrinfo", _only_loopback)

    assert asyncio.run(run()) == (b"through it", ["http://vesti.example/a", "/a"])


@pytest.mark.parametrize("host", ["127.0.0.254", "2130706433", "[::1]"])
def test_a_proxy_is_no_way_into_the_private_network(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        async with Site() as proxy:
            monkeypatch.setenv("http_proxy", proxy.url(""))
            async with Http("test", "", 5.0, [], use_proxies=True) as http:
                try:
                    await get(http, f"http://{host}:9/")
                finally:
                    assert proxy.connections == 0

    assert reason_of(lambda: asyncio.run(run())) is Reason.BLOCKED_ADDRESS


@pytest.mark.parametrize(("password", "told"), [("s%40cret", "basic zgvzazpzqgnyzxq="), ("%C3%BC", "basic zgvzazrdva==")])
def test_a_proxy_is_told_its_user_and_password(password: str, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> str:
        async with Site({"http://vesti.example/a": answer("through it")}) as proxy:
            monkeypatch.setenv("http_proxy", proxy.url("").replace("://", f"://desk:{password}@"))
            async with Http("test", "", 5.0, ["127.0.0.1/32"], use_proxies=True) as http:
                await get(http, "http://vesti.example/a")
            return proxy.asked[0].headers["proxy-authorization"]

    monkeypatch.setattr(socket, "getaddrinfo", _only_loopback)

    assert asyncio.run(run()) == told


@pytest.mark.parametrize(
    "url",
    [
        "proxy",
        "proxy:3128",
        "socks5://proxy:1080",
        "http://",
        "http://proxy:99999",
        "http://a:s3cret@[x",
        "http://a:s3cret",
        "a:s3cret",
        "http://дописник:s3cret@proxy:3128",
    ],
)
def test_a_proxy_that_is_none_is_the_users_mistake_told_without_its_password(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", url)

    with pytest.raises(UserError, match=r"^HTTPS_PROXY: .* is no proxy's address; write http://proxy\.example") as told:
        Http("test", "", 5.0, use_proxies=True)

    assert "s3cret" not in str(told.value)


def _only_loopback(host: Any, *rest: Any, **options: Any) -> Any:
    if host != "127.0.0.1":
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    return RESOLVER(host, *rest, **options)


def test_a_host_that_is_never_to_be_asked_is_not_asked_under_its_name_with_a_dot_either() -> None:
    async def run(url: str) -> Page:
        async with Http("wirewatch-test", "", 5.0, never=["vesti.invalid"]) as http:
            return await get(http, url)

    for url in ("http://vesti.invalid/", "http://vesti.invalid./", "http://m.vesti.invalid./"):
        assert reason_of(lambda url=url: asyncio.run(run(url))) is Reason.NEVER  # type: ignore[misc]
