"""The whole pipeline on an Elasticsearch: what `run` writes, `search` finds, and rebuilds, copies and prunes."""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cli import TOML, Cli, on_site
from tests.elastic import elastic_index, stamped
from wirewatch.analysis.tables import TABLES_VERSION
from wirewatch.demo.site import SampleSite
from wirewatch.extract.rules import RULES
from wirewatch.index.elastic.client import connect
from wirewatch.index.open import open_index
from wirewatch.model import ArticleId
from wirewatch.settings.schema import IndexSettings


@pytest.fixture(params=[pytest.param("embedded", marks=pytest.mark.long), "elastic"])
def where(request: pytest.FixtureRequest) -> Iterator[IndexSettings]:
    if request.param == "embedded":
        yield IndexSettings()
    else:
        with elastic_index(request.getfixturevalue("elasticsearch")) as settings:
            yield settings


def on_index(site: SampleSite, folder: Path, where: IndexSettings, **more: str) -> Cli:
    index = {"url": where.url, "name": where.name} | more
    return on_site(site, folder, toml=TOML + "[index]\n" + "".join(f'{k} = "{v}"\n' for k, v in index.items()))


def ids(cli: Cli, query: str = "*") -> list[str]:
    return sorted(row["id"] for row in cli.rows("search", query, "--limit", "1000"))


def test_what_run_indexes_search_finds_and_each_watch_tells_once(site: SampleSite, tmp_path: Path, where: IndexSettings) -> None:
    cli = on_index(site, tmp_path, where)

    cli("run", "--once", "--now", code=(0, 1))
    told = cli.told()
    cli("run", "--once", "--now", code=(0, 1))

    status = json.loads(cli("status", "--json"))["articles"]
    assert len(ids(cli)) == status["matched"] > 30
    assert ids(cli, "Kim Putin") == ids(cli, "Ким Путин") != []
    assert cli.told() == told
    assert "BAD" not in cli("doctor", code=(0, 1)).replace("BAD feeds", "")


@pytest.mark.long
def test_a_reindex_makes_the_same_index_anew_and_tells_nobody(site: SampleSite, tmp_path: Path, where: IndexSettings) -> None:
    cli = on_index(site, tmp_path, where)
    cli("run", "--once", "--now", code=(0, 1))
    before, told, history = cli.rows("search", "*", "--limit", "1000"), cli.told(), cli.rows("watches", "history")

    cli("reindex")
    after = cli.rows("search", "*", "--limit", "1000")
    cli("run", "--once", code=(0, 1))

    assert after == before == cli.rows("search", "*", "--limit", "1000")
    assert (cli.told(), cli.rows("watches", "history")) == (told, history)


@pytest.mark.long
def test_a_reindex_of_one_language_carries_the_others_over(site: SampleSite, tmp_path: Path, where: IndexSettings) -> None:
    cli = on_index(site, tmp_path, where)
    cli("run", "--once", "--now", code=(0, 1))
    before = cli.rows("search", "*", "--limit", "1000")
    serbian = sum(row["language"] == "sr" for row in before)

    process = cli.start("reindex", "--language", "sr")
    said = process.communicate(timeout=60)

    assert process.returncode == 0, said
    assert f"{serbian} rebuilt" in "".join(said)
    assert f"{len(before) - serbian} carried over" in "".join(said)
    assert cli.rows("search", "*", "--limit", "1000") == before


@pytest.mark.long
def test_what_older_rules_made_is_made_anew_where_it_stands(site: SampleSite, tmp_path: Path, where: IndexSettings) -> None:
    cli = on_index(site, tmp_path, where)
    cli("run", "--once", "--now", code=(0, 1))
    before, told = cli.rows("search", "*", "--limit", "1000"), cli.told()
    with closing(open_index(where, cli.home)) as index:
        generation = index.generation()
        with index.writing() as writer:
            older = index.get([ArticleId(row["id"]) for row in before[:3]])
            writer.write([replace(each, rules=RULES - 1, title="as it was read then") for each in older])

    process = cli.start("reindex", "--changed-rules")
    said = process.communicate(timeout=60)

    assert process.returncode == 0, said
    assert "made anew: 3 rebuilt" in said[1]
    assert (cli.rows("search", "*", "--limit", "1000"), cli.told()) == (before, told)
    assert {row["rules"] for row in before} == {RULES}
    with closing(open_index(where, cli.home)) as index:
        assert index.generation() == generation


@pytest.mark.long
def test_past_its_keeping_time_a_month_is_dropped_whole_and_never_made_again(
    site: SampleSite, tmp_path: Path, where: IndexSettings
) -> None:
    import sqlite3

    cli = on_index(site, tmp_path, where)
    cli("run", "--once", "--now", code=(0, 1))
    kept = ids(cli)
    old, fresh = kept[:5], kept[5:]
    marks = ",".join("?" * len(old))
    with sqlite3.connect(cli.home / "state.db") as db:  # five were first seen long ago
        db.execute(f"UPDATE articles SET first_seen_at = 1579046400000000 WHERE id IN ({marks})", old)
    db.close()
    cli("reindex")
    cli.config.joinpath("wirewatch.toml").write_text(
        cli.config.joinpath("wirewatch.toml").read_text().replace("[index]\n", '[index]\nkeep = "24 months"\n')
    )

    assert ids(cli) == kept
    cli("prune", "--dry-run")
    assert ids(cli) == kept
    cli("prune")
    assert ids(cli) == fresh
    cli("reindex")
    cli("run", "--once", code=(0, 1))
    assert ids(cli) == fresh


@pytest.mark.long
def test_an_embedded_user_moves_up_with_one_command(site: SampleSite, tmp_path: Path, elasticsearch: str) -> None:
    with elastic_index(elasticsearch) as server:
        cli = on_index(site, tmp_path, IndexSettings(name=server.name))
        cli("run", "--once", "--now", code=(0, 1))
        before, told = cli.rows("search", "*", "--limit", "1000"), cli.told()

        cli("index", "copy", "--to", elasticsearch)
        toml = cli.config / "wirewatch.toml"
        toml.write_text(toml.read_text().replace('url = "embedded"', f'url = "{elasticsearch}"'))
        moved = cli.rows("search", "*", "--limit", "1000")
        cli("run", "--once", code=(0, 1))

        assert moved == before == cli.rows("search", "*", "--limit", "1000")
        assert cli.told() == told


def test_index_roles_prints_requests_that_can_be_sent(tmp_path: Path, site: SampleSite) -> None:
    cli = on_index(site, tmp_path, IndexSettings())

    lines = [line for line in cli("index", "roles").splitlines() if line.startswith("curl")]

    assert len(lines) == 3
    assert all(json.loads(line.split("-d '")[1].removesuffix("'"))["role_descriptors"] for line in lines)


@pytest.mark.long
@pytest.mark.parametrize(
    ("tables", "mends"), [(-1, "`wirewatch reindex` makes it anew"), (1, "a newer wirewatch; upgrade this one")]
)
def test_a_server_made_by_other_tables_is_written_to_by_nobody(
    elasticsearch: str, tmp_path: Path, tables: int, mends: str
) -> None:
    with elastic_index(elasticsearch) as where, closing(connect(where)) as client:
        cli = idle(tmp_path, where)
        stamped(client, where.name, TABLES_VERSION + tables)

        ran, looked, searched = (cli.start(*command) for command in (("run", "--once"), ("doctor",), ("search", "Kim")))
        refused = ran.communicate(timeout=60)[1]
        seen = looked.communicate(timeout=60)[0]
        warned = searched.communicate(timeout=60)[1]

        assert (ran.returncode, looked.returncode, searched.returncode) == (1, 1, 0)
        assert len(refused.splitlines()) == 1
        assert mends in refused
        assert warned.startswith("a search may miss articles: ")
        assert mends in warned
        assert mends in next(line for line in seen.splitlines() if line.startswith("BAD server"))


@pytest.mark.long
def test_an_embedded_index_made_by_other_tables_is_built_anew_by_the_next_run(tmp_path: Path) -> None:
    cli = idle(tmp_path, IndexSettings())
    open_index(IndexSettings(), cli.home).close()
    form = cli.home / "index/format.json"
    form.write_text(form.read_text().replace(f'"tables": {TABLES_VERSION}', f'"tables": {TABLES_VERSION - 1}'))

    looked, searched = cli.start("doctor"), cli.start("search", "Kim")
    seen = looked.communicate(timeout=60)[0]
    told = searched.communicate(timeout=60)[1]
    cli("run", "--once")

    mends = "`wirewatch run --once` builds it anew from the archive"
    assert mends in next(line for line in seen.splitlines() if line.startswith("BAD index"))
    assert searched.returncode == 1
    assert mends in told
    assert f'"tables": {TABLES_VERSION}' in form.read_text()


def idle(folder: Path, where: IndexSettings) -> Cli:
    """A home without feeds on an index."""
    config = folder / "config"
    config.mkdir()
    (config / "feeds.yaml").write_text("sources: []\n")
    (config / "wirewatch.toml").write_text(TOML + f'[index]\nurl = "{where.url}"\nname = "{where.name}"\n')
    return Cli(config, folder / "home")
