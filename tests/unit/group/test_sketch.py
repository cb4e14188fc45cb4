"""Copies of a text share a digest and a sketch, on every machine; texts too short to tell have neither."""

from hypothesis import given
from hypothesis import strategies as st

from tests.texts import LATIN, OTHER, PARAGRAPHS
from wirewatch.group.sketch import fold, places, sketch, smallest, title_hash

BODY = "\n".join(PARAGRAPHS)
SHORT = PARAGRAPHS[0]


def test_the_cyrillic_and_the_latin_edition_are_one_text() -> None:
    cyrillic, latin = fold(BODY), fold(BODY.translate(LATIN))

    assert cyrillic.digest == latin.digest is not None
    assert sketch(cyrillic.paragraphs) == sketch(latin.paragraphs) is not None


def test_look_alike_letters_and_typography_make_no_difference() -> None:
    changed = SHORT.replace("К", "K").replace(", ", ",\n").replace(" је", "\u00a0је")

    assert fold(changed).digest == fold(SHORT).digest


def test_another_ending_is_another_text() -> None:
    assert fold(SHORT.replace("губернатор", "губернатора")).digest != fold(SHORT).digest


def test_a_flash_is_too_short_to_tell() -> None:
    assert fold("Ким стигао у Русију.").digest is None


def test_a_short_text_has_a_digest_and_no_sketch() -> None:
    short = fold(SHORT)

    assert short.digest is not None
    assert sketch(short.paragraphs) is None


def test_a_number_counts_with_the_word_before_it() -> None:
    body = BODY + "\nПогинуло је 14 људи, повређено 120 и још 7."
    same, other = (sketch(fold(text).paragraphs) for text in (body, body.replace("14", "15")))

    assert same is not None
    assert other is not None
    assert same.of_numbers.keys() == other.of_numbers.keys()
    assert [same.of_numbers[each] == other.of_numbers[each] for each in same.of_numbers].count(True) == 2


def test_sketches_are_the_same_on_every_machine() -> None:
    made = sketch(fold(BODY).paragraphs)

    assert made is not None
    assert made.words[:16].hex() == "d6bf43c0c6612c18f2672cc351c64515"
    assert smallest(made.words)[:3] == [-1918751787, -1442001525, -1292334509]
    assert title_hash("Ким у Русији") == -1692191087
    assert (fold(SHORT).digest or b"").hex() == "f5d86065da4d72a27097c4883383b80f"


@given(
    st.lists(st.sampled_from([*PARAGRAPHS, *OTHER, "北京电 普京与金正恩举行会谈 双方签署协议", "1.234,5 % \ud83d"]), max_size=6)
)
def test_a_text_is_its_paragraphs_words_in_their_order(lines: list[str]) -> None:
    parts = fold("\n".join(lines)).paragraphs
    words = b"".join(part.words for part in parts)

    assert len(parts) == len(lines)
    assert sorted(places(words).values()) == sorted(set(places(words).values()))
    assert all(0 <= place <= len(words) - 5 for place in places(words).values())
    assert len(smallest(words)) <= 24
