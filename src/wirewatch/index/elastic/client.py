"""The connection to a server: who we are, whom we trust, and which version answers."""

from elasticsearch import ApiError, Elasticsearch

from wirewatch.errors import UserError
from wirewatch.index.elastic.errors import told
from wirewatch.safe import one_line
from wirewatch.settings.schema import IndexSettings

MAJOR = "9"
TIMEOUT = 30.0  # seconds for an answer


def connect(where: IndexSettings) -> Elasticsearch:
    """A client for the server of `index.url`. Connects with the first request."""
    login: dict[str, object] = {}
    if where.api_key:
        login["api_key"] = where.api_key
    elif where.user:
        login["basic_auth"] = (where.user, where.password)
    if where.url.startswith("https:"):
        if where.fingerprint:
            login["ssl_assert_fingerprint"], login["verify_certs"] = where.fingerprint, False  # the pin is the check
            login["ssl_show_warn"] = False
        elif where.ca_file:
            if not where.ca_file.is_file():
                raise UserError(f"index.ca_file: {where.ca_file} is no file; write the path of the authority's PEM file")
            login["ca_certs"] = str(where.ca_file)
    try:
        return Elasticsearch(where.url, request_timeout=TIMEOUT, max_retries=2, retry_on_timeout=False, **login)  # type: ignore[arg-type]
    except ValueError as error:
        raise UserError(f"index.url: {one_line(where.url)} is no address; write http(s)://host:9200") from error


def check_version(client: Elasticsearch, url: str) -> None:
    """Raises UserError if another major version answers, or something that is no Elasticsearch."""
    with told(url):
        number = _version(client)
    if number and number.split(".")[0] != MAJOR:
        raise UserError(f"{url} is Elasticsearch {one_line(number, 20)}; wirewatch needs {MAJOR}")


def _version(client: Elasticsearch) -> str:
    """The server's version; "" where this login may not know it."""
    try:
        return str(client.info()["version"]["number"])
    except ApiError as error:
        if error.status_code not in (403, 405):  # 405: a server without its main module
            raise
    try:
        nodes = client.nodes.info(node_id="_local", filter_path="nodes.*.version")
    except ApiError as error:
        if error.status_code != 403:
            raise
        return ""
    return next((str(node["version"]) for node in nodes.get("nodes", {}).values()), "")
