"""`feeds add | remove | check | import | export`, as people type them, against outlets on this machine."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

import pytest

from tests.cli import TOML, Cli

FEEDS = """\
# Our outlets. Ask Ana before you take one out.
sources:
  - name: Већ ту          # the first
    home: http://192.0.2.1
    feeds:
      - http://192.0.2.1/rss   # slow on Sundays
# - name: not yet
"""
Routes = dict[str, tuple[int, dict[str, str], bytes]]


class Outlet(ThreadingHTTPServer):
    """A site on a port of its own; routes by path."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.routes: Routes = {}
        self.asked: list[str] = []
        self.base = f"http://127.0.0.1:{self.server_port}"
        self.before: Callable[[], object] = lambda: None  # done before each answer

    def put(self, path: str, body: str, kind: str = "text/html", status: int = 200, **headers: str) -> None:
        """Lay something there."""
        self.routes[path] = (status, {"Content-Type": kind} | headers, body.encode())


class _Handler(BaseHTTPRequestHandler):
    server: Outlet

    def do_GET(self) -> None:
        """Send what lies there."""
        self.server.asked.append(self.path)
        self.server.before()
        status, headers, body = self.server.routes.get(self.path, (404, {"Content-Type": "text/plain"}, b"nothing"))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """No log."""


@contextmanager
def opened() -> Iterator[Outlet]:
    """An outlet that answers."""
    server = Outlet()
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def outlet() -> Iterator[Outlet]:
    with opened() as server:
        yield server


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    config = tmp_path / "config"
    config.mkdir()
    (config / "wirewatch.toml").write_text(TOML, encoding="utf-8")
    (config / "feeds.yaml").write_text(FEEDS, encoding="utf-8")
    (config / "watches.yaml").write_text("watches: []\n", encoding="utf-8")
    return Cli(config, tmp_path / "home")


def feeds_yaml(cli: Cli) -> str:
    return (cli.config / "feeds.yaml").read_text(encoding="utf-8")


def rss(base: str, count: int = 4, title: str = "Вест", hours: int = 6) -> str:
    """A feed with an item every few hours."""
    now = datetime.now(UTC)
    items = "".join(
        f"<item><title>{title} {n}</title><link>{base}/{n}.html</link>"
        f"<pubDate>{format_datetime(now - timedelta(hours=hours * n))}</pubDate></item>"
        for n in range(count)
    )
    return f'<rss version="2.0"><channel><title>Лист</title><language>sr</language>{items}</channel></rss>'


def news_sitemap(base: str) -> str:
    about = f"<n:news><n:publication_date>{datetime.now(UTC):%Y-%m-%d}</n:publication_date><n:title>T</n:title></n:news>"
    return f'<urlset xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>{base}/1.html</loc>{about}</url></urlset>'


def front(*head: str) -> str:
    return f'<html lang="sr"><head><meta property="og:site_name" content="Лист & син">{"".join(head)}</head><body></body></html>'


def with_feeds(outlet: Outlet) -> None:
    """A front page with a base, two feeds and a comment feed; a news sitemap in robots.txt."""
    outlet.put(
        "/",
        front(
            f'<base href="{outlet.base}/media/">',
            '<link rel="alternate" type="application/rss+xml" href="rss.xml" title="Све">',
            "<link rel=alternate type=application/rss+xml href=/sport.xml>",
            '<link rel="alternate" type="application/rss+xml" href="/comments/feed/">',
            '<link rel="alternate" type="application/rss+xml" href="http://192.0.2.9/ads.xml">',
        ),
    )
    outlet.put("/media/rss.xml", rss(outlet.base), "application/rss+xml")
    outlet.put("/sport.xml", rss(outlet.base, 2, "Спорт", hours=100), "text/html")
    outlet.put("/news.xml", news_sitemap(outlet.base), "application/xml")
    outlet.put("/robots.txt", f"User-agent: *\nDisallow: /no\nSitemap: {outlet.base}/news.xml\n", "text/plain")


def test_a_sites_feeds_are_found_and_the_chosen_ones_written_with_comments_kept(cli: Cli, outlet: Outlet) -> None:
    with_feeds(outlet)

    rows = cli.rows("feeds", "add", outlet.base, "--pick", "1,3", "--country", "rs")

    assert [(row["url"], row["how"], row["entries"], row["chosen"]) for row in rows] == [
        (f"{outlet.base}/media/rss.xml", "link", 4, True),
        (f"{outlet.base}/sport.xml", "link", 2, False),
        (f"{outlet.base}/news.xml", "robots.txt", 1, True),
    ]
    assert round(rows[0]["per_day"]) == 4
    assert feeds_yaml(cli) == FEEDS.replace(
        "# - name: not yet\n",
        f'  - name: "Лист & син"\n    home: {outlet.base}/\n    country: rs\n    language: sr\n    feeds:\n'
        f"      - {outlet.base}/media/rss.xml\n      - {outlet.base}/news.xml\n# - name: not yet\n",
    )
    assert outlet.asked[:2] == ["/robots.txt", "/"]


@pytest.mark.long
def test_what_is_found_is_shown_and_nothing_written_unless_it_is_said(cli: Cli, outlet: Outlet) -> None:
    with_feeds(outlet)

    out = cli("feeds", "add", outlet.base)

    assert [word in out for word in ("rss20", "4 a day", "sitemap", "Лист")] == [True] * 4
    assert feeds_yaml(cli) == FEEDS


@pytest.mark.long
def test_a_second_feed_of_an_outlet_joins_the_first(cli: Cli, outlet: Outlet) -> None:
    with_feeds(outlet)
    cli("feeds", "add", outlet.base, "--yes", "--name", "Лист")

    cli("feeds", "add", f"{outlet.base}/sport.xml", "--all", "--every", "15m")
    again = cli.rows("feeds", "add", f"{outlet.base}/sport.xml", "--all")

    assert [row["already"] for row in again] == [True]
    assert feeds_yaml(cli).count("  - name: Лист\n") == 1
    assert f"      - {outlet.base}/media/rss.xml\n      - url: {outlet.base}/sport.xml\n        every: 15m\n" in feeds_yaml(cli)


@pytest.mark.long
def test_where_no_link_says_so_the_usual_places_are_tried_but_never_what_robots_txt_forbids(cli: Cli, outlet: Outlet) -> None:
    outlet.put("/", front())
    outlet.put("/robots.txt", "User-agent: *\nDisallow: /feed\n", "text/plain")
    outlet.put("/rss.xml", rss(outlet.base), "application/rss+xml")

    (row,) = cli.rows("feeds", "add", outlet.base, "--yes")

    assert (row["url"], row["how"]) == (f"{outlet.base}/rss.xml", "usual place")
    assert not [path for path in outlet.asked if path.startswith("/feed")]


def test_a_hostile_site_costs_few_requests_and_leads_nowhere(cli: Cli, outlet: Outlet) -> None:
    links = "".join(f'<link rel="alternate" type="application/rss+xml" href="/{n}.xml">' for n in range(100_000))
    outlet.put("/", front(links))
    outlet.put("/robots.txt", "".join(f"Sitemap: {outlet.base}/s{n}.xml\n" for n in range(10_000)), "text/plain")
    outlet.put("/0.xml", "", status=302, Location="http://169.254.169.254/latest/")
    outlet.put("/1.xml", "", status=302, Location="http://10.0.0.1/rss")
    outlet.put("/2.xml", "", status=302, Location="/2.xml")
    outlet.put("/3.xml", rss(outlet.base, title="\x1b[2J\u202e&#27;]0;owned&#7;"), "text/xml")
    outlet.put("/4.xml", rss("http://192.0.2.7", title="Продато"), "text/xml")

    process = cli.start("feeds", "add", outlet.base, "--all")
    out, err = process.communicate(timeout=120)

    assert process.returncode == 0
    assert len(outlet.asked) <= 41
    assert not [char for char in out + err if char != "\n" and (ord(char) < 32 or char in "\x7f\u202e\u2066")]
    assert f"      - {outlet.base}/3.xml\n      - {outlet.base}/4.xml\n" in feeds_yaml(cli)


@pytest.mark.long
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("add", "http://"), "'http://' is no web address; write https://www.example.org"),
        (("add", "{base}", "--pick", "9"), "'9' is no number of the table; write some of 1 to 3, with commas between"),
        (("add", "{base}/sport.xml", "--pick", "9"), "'9' is no number of the table; there is only 1"),
        (("add", "{base}", "--all", "--every", "soon"), "--every: 'soon' is no pace; write 30s, 5m, 1h or 1d"),
        (("remove", "Нема"), "'Нема' is neither an outlet nor a feed of feeds.yaml; `wirewatch feeds list` shows them"),
        (("import", "nowhere.opml"), "nowhere.opml: No such file or directory"),
    ],
)
def test_a_mistake_is_a_line_and_changes_nothing(cli: Cli, outlet: Outlet, arguments: tuple[str, ...], said: str) -> None:
    with_feeds(outlet)

    err = cli("--quiet", "feeds", *(each.format(base=outlet.base) for each in arguments), code=2)

    assert err.splitlines()[-1] == f"wirewatch: {said}"
    assert feeds_yaml(cli) == FEEDS


def test_nothing_is_written_that_would_make_the_config_unsound(cli: Cli, outlet: Outlet) -> None:
    with_feeds(outlet)
    (cli.config / "watches.yaml").write_text("watches:\n  - {name: a, query: Kim, sources: [Већ ту]}\n", encoding="utf-8")

    removed = cli("feeds", "remove", "Већ ту", code=2)
    added = cli("--quiet", "feeds", "add", outlet.base, "--all", "--country", "Serbia", code=2)

    assert "watches[0].sources: 'Већ ту' is not in feeds.yaml" in removed
    assert "feeds.yaml:9: sources[1].country: 'Serbia' is no country" in added
    assert feeds_yaml(cli) == FEEDS
    assert sorted(path.name for path in cli.config.iterdir()) == ["feeds.yaml", "watches.yaml", "wirewatch.toml"]


@pytest.mark.long
def test_a_folder_without_the_file_gets_one(cli: Cli, outlet: Outlet) -> None:
    with_feeds(outlet)
    (cli.config / "feeds.yaml").unlink()

    cli("feeds", "add", outlet.base, "--yes")

    assert f"      - {outlet.base}/media/rss.xml\n" in feeds_yaml(cli)
    assert len(cli.rows("feeds", "list")) == 13


@pytest.mark.long
def test_feeds_are_taken_out_by_address_or_outlet(cli: Cli, outlet: Outlet) -> None:
    with_feeds(outlet)
    cli("feeds", "add", outlet.base, "--all", "--name", "Лист")

    cli("feeds", "remove", f"{outlet.base}/sport.xml")
    one_less = feeds_yaml(cli)
    cli("feeds", "remove", "лист")

    assert "/sport.xml" not in one_less and "/media/rss.xml" in one_less  # noqa: PT018
    assert feeds_yaml(cli) == FEEDS


def test_check_says_what_is_wrong_and_what_to_do(cli: Cli, outlet: Outlet) -> None:
    outlet.put("/robots.txt", "User-agent: *\nDisallow: /0.html\n", "text/plain")
    outlet.put("/sound", rss("http://127.0.0.1:1"), "text/xml")
    outlet.put("/forbidden", rss(outlet.base), "text/xml")
    outlet.put("/page", front())
    outlet.put("/moved", "", status=301, Location="/sound")
    paths = ("sound", "forbidden", "page", "moved", "gone")
    rows = "".join(f"  - {{name: {path}, feeds: ['{outlet.base}/{path}']}}\n" for path in paths)
    (cli.config / "feeds.yaml").write_text(f"sources:\n{rows}", encoding="utf-8")

    rows_found = {row["source"]: row for row in cli.rows("feeds", "check", code=1)}

    assert {name: row["status"] for name, row in rows_found.items()} == {
        "sound": "ok", "forbidden": "look", "page": "not-a-feed", "moved": "look", "gone": "http-404",
    }  # fmt: skip
    assert rows_found["moved"]["problems"] == [f"moved for good: put {outlet.base}/sound into feeds.yaml"]
    assert "finds where it went" in rows_found["gone"]["problems"][0]
    assert "robots.txt forbids its pages" in rows_found["forbidden"]["problems"][0]
    assert rows_found["sound"]["notes"] == ["4 links lead to other sites"]


def test_a_host_with_many_feeds_holds_up_no_other_hosts_check(cli: Cli, outlet: Outlet) -> None:
    (cli.config / "wirewatch.toml").write_text(TOML.replace("[fetch]\n", "[fetch]\nworkers = 2\n"), encoding="utf-8")
    asked, waited = Event(), list[bool]()
    outlet.before = lambda: waited.append(asked.wait(30))
    with opened() as other:
        other.before = asked.set
        other.put("/rss", rss(other.base), "text/xml")
        feeds = [f"{outlet.base}/{n}" for n in range(3)]
        for n in range(3):
            outlet.put(f"/{n}", rss(outlet.base), "text/xml")
        names = f"sources:\n  - {{name: Један, feeds: {feeds}}}\n  - {{name: Други, feeds: ['{other.base}/rss']}}\n"
        (cli.config / "feeds.yaml").write_text(names, encoding="utf-8")

        rows = cli.rows("feeds", "check")

    assert [row["status"] for row in rows] == ["ok"] * 4
    assert all(waited)


def test_a_proxy_that_is_none_is_a_mistake_told_in_one_line(cli: Cli, outlet: Outlet) -> None:
    (cli.config / "wirewatch.toml").write_text(TOML.replace("[fetch]\n", "[fetch]\nuse_proxies = true\n"), encoding="utf-8")

    told = [cli(*command, code=2, env={"http_proxy": "proxy"}) for command in (("poll",), ("feeds", "add", outlet.base))]

    assert told == ["wirewatch: HTTP_PROXY: 'proxy' is no proxy's address; write http://proxy.example.org:3128\n"] * 2


@pytest.mark.long
def test_opml_goes_out_and_comes_back(cli: Cli, outlet: Outlet, tmp_path: Path) -> None:
    with_feeds(outlet)
    cli("feeds", "add", outlet.base, "--all", "--every", "5m", "--country", "rs")
    before = feeds_yaml(cli)
    file = tmp_path / "ours.opml"
    file.write_text(cli("feeds", "export"), encoding="utf-8")

    cli("feeds", "import", str(file))
    same = feeds_yaml(cli)
    (cli.config / "feeds.yaml").write_text("sources: []\n", encoding="utf-8")
    cli("feeds", "import", str(file))

    assert same == before
    assert cli("feeds", "export") == file.read_text(encoding="utf-8")
