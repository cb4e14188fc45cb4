"""What makes two addresses the same article: the key, by exact rules; each avoids a mistake measured on others.

Kept, because real articles differ by it: the whole host but `www.`, the case of the path, a slash at the end, index.html,
every parameter that is no known tracker (`ref`, `cid`, `source` … hold article numbers somewhere), a bare `?12345`.
Not kept: scheme, `www.`, default ports, user and password, fragment, the order of parameters, trackers.
"""

from base64 import b32encode
from functools import lru_cache
from hashlib import blake2b
from urllib.parse import unquote_plus, urlsplit, urlunsplit

from w3lib.url import canonicalize_url

from wirewatch.errors import Reason, Skip
from wirewatch.model import ArticleId

LONGEST_KEY = 1000  # characters (ASCII); PostgreSQL's index refuses entries over 2,700 bytes
_TRACKER_PREFIXES = ("utm_", "mtm_")
_TRACKERS = frozenset(
    "fbclid gclid gclsrc dclid gbraid wbraid msclkid yclid ysclid twclid ttclid li_fat_id igshid igsh mc_cid mc_eid mkt_tok "
    "_openstat _hsenc _hsmi __hssc __hstc __hsfp hsctatracking oly_anon_id oly_enc_id vero_id vero_conv "
    "wickedid s_cid rb_clickid mkevt mkcid at_medium at_campaign".split()
)


@lru_cache(maxsize=1024)  # of one article it is asked ten times, mostly in a row
def key_of(url: str) -> str:
    """The identity of an article's address, ASCII, at most LONGEST_KEY characters; the same for its own `https://` form.

    Raises Skip(BAD_URL) for what is no http(s) address with a host.
    """
    scheme_host, path, query = _parts(url)
    host = scheme_host.removesuffix(":80").removesuffix(":443")
    while host.startswith("www.") and "." in host[4:]:
        host = host[4:]
    kept = "&".join(pair for pair in query.split("&") if not is_tracker(pair))
    key = canonicalize_url(urlunsplit(("https", host, path or "/", kept, ""))).removeprefix("https://")
    if len(key) > LONGEST_KEY:
        return f"{host}/~{blake2b(key.encode(), digest_size=20).hexdigest()}"
    return key


def article_id_of(key: str) -> ArticleId:
    """The id given to an article when its first key is seen: 16 characters of a–z and 2–7."""
    return ArticleId(short_hash(key))


def short_hash(text: str) -> str:
    """80 bits of `text` as 16 characters of a–z and 2–7."""
    return b32encode(blake2b(text.encode("utf-8", "replace"), digest_size=10).digest()).decode().lower()


def host_of(url: str) -> str:
    """Who is asked for it: "name:port", lower case, ASCII. Raises Skip(BAD_URL) as key_of."""
    name, _, _ = _parts(url)
    if name.rpartition("]")[2].count(":"):
        return name
    return f"{name}:{80 if url.lstrip()[:5].lower() == 'http:' else 443}"


def _parts(url: str) -> tuple[str, str, str]:
    """Host (with its port, if one is given), path and query."""
    try:
        clean = url.strip().encode("utf-8", "strict").decode()
        parts = urlsplit(clean)
        name, port = (parts.hostname or "").rstrip("."), parts.port
        if not name.isascii():
            name = name.encode("idna").decode()
    except ValueError as error:  # UnicodeError is one
        raise Skip(Reason.BAD_URL, f"{url[:200]!r}: {error}"[:300]) from error
    if parts.scheme not in ("http", "https") or not name or len(name) > 253 or not _fits_a_host(name):
        raise Skip(Reason.BAD_URL, repr(url[:200]))
    name = f"[{name}]" if ":" in name else name
    return (f"{name}:{port}" if port is not None else name), parts.path, parts.query


def _fits_a_host(name: str) -> bool:
    return all(char.isalnum() or char in "-._:%" for char in name)


def is_tracker(pair: str) -> bool:
    """Whether a parameter (`name` or `name=value`) only says how a reader came."""
    name = unquote_plus(pair.partition("=")[0]).lower()
    return name in _TRACKERS or name.startswith(_TRACKER_PREFIXES)
