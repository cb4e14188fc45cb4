"""Stories as a user has them: found on the sample's copies, kept by a rebuild, made again when the state is lost."""

import shutil
import sqlite3
from collections import defaultdict
from pathlib import Path

import pytest

from tests.cli import Cli, on_site
from wirewatch.demo.sample import outlets
from wirewatch.demo.site import SampleSite


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
