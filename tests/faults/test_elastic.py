"""What a server and the way to it can do to us: in each case one clear line, and after the cure every article once."""

import hashlib
import json
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import trustme

from tests.cli import TOML, Cli, on_site
from tests.contract.index.articles import PRESS, article
from tests.elastic import elastic_index
from tests.es import own_server
from tests.proxy import OVERLOADED, Proxy, proxy, response
from wirewatch.analysis.query import All
from wirewatch.demo.site import SampleSite
from wirewatch.errors import Unavailable, UserError, WirewatchError
from wirewatch.index.elastic import writer as writing
from wirewatch.index.elastic.client import connect
from wirewatch.index.elastic.errors import NotSetUp
from wirewatch.index.elastic.generations import Generations
from wirewatch.index.elastic.home import ElasticIndex, open_elastic
from wirewatch.index.port import Search
from wirewatch.settings.schema import IndexSettings


@pytest.fixture
def where(elasticsearch: str) -> Iterator[IndexSettings]:
    with elastic_index(elasticsearch) as settings:
        yield settings


@pytest.fixture
def between(where: IndexSettings) -> Iterator[Proxy]:
    with proxy(where.url) as running:
        yield running


@pytest.fixture
def index(where: IndexSettings, between: Proxy) -> Iterator[ElasticIndex]:
    with closing(open_elastic(where.model_copy(update={"url": between.url}))) as opened:
        yield opened


def is_bulk(request: bytes) -> bool:
    return b"_bulk" in request.split(b"\r\n", 1)[0]


def line(error: pytest.ExceptionInfo[WirewatchError]) -> str:
    assert "\n" not in str(error.value)
    return str(error.value)


def test_a_server_that_answers_429_is_asked_again_until_it_takes_all(index: ElasticIndex, between: Proxy) -> None:
    refusals = [True] * 4
    between.instead = lambda r: response(429, OVERLOADED) if is_bulk(r) and refusals and refusals.pop() else None

    with index.writing() as writer:
        assert writer.write(PRESS) == {}

    assert index.total() == len(PRESS)
    assert sum(is_bulk(each) for each in between.seen) == 5


def test_a_server_that_stays_busy_is_given_up_with_one_line(
    index: ElasticIndex, between: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "PATIENCE", 1.0)
    between.instead = lambda r: response(429, OVERLOADED) if is_bulk(r) else None

    with pytest.raises(Unavailable) as told, index.writing() as writer:
        writer.write(PRESS)

    assert "stays queued" in line(told)


def test_stopping_ends_the_waiting_for_a_busy_server(index: ElasticIndex, between: Proxy) -> None:
    between.instead = lambda r: response(429, OVERLOADED) if is_bulk(r) else None
    stop = threading.Event()
    threading.Timer(0.3, stop.set).start()
    began = time.monotonic()

    with pytest.raises(Unavailable), index.writing(stop) as writer:
        writer.write(PRESS)

    assert time.monotonic() - began < writing.PATIENCE / 3


def test_item_errors_inside_a_200_are_taken_apart(index: ElasticIndex, between: Proxy, where: IndexSettings) -> None:
    once = [True]

    def some_fail(request: bytes) -> bytes | None:
        if not is_bulk(request) or not once:
            return None
        once.clear()
        items = []
        for number, each in enumerate(PRESS):
            error = {"type": "es_rejected_execution_exception", "reason": "full"}
            failed = {"_id": each.id, "status": 429 if number % 2 else 503, "error": error}
            items.append({"index": failed | {"_index": f"{where.name}-v1-2026.11"}})
        return response(200, json.dumps({"errors": True, "items": items}).encode())

    between.instead = some_fail
    with index.writing() as writer:
        assert writer.write(PRESS) == {}

    assert index.total() == len(PRESS)


def test_a_document_that_the_server_refuses_is_set_aside_with_its_reason(index: ElasticIndex, between: Proxy) -> None:
    bad = article("bad", "Kim", country="x" * 40_000)

    with index.writing() as writer:
        refused = writer.write([article("a", "Kim"), bad, article("b", "Kim")])

    assert list(refused) == [bad.id]
    assert "country" in refused[bad.id]
    assert index.total() == 2


def test_a_cut_between_request_and_answer_leaves_every_article_once(index: ElasticIndex, between: Proxy) -> None:
    cuts = [True, True]
    between.cut_after = lambda r: is_bulk(r) and bool(cuts) and cuts.pop()

    with index.writing() as writer:
        assert writer.write(PRESS) == {}

    assert sorted(each.id for each in index.scan(All(), Search())) == sorted(each.id for each in PRESS)


def test_a_read_only_index_is_one_line_and_takes_all_after_the_cure(index: ElasticIndex, where: IndexSettings) -> None:
    with index.writing() as writer:
        writer.write(PRESS[:1])
    with closing(connect(where)) as client:
        block = "index.blocks.read_only_allow_delete"  # what a server sets at the flood stage of its disk
        client.indices.put_settings(index=f"{where.name}-v1-*", settings={block: True})

        with pytest.raises(Unavailable, match="read-only") as told, index.writing() as writer:
            writer.write(PRESS)
        assert "make room" in line(told)

        client.indices.put_settings(index=f"{where.name}-v1-*", settings={block: None})
    with index.writing() as writer:
        assert writer.write(PRESS) == {}
    assert index.total() == len(PRESS)


def test_another_major_version_is_the_users_mistake(where: IndexSettings, between: Proxy) -> None:
    between.instead = lambda _: response(200, b'{"version":{"number":"8.19.2"}}')

    with pytest.raises(UserError, match=r"8\.19\.2; wirewatch needs 9") as told:
        open_elastic(where.model_copy(update={"url": between.url}))
    line(told)


def test_something_that_is_no_elasticsearch_is_the_users_mistake(where: IndexSettings, between: Proxy) -> None:
    between.instead = lambda _: b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}"

    with pytest.raises(UserError, match="no Elasticsearch"):
        open_elastic(where.model_copy(update={"url": between.url}))


def test_a_server_that_is_down_is_one_line(where: IndexSettings) -> None:
    with pytest.raises(Unavailable, match="can't be reached") as told:
        open_elastic(where.model_copy(update={"url": "http://127.0.0.1:9"}))
    line(told)


def test_a_certificate_of_an_unknown_authority_is_refused_until_the_authority_is_named(
    where: IndexSettings, tmp_path: Path
) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    with proxy(where.url, context) as secured:
        over = where.model_copy(update={"url": secured.url})

        with pytest.raises(Unavailable, match=r"index\.ca_file") as told:
            open_elastic(over)
        line(told)

        with closing(open_elastic(over.model_copy(update={"ca_file": tmp_path / "ca.pem"}))) as trusted:
            assert trusted.total() == 0


def test_a_certificate_is_trusted_by_its_fingerprint_and_by_no_other(where: IndexSettings) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    issued = trustme.CA().issue_cert("elsewhere.example")
    issued.configure_cert(context)
    der = ssl.PEM_cert_to_DER_cert(issued.cert_chain_pems[0].bytes().decode())
    with proxy(where.url, context) as secured:
        over = where.model_copy(update={"url": secured.url})

        with closing(open_elastic(over.model_copy(update={"fingerprint": hashlib.sha256(der).hexdigest()}))) as trusted:
            assert trusted.total() == 0
        with pytest.raises(Unavailable, match=r"index\.fingerprint") as told:
            open_elastic(over.model_copy(update={"fingerprint": "00" * 32}))
        line(told)


def test_a_missing_template_stops_writing_and_names_the_command(where: IndexSettings, index: ElasticIndex) -> None:
    with closing(connect(where)) as client:
        client.indices.delete_index_template(name=f"{where.name}-v1")

    with pytest.raises(NotSetUp, match="index setup"), index.writing():
        pass


def test_a_template_changed_by_hand_stops_writing_until_setup_puts_it_right(where: IndexSettings, index: ElasticIndex) -> None:
    with closing(connect(where)) as client:
        name = f"{where.name}-v1"
        body = client.indices.get_index_template(name=name)["index_templates"][0]["index_template"]
        body["template"]["mappings"]["dynamic"] = "true"
        client.indices.put_index_template(
            name=name, index_patterns=body["index_patterns"], template=body["template"], priority=200, meta=body["_meta"]
        )

        with pytest.raises(NotSetUp, match="changed by hand"), index.writing():
            pass
        assert Generations(client, where.url, where.name).setup() == "put right"

    with index.writing() as writer:
        assert writer.write(PRESS) == {}


def test_a_late_write_into_a_generation_that_is_gone_makes_nothing_by_guess(where: IndexSettings, index: ElasticIndex) -> None:
    generation = index.generations.live()
    with index.writing() as writer:
        writer.write(PRESS[:1])
        with closing(connect(where)) as client:
            client.indices.delete(index=f"{where.name}-v1-2026.11")
            client.indices.delete_index_template(name=f"{where.name}-v1")
            with pytest.raises(NotSetUp, match="isn't made by our template"):
                writer.write_to(generation, PRESS[1:])


@pytest.mark.long
def test_killed_in_the_middle_of_a_run_and_started_again_every_article_is_there_once(tmp_path: Path) -> None:
    with own_server() as server, SampleSite() as site:
        server.start()
        cli = on_site(site, tmp_path, toml=f'{TOML}[index]\nurl = "{server.url}"\n')
        cli("index", "setup")
        killed: list[threading.Thread] = []
        turn = threading.Lock()

        def kills_at_the_first_bulk(request: bytes) -> bool:
            with turn:
                if not is_bulk(request) or killed:
                    return False
                server.kill()
                killed.append(threading.Thread(target=server.start))
                killed[0].start()
                return True

        with proxy(server.url) as between:
            (cli.config / "wirewatch.toml").write_text(f'{TOML}[index]\nurl = "{between.url}"\n')
            between.cut_after = kills_at_the_first_bulk
            cli("run", "--once", "--now", code=(0, 1))
            killed[0].join()

            status = json.loads(cli("status", "--json"))["articles"]
            assert len(_ids(cli)) == len(set(_ids(cli))) == status["matched"] > 30
            assert status["fetched"] == 0


def _ids(cli: Cli) -> list[str]:
    return sorted(row["id"] for row in cli.rows("search", "*", "--limit", "1000"))
