"""Stories as a user has them: found on the sample's copies, kept by a rebuild, made again when the state is lost."""

import shutil
import sqlite3
from collections import defaultdict
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from tests.cli import Cli, on_site
from tests.texts import LATIN, OTHER, news
from tests.wire import Wire
from wirewatch.demo.sample import outlets
from wirewatch.demo.site import SampleSite
from wirewatch.state.database import open_database

HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Cli:
    """A story in Cyrillic, cut in Latin, and with an ending of its own; and a text that nobody copied."""
    folder = tmp_path_factory.mktemp("told")
    with closing(open_database("sqlite", folder)) as db:
        wire = Wire(db, folder)
        wire.article("Ким код Путина", "\n".join(news()), ago=3 * HOUR, published=9 * HOUR, url="https://vesti.example/kim")
        cut = "\n".join(news(0, 5)).replace("пет сати", "шест сати").translate(LATIN)
        wire.article("Kim kod Putina\x1b[2J", cut, ago=3 * HOUR, source="Glasnik", url="https://glasnik.example/kim")
        grown = "\n".join([*news(), "Више детаља следи током вечери."])
        wire.article("Сусрет", grown, ago=HOUR, published=10 * HOUR, source="Курир", url="https://kurir.example/kim")
        wire.article("The harbour", "\n".join(OTHER), source="Courier", url="https://courier.example/harbour")
    (folder / "config").mkdir()
    return Cli(folder / "config", folder)


def test_a_story_is_one_row_that_says_who_told_it_first_where_and_when(told: Cli) -> None:
    rows = {row["story_tellings"]: row for row in told.rows("search", "Ким OR harbour", "--stories")}
    shown = told("search", "домаћин", "--stories")

    assert sorted(rows) == [1, 3]
    assert rows[3]["story_first_source"] == "Курир"
    assert rows[3]["story_sources"] == ["Курир", "Вести", "Glasnik"]
    assert rows[3]["story_languages"] == ["sr"]
    assert rows[3]["story_begun_at"] < rows[3]["story_latest_at"]
    assert rows[1]["story_sources"] == ["Courier"]
    assert "3 tellings by 3 outlets · first Курир" in shown
    assert rows[3]["story_id"] in shown


def tellings(cli: Cli) -> dict[str, tuple[str, bool, int]]:
    """Each article's story, whether it is a copy, and which telling it is; by URL."""
    rows = cli.rows("search", "*", "--limit", "200")
    return {row["url"].partition("?")[0]: (row["story_id"], row["is_copy"], row["tellings"]) for row in rows}


def together(cli: Cli) -> set[frozenset[str]]:
    """The URLs of each story that has copies."""
    stories = defaultdict[str, set[str]](set)
    for url, (story, _, _) in tellings(cli).items():
        stories[story].add(url)
    return {frozenset(urls) for urls in stories.values() if len(urls) > 1}


def test_a_storys_tellings_are_listed_by_time_with_what_each_shares_with_an_earlier_one(told: Cli) -> None:
    story = told.rows("story", "https://vesti.example/kim")[0]
    shown = told("story", story["story_id"])

    assert [(row["no"], row["source"], row["nearest"], row["is_copy"]) for row in story["tellings"]] == [
        (1, "Курир", None, True),
        (2, "Вести", 1, False),
        (3, "Glasnik", 2, True),
    ]
    shares = [(row["of_it"], row["of_that"]) for row in story["tellings"][1:]]
    assert shares[0][0] == 1.0 > shares[0][1] > 0.9
    assert shares[1][0] > 0.9 > shares[1][1]
    assert sum(story["spread"]["tellings"]) == 3
    assert "3 tellings by 3 outlets" in shown
    assert "100 % in 1, 95 % of that" in shown


def test_two_tellings_in_two_scripts_differ_where_the_words_do(told: Cli) -> None:
    url = "https://glasnik.example/kim"

    shown = told("story", url)
    diff = told.rows("story", url, "--diff", "2", "3")[0]["diff"]

    assert "[-пет-] {+šest+}" in shown
    assert "{+Kim" not in shown
    assert "\x1b" not in shown
    changed = [piece for place in diff["places"] for piece in place if piece["kind"] != "same"]
    assert [piece["kind"] for piece in changed] == ["removed", "added", "removed"]
    assert changed[2]["text"] == news()[5]


@pytest.mark.parametrize(
    "arguments", [["nobody"], ["https://vesti.example/none"], ["https://vesti.example/kim", "--diff", "1", "9"]]
)
def test_an_unknown_story_or_telling_is_one_line(told: Cli, arguments: list[str]) -> None:
    assert told("story", *arguments, code=2).count("\n") == 1


@pytest.mark.long
def test_the_samples_copies_are_told_apart_kept_and_found_again(tmp_path: Path) -> None:
    with SampleSite() as site:
        cli = on_site(site, tmp_path)
        cli("run", "--once")
    first, stories = tellings(cli), together(cli)
    copies = [article for outlet in outlets() for article in outlet.articles if article.copy_of and outlet.is_open(article)]

    assert len(stories) >= 3
    found = {article.path for article in copies} & {"/" + url.split("/", 3)[3] for urls in stories for url in urls}
    assert found == {article.path for article in copies}
    assert all(telling == (2 if is_copy else 1) or telling > 2 for _, is_copy, telling in first.values())

    with sqlite3.connect(cli.home / "state.db") as conn:  # a rebuild that grouped again would make all of them their own
        for table in ("story_hashes", "story_sketches", "story_texts"):
            conn.execute(f"DELETE FROM {table}")
    cli("reindex")
    assert tellings(cli) == first

    for lost in (*cli.home.glob("state.db*"), cli.home / "index"):
        shutil.rmtree(lost) if lost.is_dir() else lost.unlink()
    cli("db", "restore")
    cli("index")
    assert together(cli) == stories
