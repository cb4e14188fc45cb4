"""What is a copy of what: cut, edited, grown texts are; what quotes, repeats sentences or fills in a template isn't."""

import random

from tests.texts import OTHER, PARAGRAPHS, news
from wirewatch.group.compare import belongs, likeness, longest_rise
from wirewatch.group.sketch import Sketch, fold, sketch


def drawn(lines: list[str]) -> Sketch:
    made = sketch(fold("\n".join(lines)).paragraphs)
    assert made is not None
    return made


TEXT = drawn(news())


def test_equal_texts_are_wholly_alike() -> None:
    assert likeness(TEXT, TEXT) == 1


def test_a_cut_copy_is_a_copy_either_way_round() -> None:
    half = drawn(news(0, 3))

    assert 0.4 < likeness(half, TEXT) < 0.6
    assert likeness(half, TEXT) == likeness(TEXT, half)


def test_paragraphs_in_another_order_are_a_copy() -> None:
    assert likeness(drawn(news(3) + news(0, 3)), TEXT) > 0.8


def test_an_article_that_quotes_a_long_passage_is_no_copy() -> None:
    quoting = drawn([*OTHER, PARAGRAPHS[2], PARAGRAPHS[4]])

    assert likeness(quoting, TEXT) == 0


def test_the_same_sentences_in_another_order_are_no_copy() -> None:
    sentences = [f"{line[:60]} {n}." for n, line in enumerate([*PARAGRAPHS, *OTHER])]
    dice = random.Random(3)
    one, other = (drawn(dice.sample(sentences, 8)) for _ in range(2))

    assert likeness(one, other) == 0


def test_a_template_with_other_numbers_is_no_copy() -> None:
    lines = [f"{line} Извештај {n * 7}, страна {n * 13}." for n, line in enumerate(PARAGRAPHS, start=3)]
    other = [f"{line} Извештај {n * 8}, страна {n * 17}." for n, line in enumerate(PARAGRAPHS, start=3)]

    assert likeness(drawn(lines), drawn(other)) == 0
    assert likeness(drawn(lines), drawn(lines[:5])) > 0.7


def test_unlike_tellings_of_one_story_still_have_something_in_common() -> None:
    first, last = drawn(news(0, 4)), drawn(news(2))

    assert belongs(first, last)
    assert not belongs(drawn(list(OTHER)), TEXT)


def test_the_longest_rise_leaves_out_what_steps_back() -> None:
    assert longest_rise([1, 9, 2, 3, 8, 4]) == 4
    assert longest_rise([]) == 0
