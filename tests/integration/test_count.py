"""For researchers: numbers by day, source, language and topic, and answers of any length as CSV."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.cli import Cli, on_site
from wirewatch.demo.site import SampleSite


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cli]:
    """The sample site after one run."""
    with SampleSite() as site:
        cli = on_site(site, tmp_path_factory.mktemp("sample"))
        cli("run", "--once")
        yield cli


@pytest.fixture(scope="module")
def everything(sample: Cli) -> list[dict[str, object]]:
    """Every article, as a program reads it."""
    return sample.rows("search", "*", "--all")


@pytest.mark.parametrize("measure", ["source", "language", "script"])
def test_the_numbers_are_those_of_what_search_finds(sample: Cli, everything: list[dict[str, object]], measure: str) -> None:
    rows = sample.rows("count", "*", "--by", measure)

    assert {row[measure]: row["articles"] for row in rows} == Counter(row[measure] for row in everything)
    assert [row["articles"] for row in rows] == sorted((row["articles"] for row in rows), reverse=True)


def test_an_article_on_several_topics_counts_under_each(sample: Cli, everything: list[dict[str, object]]) -> None:
    rows = sample.rows("count", "*", "--by", "topic")

    wanted = Counter(topic for row in everything for topic in (row["topics"] or ["-"]))  # type: ignore[attr-defined]
    assert {row["topic"]: row["articles"] for row in rows} == wanted


def test_copies_count_once_when_stories_are_counted(sample: Cli, everything: list[dict[str, object]]) -> None:
    rows = sample.rows("count", "*", "--by", "language", "--stories")
    articles = sample.rows("count", "*", "--by", "language")

    wanted = Counter(language for language, _ in {(row["language"], row["story_id"]) for row in everything})
    assert {row["language"]: row["stories"] for row in rows} == wanted
    assert sum(row["stories"] for row in rows) < sum(row["articles"] for row in articles)


def test_days_without_any_are_there_too_and_begin_where_the_reader_is(sample: Cli) -> None:
    here = sample.rows("count", "*", "--by", "day")
    there = sample.rows("count", "*", "--by", "day", "--zone", "Pacific/Kiritimati")

    days = [row["day"] for row in here]
    first, last = date.fromisoformat(days[0]), date.fromisoformat(days[-1])
    assert days == [(first + timedelta(days=n)).isoformat() for n in range((last - first).days + 1)]
    assert sum(row["articles"] for row in here) == sum(row["articles"] for row in there)
    assert here != there


def test_two_measures_make_a_table(sample: Cli) -> None:
    rows = sample.rows("count", "Kim Putin", "--by", "language,source")
    screen = sample("count", "Kim Putin", "--by", "language,source")
    sheet = list(csv.reader(io.StringIO(sample("count", "Kim Putin", "--by", "language,source", "--csv"))))

    assert sheet[0] == ["language", "source", "articles"]
    assert len(sheet) == len(rows) + 1
    assert "" in [row[0] for row in csv.reader(io.StringIO(sample("count", "*", "--by", "topic", "--csv")))]  # on none
    assert "█" in sample("count", "Kim Putin", "--by", "source")
    assert all(str(row["language"]) in screen for row in rows)


def test_the_plot_may_be_a_picture(sample: Cli, tmp_path: Path) -> None:
    rows = sample.rows("count", "Kim", "--by", "day,source", "--png", str(tmp_path / "kim.png"))

    assert rows == sample.rows("count", "Kim", "--by", "day,source")
    assert (tmp_path / "kim.png").read_bytes().startswith(b"\x89PNG")


def test_an_answer_of_any_length_as_a_sheet(sample: Cli, everything: list[dict[str, object]]) -> None:
    sheet = list(csv.DictReader(io.StringIO(sample("search", "*", "--all", "--csv"))))
    some = list(csv.DictReader(io.StringIO(sample("search", "Kim Putin", "--csv", "--limit", "3"))))

    assert [row["id"] for row in sheet] == [row["id"] for row in everything]
    assert len(some) == 3
    assert list(some[0]) == list(sample.rows("search", "Kim Putin", "--limit", "1")[0])
    assert sample("search", "Kim Putin", "--csv", "--limit", "0", "--stories").strip().split(",") == list(
        sample.rows("search", "Kim Putin", "--limit", "1", "--stories")[0]
    )
    assert not any(cell.startswith(("=", "+", "@")) for row in sheet for cell in row.values())


def test_a_search_explains_itself(sample: Cli) -> None:
    about, *found = sample.rows("search", "Владимира Путина NOT Erdogan", "--explain", "--limit", "3")
    screen = sample("search", "Владимира Путина NOT Erdogan", "--explain", "--limit", "3")

    assert [(word["typed"], word["searched"]) for word in about["words"]] == [
        ("Владимира", "vladimir"),
        ("Путина", "putin"),
        ("Erdogan", "erdogn"),
    ]
    assert about["tree"] == {"all": [{"word": "Владимира"}, {"word": "Путина"}, {"not": [{"word": "Erdogan"}]}]}
    assert [each["entity"] for each in about["also_searched"]] == ["vladimir-putin"]
    assert 'body:"putin"' in about["asked"]
    for row in found:
        assert sum(part["score"] for part in row["parts"]) * row["freshness"] == pytest.approx(row["score"], rel=1e-3)
    assert "  Путина → putin (with its ending: putina)" in screen
    assert "    none of\n      word Erdogan" in screen
    assert " freshness" in screen


def test_an_article_tells_why_it_is_on_a_topic(everything: list[dict[str, object]], sample: Cli) -> None:
    screen = sample("search", "topic:russia-north-korea", "--explain", "--limit", "1")

    for row in everything:
        assert len(row["topics"]) == len(row["topic_reasons"])  # type: ignore[arg-type]
        assert "" not in row["topic_reasons"]  # type: ignore[operator]
    assert "1. newest first" in screen
    assert "on russia-north-korea: " in screen


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("count", "*", "--by", "weather"), "--by: 'weather'; write one or two of day"),
        (("count", "*", "--by", "day,day"), "--by: 'day,day'"),
        (("count", "*", "--zone", "Mars/Base"), "--zone: 'Mars/Base' is no time zone"),
        (("search", "*", "--all"), "--all: goes with --json or --csv"),
        (("search", "*", "--all", "--csv", "--limit", "1"), "--all: goes with --json or --csv, and without"),
        (("search", "*", "--json", "--csv"), "--json and --csv: write one of them"),
        (("count", "*", "--json", "--csv"), "--json and --csv: write one of them"),
        (("count", "*", "--png", "/nowhere/a.png"), "--png: /nowhere/a.png can't be written"),
        (("search", "*", "--explain", "--csv"), "--explain: goes with the screen or --json"),
    ],
)
def test_a_mistake_is_one_line(sample: Cli, arguments: tuple[str, ...], said: str) -> None:
    told = sample(*arguments, code=2)

    assert said in told
    assert len(told.splitlines()) == 1
