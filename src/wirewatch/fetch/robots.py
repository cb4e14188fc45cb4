"""robots.txt (RFC 9309): what a host lets us fetch, and how fast.

4xx: no rules. 5xx, 429 and no answer: nothing may be fetched for an hour. Kept for a day.
"""

import re
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from protego import Protego

from wirewatch.errors import Reason, Retry, Skip
from wirewatch.net.client import Http, origin_of

LIMIT = 500 * 1024  # bytes that are read, as RFC 9309 asks at least; the rest is left out
REDIRECTS = 5  # RFC 9309
KEPT, KEPT_FAILURE = timedelta(hours=24), timedelta(hours=1)
LONGEST_DELAY = 120.0  # seconds of Crawl-delay that we wait; a host that wants more isn't fetched
UNREACHABLE, NO_RULES = 0, 404  # our status for a host that gave no answer, and for one that redirects for ever
_BOOK = 1000  # hosts' rules kept in memory
_ABOUT_US = (
    Reason.DNS,
    Reason.CONNECTION,
    Reason.TLS,
    Reason.BLOCKED_ADDRESS,
    Reason.BAD_URL,
    Reason.NEVER,
)  # not robots.txt's fault
_AGENT = re.compile(r"\s*user[- ]?agent\s*:?\s*([^#]*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Robots:
    """A host's robots.txt as it was fetched."""

    status: int
    body: bytes
    fetched_at: datetime
    agent: str
    rules: Protego

    @property
    def reachable(self) -> bool:
        """Whether the host said anything about its rules."""
        return self.status not in (UNREACHABLE, 429) and self.status < 500

    @property
    def valid_until(self) -> datetime:
        """When it has to be fetched again."""
        return self.fetched_at + (KEPT if self.reachable else KEPT_FAILURE)

    def check(self, url: str) -> None:
        """Raise Skip(ROBOTS) if the page may not be fetched, Retry(ROBOTS_UNREACHABLE) if that can't be known for now."""
        if not self.reachable:
            raise Retry(Reason.ROBOTS_UNREACHABLE, f"status {self.status}", after=self.valid_until - datetime.now(UTC))
        if not self.rules.can_fetch(url, self.agent):
            raise Skip(Reason.ROBOTS, "disallowed")
        if self.delay > LONGEST_DELAY:
            raise Skip(Reason.ROBOTS, f"crawl-delay of {self.delay:g} s")

    @property
    def delay(self) -> float:
        """Seconds that the host wants between two requests; 0 if it says nothing."""
        return max(self.rules.crawl_delay(self.agent) or 0.0, 0.0)


def read(status: int, body: bytes, fetched_at: datetime, agent: str) -> Robots:
    """The rules in a robots.txt. utf-8-sig: protego loses the first line behind a byte order mark."""
    text = body[:LIMIT].decode("utf-8-sig", "replace") if 200 <= status < 300 else ""
    return Robots(status, body[:LIMIT] if text else b"", fetched_at, agent, Protego.parse(_ours(text, agent)))


def _ours(text: str, agent: str) -> str:
    """The text with all groups of other robots under one name: protego keeps a set of rules for each name, so 500 KiB of names
    and rules would fill the memory."""
    lines = text.splitlines()
    for i, line in enumerate(lines):
        named = _AGENT.match(line)
        if named and named[1].strip().lower().replace("*", "") not in agent.lower():
            lines[i] = "User-agent: -"
    return "\n".join(lines)


class RobotsBook:
    """The rules of the hosts met in this run."""

    def __init__(self, http: Http, total: float) -> None:
        """`total`: seconds that a robots.txt may take."""
        self._http, self._total = http, total
        self._known: OrderedDict[str, Robots] = OrderedDict()

    def put(self, origin: str, robots: Robots) -> None:
        """Remember a host's rules."""
        self._known[origin] = robots
        self._known.move_to_end(origin)
        if len(self._known) > _BOOK:
            self._known.popitem(last=False)

    async def of(self, url: str) -> Robots:
        """The rules for an address, fetched if they aren't known. Raises Retry if the host can't be connected to."""
        origin = origin_of(url)
        known = self._known.get(origin)
        if known is None or known.valid_until <= datetime.now(UTC):
            known = await self._fetch(origin)
            self.put(origin, known)
        return known

    async def _fetch(self, origin: str) -> Robots:
        now, agent = datetime.now(UTC), self._http.product
        try:
            page = await self._http.get(f"{origin}/robots.txt", max_bytes=LIMIT, total=self._total, redirects=REDIRECTS, cut=True)
        except Retry as failed:
            if failed.reason in _ABOUT_US:
                raise
            return read(NO_RULES if failed.reason is Reason.REDIRECTS else UNREACHABLE, b"", now, agent)
        return read(page.status, page.body, now, agent)
