"""Who finds nothing is told what may be the cause."""

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from wirewatch.cli.app import app
from wirewatch.index.open import open_index
from wirewatch.model import Article, ArticleId
from wirewatch.settings.schema import IndexSettings

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


def said(home: Path, *arguments: str) -> list[str]:
    """The lines on standard error."""
    done = CliRunner().invoke(app, ["--home", str(home), *arguments], catch_exceptions=False)
    assert done.exit_code == 0
    return done.stderr.splitlines()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    one = Article(
        id=ArticleId("a"), revision=1, url="https://vesti.example/1", title="Ким", body="Ким.", source="Вести",
        first_seen_at=NOW, indexed_at=NOW,
    )  # fmt: skip
    with closing(open_index(IndexSettings(), tmp_path)) as index, index.writing() as writer:
        writer.write([one])
    return tmp_path


@pytest.mark.parametrize("arguments", [("search", "Kim"), ("search", "Kim", "--all", "--json"), ("count", "Kim")])
def test_an_empty_index_is_said(arguments: tuple[str, ...], tmp_path: Path) -> None:
    lines = said(tmp_path, *arguments)

    assert lines[-1] == "the index is empty: `wirewatch run --once` polls the feeds and fills it"


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("--entity", "kim-jong-uhn"), "entity 'kim-jong-uhn' is not in entities.yaml; did you mean 'kim-jong-un'?"),
        (("--entity", "Vladimir Putin"), "entity 'Vladimir Putin' is not in entities.yaml; did you mean 'vladimir-putin'?"),
        (("--topic", "russia-korea"), "topic 'russia-korea' is not in topics.yaml; did you mean 'russia-north-korea'?"),
        (("--source", "RTS"), "source 'RTS' is not in feeds.yaml; did you mean 'РТС'?"),
        (("--source", "xyzzy"), "source 'xyzzy' is not in feeds.yaml"),
    ],
)
def test_a_name_that_nothing_has_is_said_with_the_nearest_one(arguments: tuple[str, ...], line: str, home: Path) -> None:
    assert said(home, "search", "*", *arguments)[-1] == line
    assert said(home, "count", "*", *arguments)[-1] == line


def test_a_name_in_the_query_and_a_language_with_its_script_are_looked_at_too(home: Path) -> None:
    assert said(home, "search", "entity:kim-jong-uhn Kim")[-1].endswith("did you mean 'kim-jong-un'?")
    assert said(home, "search", "Kim", "--language", "sr-Latn")[-1].startswith("language 'sr-Latn' is none that articles")


def test_nothing_is_added_where_something_is_found_or_the_names_are_right(home: Path) -> None:
    assert said(home, "search", "Kim") == ["1 article"]
    assert said(home, "search", "Kim", "--entity", "kim-jong-un") == ["nothing found for Kim"]
    assert said(home, "--quiet", "search", "Kim", "--entity", "nobody") == []
