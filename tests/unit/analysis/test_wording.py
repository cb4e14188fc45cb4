"""Two texts word by word."""

from hypothesis import given
from hypothesis import strategies as st

from tests.texts import LATIN, news
from wirewatch.analysis.wording import MOST, Compared, compared, excerpt


def marked(made: Compared) -> str:
    """The comparison as one line: `same -removed +added`."""
    return " ".join({"same": "", "removed": "-", "added": "+"}[each.kind] + each.text for each in made.pieces)


def test_what_was_changed_is_told_from_what_only_looks_otherwise() -> None:
    older = "Разговори су трајали пет сати, „веома отворено“, рекао је Путин у Кремљу."
    newer = 'Razgovori su trajali šest sati - "veoma otvoreno", rekao je Putin.'

    assert marked(compared(older, newer)) == (
        'Razgovori su trajali -пет +šest sati - "veoma otvoreno", rekao je Putin. -у Кремљу.'
    )


def test_a_latin_edition_of_a_cyrillic_text_has_no_difference() -> None:
    text = "\n".join(news())

    assert compared(text, text.translate(LATIN)).changes == 0


def test_a_changed_letter_of_a_chinese_text_is_shown_alone() -> None:
    assert marked(compared("两人会谈五小时。", "两人会谈六小时。")) == "两人会谈 -五 +六 小时。"


def test_signs_stay_with_the_word_that_they_stand_at() -> None:
    made = compared("Ниш (Танјуг) – Мост је „отворен“.", "Ниш (Бета) – Мост је „затворен“!")

    assert marked(made) == "Ниш -(Танјуг) +(Бета) Мост је -„отворен“. +„затворен“!"


def test_only_the_places_that_differ_are_shown_near_ones_together() -> None:
    words = [f"реч{n}" for n in range(100)]
    changed = [f"нова{n}" if n in (50, 52, 90) else word for n, word in enumerate(words)]

    places = list(excerpt(compared(" ".join(words), " ".join(changed)), 2))

    assert [[piece.text for piece in place] for place in places] == [
        ["… реч48 реч49", "реч50", "нова50", "реч51", "реч52", "нова52", "реч53 реч54 …"],
        ["… реч88 реч89", "реч90", "нова90", "реч91 реч92 …"],
    ]


def test_of_a_long_text_the_beginning_is_compared_and_that_is_said() -> None:
    made = compared("а " * MOST, "а " * MOST + "крај")

    assert (made.cut, made.changes) == (True, 0)


texts = st.lists(st.sampled_from(["Ким", "kim", "путин", "五", "сати", "’", "\n", "peć"]), max_size=12).map(" ".join)


@given(texts, texts)
def test_the_words_of_each_text_are_all_there_in_their_order(older: str, newer: str) -> None:
    made = compared(older, newer)

    new = [piece for piece in made.pieces if piece.kind != "removed"]
    assert compared(" ".join(piece.text for piece in new), newer).changes == 0
    assert sum(piece.words for piece in made.pieces if piece.kind != "added") == sum(
        piece.words for piece in compared(older, older).pieces
    )
