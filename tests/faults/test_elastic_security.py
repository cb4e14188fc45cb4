"""A server with security switched on: the whole run as the writer, who can do nothing else; and logins that don't do."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import bcrypt
import pytest
from elasticsearch import AuthorizationException

from tests.cli import TOML, Cli, on_site
from tests.es import Server, own_server
from wirewatch.demo.site import SampleSite
from wirewatch.errors import Unavailable
from wirewatch.index.elastic.client import connect
from wirewatch.index.elastic.home import open_elastic
from wirewatch.index.elastic.roles import missing, roles
from wirewatch.settings.schema import IndexSettings

pytestmark = pytest.mark.long  # its server is its own
PASSWORD = "a password for loopback"
USERS = {"writer": "wirewatch_writer", "reader": "wirewatch_reader", "setup": "wirewatch_setup", "admin": "superuser"}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Roles and users lie in files: the test artifact can't keep API keys."""
    hashed = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode().replace("$2b$", "$2a$")
    files = {
        "roles.yml": "".join(f"{role}: {json.dumps(rights)}\n" for role, rights in roles("wirewatch-articles").items()),
        "users": "".join(f"{user}:{hashed}\n" for user in USERS),
        "users_roles": "".join(f"{role}:{user}\n" for user, role in USERS.items()),
    }
    with own_server(["xpack.security.enabled=true", "xpack.security.autoconfiguration.enabled=false"], files) as running:
        running.start(("admin", PASSWORD))
        yield running


def login(server: Server, user: str, password: str = PASSWORD) -> IndexSettings:
    return IndexSettings(url=server.url, user=user, password=password)


def as_user(site: SampleSite, folder: Path, server: Server, user: str) -> Cli:
    return on_site(site, folder, toml=f'{TOML}[index]\nurl = "{server.url}"\nuser = "{user}"\npassword = "env:ES_PASSWORD"\n')


def test_the_whole_run_as_the_writer_who_can_do_nothing_else(server: Server, tmp_path: Path) -> None:
    secret = {"ES_PASSWORD": PASSWORD}
    with SampleSite() as site:
        as_user(site, tmp_path / "setup", server, "setup")("index", "setup", env=secret)
        cli = as_user(site, tmp_path / "writer", server, "writer")

        cli("run", "--once", "--now", code=(0, 1), env=secret)

        found = cli("search", "Kim Putin", "--json", env=secret)
        assert len(found.splitlines()) > 3
        assert PASSWORD not in found

    with closing(connect(login(server, "admin"))) as admin:
        admin.index(index="ledger", id="1", document={"secret": 1}, refresh=True)
    with closing(connect(login(server, "writer"))) as writer:
        index = next(iter(connect_indices(server)))
        actions = [{"remove": {"index": index, "alias": "wirewatch-articles"}}]
        attempts: list[Callable[[], object]] = [
            lambda: writer.search(index="ledger"),
            lambda: writer.indices.put_settings(index=index, settings={"index.refresh_interval": "1s"}),
            lambda: writer.delete(index=index, id="x"),
            lambda: writer.indices.delete(index=index),
            lambda: writer.indices.put_index_template(name="wirewatch-articles-v1", index_patterns=["x-*"]),
            lambda: writer.indices.update_aliases(actions=actions),
        ]
        for forbidden in attempts:
            with pytest.raises(AuthorizationException):
                forbidden()


def connect_indices(server: Server) -> list[str]:
    with closing(connect(login(server, "admin"))) as admin:
        return sorted(admin.indices.get(index="wirewatch-articles-v*", features="aliases"))


def test_the_reader_searches_and_writes_nothing(server: Server, tmp_path: Path) -> None:
    with SampleSite() as site:
        as_user(site, tmp_path / "setup", server, "setup")("index", "setup", env={"ES_PASSWORD": PASSWORD})
    with closing(connect(login(server, "reader"))) as reader:
        reader.search(index="wirewatch-articles", ignore_unavailable=True)
        with pytest.raises(AuthorizationException):
            reader.index(index="wirewatch-articles-v1-2026.01", document={"id": "x"})


def test_the_set_up_may_reindex(server: Server, tmp_path: Path) -> None:
    secret = {"ES_PASSWORD": PASSWORD}
    with SampleSite() as site:
        cli = as_user(site, tmp_path, server, "setup")
        cli("index", "setup", env=secret)
        cli("run", "--once", "--now", code=(0, 1), env=secret)
        before = cli("search", "*", "--json", "--limit", "100", env=secret)

        cli("reindex", env=secret)

        assert cli("search", "*", "--json", "--limit", "100", env=secret) == before


def test_a_wrong_password_is_one_line(server: Server) -> None:
    with pytest.raises(Unavailable, match=r"index\.password") as told:
        open_elastic(login(server, "writer", "wrong"))
    assert "\n" not in str(told.value)
    assert "wrong" not in str(told.value)


def test_a_login_without_the_privilege_is_told_what_it_lacks(server: Server) -> None:
    with closing(connect(login(server, "reader"))) as reader:
        lacking = missing(reader, server.url, "wirewatch-articles", "writer")
    with closing(connect(login(server, "writer"))) as writer:
        assert missing(writer, server.url, "wirewatch-articles", "writer") == []

    assert lacking == ["cluster monitor", "index create_index", "index index"]
