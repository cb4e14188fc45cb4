"""Copies of a text share a digest; other texts, and texts too short to tell, don't."""

from wirewatch.group.stage import digest

CYRILLIC = (
    "Лидер Северне Кореје стигао је оклопним возом на Далеки исток Русије, где га је дочекао председник. "
    "Разговарали су о сарадњи двеју земаља и обишли космодром."
)
LATIN = (
    "Lider Severne Koreje stigao je oklopnim vozom na Daleki istok Rusije, gde ga je dočekao predsednik. "
    "Razgovarali su o saradnji dveju zemalja i obišli kosmodrom."
)


def test_the_cyrillic_and_the_latin_edition_are_one_text() -> None:
    assert digest(CYRILLIC) == digest(LATIN) is not None


def test_look_alike_letters_and_typography_make_no_difference() -> None:
    assert digest(CYRILLIC.replace("К", "K").replace(". ", ".\n")) == digest(CYRILLIC)


def test_another_ending_is_another_text() -> None:
    assert digest(CYRILLIC.replace("председник", "председника")) != digest(CYRILLIC)


def test_a_flash_is_too_short_to_tell() -> None:
    assert digest("Ким стигао у Русију.") is None


def test_the_digest_is_the_same_on_every_machine() -> None:
    found = digest(LATIN)

    assert found is not None
    assert found.hex() == "c48cc634246e6535ef442b8068d3bc35"
