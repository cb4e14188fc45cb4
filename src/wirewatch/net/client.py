"""The one HTTP client: every exchange is bounded in time, bytes, redirects and destinations.

httpx bounds neither the total time nor the unpacked size, and follows redirects anywhere: those are ours here.
"""

import asyncio
import base64
import re
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from types import TracebackType
from typing import TYPE_CHECKING, Self

import httpcore
import httpx

from wirewatch.errors import Reason, Retry
from wirewatch.model import Hop, Page
from wirewatch.net.connect import Pools
from wirewatch.net.guard import Guard
from wirewatch.net.unpack import OFFERED, Unpacker
from wirewatch.safe import TOKEN, one_line

if TYPE_CHECKING:
    from wirewatch.settings.schema import FetchSettings

OnHop = Callable[[str], Awaitable[None]]
OnHead = Callable[[int, str], None]
Headers = tuple[tuple[str, str], ...]
_REDIRECTS = (301, 302, 303, 307, 308)
_URL_LIMIT = 8192  # characters; servers refuse longer ones
_ACCEPT = "text/html,application/xhtml+xml,application/rss+xml,application/atom+xml,application/xml;q=0.9,*/*;q=0.5"
_BEGIN = re.compile(r"[^/?#]*(?://[^/?#]*)?")  # of an address: what stands before its path
_COOKIES = 8192  # characters of a Cookie header; servers refuse longer ones
_BROKEN = (
    httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError, httpcore.ProxyError, httpcore.UnsupportedProtocol,
)  # fmt: skip
_SECRET = ("authorization", "cookie")  # never kept: request headers end up in the archive


@dataclass(slots=True)
class _Exchange:
    """One `get` on its way from hop to hop."""

    url: httpx.URL
    headers: Mapping[str, str]
    max_bytes: int
    cut: bool
    on_head: OnHead | None
    origin: httpx.URL  # where the credentials of the first address belong
    hops: list[Hop] = field(default_factory=list)
    seen: set[tuple[str, str]] = field(default_factory=set)
    cookies: httpx.Cookies = field(default_factory=httpx.Cookies)  # some servers redirect to the same page with a cookie


class Http:
    """An async HTTP/1.1 and HTTP/2 client that keeps connections alive. Use it as a context manager."""

    def __init__(
        self,
        user_agent: str,
        contact: str,
        timeout: float,
        allow_networks: tuple[str, ...] | list[str] = (),
        max_connections: int = 100,
        never: Sequence[str] = (),
        use_proxies: bool = False,
    ) -> None:
        """`timeout`: seconds of silence in each phase (connect, write, read). `allow_networks`: exempt from the guard.
        `never`: hosts that aren't asked, nor what lies below them. `use_proxies`: the environment's (HTTP_PROXY …); raises
        UserError for one that is no address.
        """
        self.product = user_agent.split("/")[0].split()[0]  # our name in a robots.txt
        name = one_line(f"{user_agent} (+{contact})" if contact else user_agent)
        self._fixed = {"user-agent": name, "accept": _ACCEPT, "accept-encoding": OFFERED}
        self._never = tuple(host.lower().strip(".") for host in never)
        self._timeout = {"connect": timeout, "read": timeout, "write": timeout, "pool": None}
        self._pools = Pools(Guard(allow_networks), max_connections, use_proxies=use_proxies)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self._pools.aclose()

    async def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        max_bytes: int,
        total: float,
        redirects: int,
        on_hop: OnHop | None = None,
        on_head: OnHead | None = None,
        cut: bool = False,
    ) -> Page:
        """The page at `url`, whatever its status: a 304 or 500 is a page, too.

        `max_bytes` of the unpacked body (`cut`: the rest is dropped, else it is Retry(TOO_LARGE)); `total` seconds for all hops;
        at most `redirects` of them. `on_hop(url)` is awaited before a redirect is followed, outside of the total time;
        `on_head(status, content type)` is called before the body is read. Both may raise. Raises Retry with the network's reason.
        """
        try:
            first = _parse(url)
            plan = _Exchange(first, headers or {}, max_bytes, cut, on_head, origin=first)
            async with asyncio.timeout(total) as deadline:
                return await self._follow(url, plan, redirects, on_hop, deadline)
        except TimeoutError:
            raise Retry(Reason.TIMEOUT, f"no whole answer within {total:g} s") from None

    async def _follow(self, asked: str, plan: _Exchange, redirects: int, on_hop: OnHop | None, deadline: asyncio.Timeout) -> Page:
        began, fetched_at = time.perf_counter(), datetime.now(UTC)
        while True:
            self._refuse(plan.url.host)
            request = self._headers(plan)
            _note_hop(plan, request, redirects)
            answer = await self._exchange(request, plan)
            if isinstance(answer, httpx.URL):
                plan.url = answer
                if on_hop:
                    await _outside(deadline, on_hop(str(answer)))
                continue
            status, headers, body, ip = answer
            return Page(
                url=asked,
                final_url=_bare(plan.url),
                status=status,
                headers=headers,
                body=body,
                fetched_at=fetched_at,
                took=time.perf_counter() - began,
                hops=tuple(plan.hops),
                request_headers=tuple(pair for pair in request if pair[0] not in _SECRET),
                ip=ip,
            )

    def _refuse(self, host: str) -> None:
        host = host.rstrip(".")
        if any(host == each or host.endswith(f".{each}") for each in self._never):
            raise Retry(Reason.NEVER, host)

    def _headers(self, plan: _Exchange) -> Headers:
        """What the next request says."""
        url, home = plan.url, plan.origin
        given = {name.lower(): value for name, value in plan.headers.items()}
        headers = {"host": url.netloc.decode("ascii")} | self._fixed | given
        if home.userinfo and (url.scheme, url.host, url.port) == (home.scheme, home.host, home.port):
            secret = f"{home.username}:{home.password}".encode()
            headers["authorization"] = "Basic " + base64.b64encode(secret).decode()
        if plan.hops and 0 < len(cookie := _cookie(plan)) <= _COOKIES:
            headers["cookie"] = cookie
        return tuple(headers.items())

    async def _exchange(self, headers: Headers, plan: _Exchange) -> tuple[int, Headers, bytes, str] | httpx.URL:
        """One request: the answer's status, headers, body and the server's address, or where it redirects to."""
        async with self._sent(headers, plan.url) as answer:
            said = httpx.Headers(answer.headers)
            onward = said.get("location", "").strip()
            if answer.status in _REDIRECTS and onward:
                plan.hops.append(Hop(url=_bare(plan.url), status=answer.status, headers=_pairs(said)))
                plan.cookies.extract_cookies(httpx.Response(answer.status, headers=said, request=httpx.Request("GET", plan.url)))
                return _parse(onward, base=plan.url)
            if plan.on_head:
                plan.on_head(answer.status, said.get("content-type", ""))
            peer = answer.extensions["network_stream"].get_extra_info("server_addr")
            return answer.status, _pairs(said), await _body(answer, said, plan), str(peer[0]) if peer else ""

    @asynccontextmanager
    async def _sent(self, headers: Headers, url: httpx.URL) -> AsyncIterator[httpcore.Response]:
        answer = None
        try:
            raw = [(name.encode(), value.encode()) for name, value in headers]
            where = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
            answer = await self._pools.ask(httpcore.Request("GET", where, headers=raw, extensions={"timeout": self._timeout}))
            yield answer
        except (*_BROKEN, httpx.InvalidURL, UnicodeError) as error:
            raise _retry(error, in_body=answer is not None) from error
        finally:
            if answer is not None:
                await answer.aclose()


def client_of(given: "FetchSettings") -> Http:
    """The client that the settings want. Raises UserError for a proxy that is none."""
    names = ("user_agent", "contact", "timeout", "allow_networks", "never", "use_proxies")
    return Http(**{name: getattr(given, name) for name in names})


def _cookie(plan: _Exchange) -> str:
    request = httpx.Request("GET", plan.url)
    request.headers.encoding = "utf-8"  # cookies hold any letters
    plan.cookies.set_cookie_header(request)
    return str(request.headers.get("cookie", ""))


async def _body(answer: httpcore.Response, said: httpx.Headers, plan: _Exchange) -> bytes:
    """The unpacked body within the limit."""
    announced = said.get("content-length", "")
    if not plan.cut and announced.isdecimal() and len(announced) < 20 and int(announced) > plan.max_bytes:
        raise Retry(Reason.TOO_LARGE, f"{announced} bytes announced, {plan.max_bytes} allowed")
    unpacker = Unpacker(said.get("content-encoding", ""), plan.max_bytes)
    async for piece in answer.stream:  # type: ignore[union-attr]  # which can be read at once, too; not so this one
        unpacker.feed(piece)
        if unpacker.full:
            break
    if unpacker.full and not plan.cut:
        raise Retry(Reason.TOO_LARGE, f"more than {plan.max_bytes} bytes")
    return unpacker.body()


def _parse(url: str, base: httpx.URL | None = None) -> httpx.URL:
    """An address as it is requested: absolute, http or https, without fragment. Raises Retry(BAD_URL)."""
    try:
        if len(url) > _URL_LIMIT:
            raise Retry(Reason.BAD_URL, f"longer than {_URL_LIMIT} characters")
        parsed = base.join(url) if base else httpx.URL(url)
        parsed = parsed.copy_with(fragment=None) if parsed.fragment or "#" in url else parsed
        host = parsed.host  # which may be no IDNA
    except (httpx.InvalidURL, UnicodeError, ValueError, TypeError):
        raise Retry(Reason.BAD_URL, "not a web address") from None
    if (parsed.port or 0) > 65535:
        raise Retry(Reason.BAD_URL, "no such port")
    if parsed.scheme not in ("http", "https") or not host:
        raise Retry(Reason.BAD_URL, f"neither http nor https: {one_line(parsed.scheme, 20)}")
    return parsed


def origin_of(url: str) -> str:
    """Scheme, host and port of an address, as one address without a path. Raises Retry(BAD_URL)."""
    return _origin(_BEGIN.match(url)[0])  # type: ignore[index]  # it matches anything


@lru_cache(1000)
def _origin(begin: str) -> str:
    parsed = _parse(begin)
    return f"{parsed.scheme}://{parsed.netloc.decode()}"


def _bare(url: httpx.URL) -> str:
    return str(url.copy_with(userinfo=b"") if url.userinfo else url)


def _note_hop(plan: _Exchange, request: Headers, redirects: int) -> None:
    """Raise Retry(REDIRECTS) if the way is too long, or has been here before with the same cookies."""
    mark = (str(plan.url), dict(request).get("cookie", ""))
    if mark in plan.seen:
        raise Retry(Reason.REDIRECTS, "redirects in a circle")
    if len(plan.hops) > redirects:
        raise Retry(Reason.REDIRECTS, f"more than {redirects} redirects")
    plan.seen.add(mark)


async def _outside(deadline: asyncio.Timeout, waiting: Awaitable[None]) -> None:
    """Wait without spending the exchange's time: another host's pace is not this server's fault."""
    loop, until = asyncio.get_running_loop(), deadline.when()
    began = loop.time()
    deadline.reschedule(None)
    await waiting
    deadline.reschedule(until + loop.time() - began if until else None)


def _pairs(headers: httpx.Headers) -> Headers:
    """Those that have a name: over HTTP/2 anything comes for one, a line break, too."""
    return tuple((name, value) for name, value in headers.multi_items() if TOKEN.fullmatch(name))


def _retry(error: Exception, *, in_body: bool) -> Retry:
    """What httpcore raised, as a reason. Addresses are left out of the text: they may hold credentials."""
    said = one_line(str(error), 200)
    match error:
        case httpcore.TimeoutException():
            return Retry(Reason.TIMEOUT, said or type(error).__name__)
        case httpcore.ConnectError() if tls := _tls_cause(error):
            return Retry(Reason.TLS, one_line(getattr(tls, "verify_message", "") or getattr(tls, "reason", "") or "no TLS", 200))
        case httpcore.NetworkError():
            return Retry(Reason.CONNECTION, said or "the connection broke")
        case httpcore.RemoteProtocolError() if in_body and "closed" in said:
            return Retry(Reason.TRUNCATED, said)
        case httpcore.RemoteProtocolError() if "disconnected" in said:
            return Retry(Reason.CONNECTION, said)
        case httpcore.RemoteProtocolError():
            return Retry(Reason.PROTOCOL, said)
        case httpcore.LocalProtocolError() | httpcore.UnsupportedProtocol() | httpx.InvalidURL() | UnicodeError():
            return Retry(Reason.BAD_URL, "not a web address")
        case _:
            return Retry(Reason.PROTOCOL, said or type(error).__name__)


def _tls_cause(error: BaseException | None) -> ssl.SSLError | None:
    while error is not None and not isinstance(error, ssl.SSLError):
        error = error.__cause__ or error.__context__
    return error
