"""What the client raises, in our words: one line that says what to do."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from elastic_transport import TlsError
from elasticsearch import (
    ApiError,
    AuthenticationException,
    AuthorizationException,
    ConnectionError,
    ConnectionTimeout,
    TransportError,
    UnsupportedProductError,
)

from wirewatch.errors import Unavailable, UserError, WirewatchError
from wirewatch.safe import one_line

KEPT = "what isn't written stays queued"
PASSING = (429, 502, 503, 504)


class NotSetUp(Unavailable):
    """The server isn't ready for us; the text names the command that mends it."""


@contextmanager
def told(url: str) -> Iterator[None]:
    """Inside, what the client raises becomes ours; what is a bug stays what it is."""
    try:
        yield
    except (TransportError, ApiError) as error:
        if (known := ours(error, url)) is None:
            raise
        raise known from error


def ours(error: Exception, url: str) -> WirewatchError | None:
    """The error of ours; None for one that is a bug of ours (a request that the server doesn't understand)."""
    match error:
        case TlsError():
            return Unavailable(f"{url}: its certificate isn't trusted; set index.ca_file or index.fingerprint ({_short(error)})")
        case ConnectionTimeout():
            return Unavailable(f"{url} doesn't answer in time; {KEPT}")
        case ConnectionError():
            return Unavailable(f"{url} can't be reached; is Elasticsearch running? {KEPT} ({_short(error)})")
        case UnsupportedProductError():
            return UserError(f"{url} is no Elasticsearch")
        case AuthenticationException():
            return Unavailable(f"{url} doesn't know this login; check index.api_key, or index.user and index.password")
        case AuthorizationException():
            return Unavailable(f"{url}: the login may not do this; `wirewatch doctor` says what is missing ({_short(error)})")
        case ApiError():
            return _answered(error, url)
        case _:
            return Unavailable(f"{url} can't be used: {_short(error)}")


def _answered(error: ApiError, url: str) -> WirewatchError | None:
    text = str(error)
    if "media_type_header_exception" in text or "compatible-with" in text:
        return UserError(f"{url} is another major version; wirewatch needs Elasticsearch 9")
    if "too_many_clauses" in text or "too_many_nested_clauses" in text:
        return UserError("the query has too many words, or a beginning that too many words share")
    if error.status_code in PASSING:
        return Unavailable(f"{url} is overloaded or not ready ({error.status_code}); {KEPT}")
    return None


def _short(error: Exception) -> str:
    """What happened, without the layers that it came through."""
    text = str(error)
    plain = re.search(r"\[Errno -?\d+\] ([^')>]+)", text)
    return one_line(plain[1] if plain else text, 200)
