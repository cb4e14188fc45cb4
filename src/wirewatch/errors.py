"""How things end: one small tree of exceptions and the closed list of reasons.

    WirewatchError
    ├── UserError        the user's mistake: one line on the screen, exit code 2
    │   └── ConfigError  all mistakes of the config files at once, a line each
    ├── Unavailable      something we stand on can't be had now (disk full, server down): one line, exit code 1
    ├── Skip             this item is over, for good, and that is no fault
    └── Retry            this item is tried again later, a bounded number of times, then `failed`

How a stage ends for one item is told by the class alone. Everything else that is raised is a bug: logged with its
traceback, the item retried.
"""

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum


class Reason(StrEnum):
    """Why an item was skipped, retried or failed. Closed: a new reason is added here, and in docs/operations.md."""

    # what the network did
    DNS = "dns"
    CONNECTION = "connection"
    TLS = "tls"
    TIMEOUT = "timeout"
    PROTOCOL = "protocol"  # what came was no HTTP, or broke its rules
    TRUNCATED = "truncated"  # fewer bytes than announced
    ENCODING = "encoding"  # a Content-Encoding that wasn't offered, or doesn't unpack
    TOO_LARGE = "too-large"
    REDIRECTS = "redirects"  # too many, or in a circle
    BLOCKED_ADDRESS = "blocked-address"  # private, loopback, link-local …: see net/guard.py
    BAD_URL = "bad-url"
    # what the server said
    HTTP_401 = "http-401"
    HTTP_403 = "http-403"
    HTTP_404 = "http-404"
    HTTP_410 = "http-410"
    HTTP_429 = "http-429"
    HTTP_4XX = "http-4xx"
    HTTP_5XX = "http-5xx"
    HTTP_OTHER = "http-other"
    CHALLENGE = "challenge"  # a bot challenge instead of the page
    ROBOTS = "robots"
    ROBOTS_UNREACHABLE = "robots-unreachable"  # 5xx or no answer: nothing may be fetched for now (RFC 9309)
    NOINDEX = "noindex"
    NEVER = "never"  # its host stands in fetch.never
    # what came
    NOT_A_FEED = "not-a-feed"
    NOT_HTML = "not-html"
    EMPTY = "empty"
    NOT_ARTICLE = "not-article"  # HTML without a text that could be an article's
    CONSENT_WALL = "consent-wall"
    PAYWALL = "paywall"
    UNCHANGED = "unchanged"  # a later look found the page, or its text, as it was
    SAME_AS = "same-as"  # turned out to be another article under a further address
    # what happened inside
    EXTRACT_TIMEOUT = "extract-timeout"
    EXTRACT_MEMORY = "extract-memory"
    EXTRACT_CRASH = "extract-crash"
    EXTRACT_LIMIT = "extract-limit"  # too deep, too many elements, a tag too long
    ARCHIVE_LOST = "archive-lost"  # the page's record can't be read back
    PAST_KEEPING = "past-keeping"  # first seen in a month that index.keep has dropped
    REJECTED = "rejected"  # the index refused the document
    POISON = "poison"  # took its worker down with it, again and again
    BUG = "bug"
    FORGOTTEN = "forgotten"


class WirewatchError(Exception):
    """Everything that wirewatch raises on purpose."""


class UserError(WirewatchError):
    """The user's mistake. Its text says in one line what, where, and what would be right."""


class ConfigError(UserError):
    """Every mistake found in the config files; `problems` has one line for each."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(self.problems))


class Unavailable(WirewatchError):
    """What we stand on can't be had now; nothing is lost. Its text is one line that says what to do."""


class Skip(WirewatchError):
    """The item is over for good, without a fault."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        self.reason, self.detail = reason, detail
        super().__init__(f"{reason}: {detail}" if detail else str(reason))


class Retry(WirewatchError):
    """The item is tried again, not before `after` from now (None: the stage's own growing schedule)."""

    def __init__(self, reason: Reason, detail: str = "", *, after: timedelta | None = None) -> None:
        self.reason, self.detail, self.after = reason, detail, after
        super().__init__(f"{reason}: {detail}" if detail else str(reason))
