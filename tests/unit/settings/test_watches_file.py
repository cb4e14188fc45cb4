"""What a watch may ask, as it is written in watches.yaml."""

from datetime import timedelta
from pathlib import Path

import pytest

from wirewatch.errors import ConfigError
from wirewatch.model import AtLeast, Rate, Watch
from wirewatch.settings import load


def watches(tmp_path: Path, text: str) -> tuple[Watch, ...]:
    (tmp_path / "watches.yaml").write_text(f"watches:\n  - name: kim\n{text}", encoding="utf-8")
    return load(tmp_path, environment={}).watches


def test_all_that_a_watch_may_ask_is_read(tmp_path: Path) -> None:
    text = """    query: Kim
    not: Kardashian OR entity:south-korea
    at_least: 3 sources within 6h
    rate: 2.5x the usual within 6h
    updates: true
"""
    assert watches(tmp_path, text) == (
        Watch(
            name="kim",
            query="Kim",
            but_not="Kardashian OR entity:south-korea",
            at_least=AtLeast(3, timedelta(hours=6)),
            rate=Rate(2.5, timedelta(hours=6)),
            updates=True,
        ),
    )


def test_short_forms_mean_three_hours_and_ever(tmp_path: Path) -> None:
    (watch,) = watches(tmp_path, "    rate: 3x the usual\n    first_mention: true\n")

    assert (watch.rate, watch.first_mention) == (Rate(3, timedelta(hours=3)), timedelta.max)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("at_least: 3", "watches[0].at_least: 3 is no number of tellings; write 3 sources within 6h, with 2 sources at least"),
        ("at_least: 1 source within 6h", "'1 source within 6h' is no number of tellings"),
        ("at_least: 3 sources within 6 h", "write 3 sources within 6h"),
        ("rate: 3x", "watches[0].rate: '3x' is no rate; write 3x the usual, or 3x the usual within 6h (1h to 24h)"),
        ("rate: 0.5x the usual", "is no rate"),
        ("rate: 3x the usual within 48h", "is no rate"),
        (
            "first_mention: sometimes",
            "is no time; write true (the first time ever), or 30d (the first time in 30 days)",
        ),
        ("updates: perhaps", "watches[0].updates: input should be a valid boolean"),
        ("not: '(Kim'", "watches[0].not: a ( that is never closed, at character 5 of the query"),
        (
            "without: Kim",
            "unknown key; watches.yaml knows name, query, topic, entities, languages, sources, channels, not, at_least",
        ),
    ],
)
def test_a_mistake_says_where_it_is_and_what_would_be_right(tmp_path: Path, line: str, says: str) -> None:
    with pytest.raises(ConfigError) as caught:
        watches(tmp_path, f"    query: Kim\n    {line}\n")

    (problem,) = caught.value.problems
    assert problem.startswith(f"{tmp_path}/watches.yaml:4: ")
    assert says in problem


def test_what_could_never_be_met_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        watches(tmp_path, "    at_least: 3 sources within 6h\n    first_mention: 30d\n")

    (problem,) = caught.value.problems
    assert problem.endswith("are never met together: one source names somebody first; make two watches")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (
            "query: 'entity:kim-jong-unn'",
            "watches[0].query: entity:kim-jong-unn is not in entities.yaml; did you mean 'kim-jong-un'?",
        ),
        (
            "query: 'Kim NOT topic:russia-north-koreaa'",
            "topic:russia-north-koreaa is not in topics.yaml; did you mean 'russia-north",
        ),
        ("not: language:english", "watches[0].not: language:english is none that articles have; write its code: sr, en, ko"),
        ("query: language:sr-Latn", "language:sr-Latn is none that articles have; write sr, and script:Latn in the query"),
        ("languages: [sr-Latn]", "watches[0].languages[0]: 'sr-Latn' is none that articles have; write sr, and script:Latn"),
        ("entities: [kim-jong-unn]", "'kim-jong-unn' is not in entities.yaml; did you mean 'kim-jong-un'?"),
    ],
)
def test_a_tag_that_no_article_has_is_told_with_what_was_probably_meant(line: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        watches(tmp_path, f"    {line}\n")

    assert says in str(caught.value)


def test_a_languages_capitals_are_those_of_the_index(tmp_path: Path) -> None:
    assert watches(tmp_path, "    languages: [EN, sr]\n")[0].languages == ("en", "sr")


def test_a_name_that_is_none_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "watches.yaml").write_text("watches: [{name: B}]", encoding="utf-8")

    with pytest.raises(ConfigError, match=r"watches\[0\].name: 'B' is no name: write small Latin letters, digits and dashes"):
        load(tmp_path, environment={})
