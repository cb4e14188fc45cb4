"""The judged searches are about the sample's articles, in all its scripts."""

from pathlib import Path

import yaml

from wirewatch.analysis.query import parse
from wirewatch.demo.sample import outlets
from wirewatch.enrich.language import script_of

JUDGED: dict[str, dict[str, int]] = yaml.safe_load((Path(__file__).parents[2] / "data" / "judged.yaml").read_text("utf-8"))
OPEN = [article for outlet in outlets() for article in outlet.articles if outlet.is_open(article)]


def test_sixty_searches_are_judged_from_one_to_three() -> None:
    assert len(JUDGED) == 60
    assert {grade for grades in JUDGED.values() for grade in grades.values()} == {1, 2, 3}
    assert all(max(grades.values()) > 1 for grades in JUDGED.values())


def test_every_search_can_be_read_and_every_judged_article_can_be_found() -> None:
    slugs = [article.slug for article in OPEN]

    assert len(set(slugs)) == len(slugs)
    assert {slug for grades in JUDGED.values() for slug in grades} <= set(slugs)
    assert all(parse(query) for query in JUDGED)


def test_the_searches_are_in_every_script() -> None:
    assert {script_of(query) for query in JUDGED} == {"Cyrl", "Latn", "Kore", "Hani", "Jpan"}


def test_a_copy_is_as_good_as_its_original() -> None:
    copies = {article.slug: article.copy_of.split("/")[1] for article in OPEN if article.copy_of}
    english = {"putin-kim-russian-cosmodrome"}  # under a title of its own, which promises another thing
    for grades in JUDGED.values():
        assert all(grades.get(copy) == grades.get(original) for copy, original in copies.items() if copy not in english)
