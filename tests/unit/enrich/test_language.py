"""Language and script of short texts."""

import pytest

from wirewatch.enrich.language import identify, script_of


@pytest.mark.parametrize(
    ("text", "prior", "country", "wanted"),
    [
        ("Лидер Северне Кореје стигао је возом у Русију", "sr", "rs", ("sr", "Cyrl")),
        ("Лидер Северне Kореје стигао је возом, рекао је Kим", None, None, ("sr", "Cyrl")),
        ("Lider Severne Koreje stigao je vozom u Rusiju", "sr", "rs", ("sr", "Latn")),
        ("Vođa Sjeverne Koreje stigao je vlakom u Rusiju", "hr", "hr", ("hr", "Latn")),
        ("Lider Severne Koreje stigao je vozom u Rusiju", None, None, ("sr", "Latn")),
        ("Lider Sjeverne Koreje stigao je vozom u Rusiju", None, "ba", ("bs", "Latn")),
        ("Лидер Северной Кореи прибыл поездом в Россию", "ru", "ru", ("ru", "Cyrl")),
        ("Лідер Північної Кореї прибув поїздом до Росії", None, None, ("uk", "Cyrl")),
        ("The leader of North Korea arrived by train in Russia", "en", None, ("en", "Latn")),
        ("북한 지도자가 기차를 타고 러시아에 도착했다", None, None, ("ko", "Kore")),
        ("朝鲜领导人乘火车抵达俄罗斯远东地区", None, None, ("zh", "Hani")),
        ("北朝鮮の指導者が列車でロシアに到着した", None, None, ("ja", "Jpan")),
        ("Ким", "sr", "rs", ("und", "Cyrl")),
        ("", "sr", "rs", ("und", "Zyyy")),
    ],
)
def test_a_sentence_tells_its_language(text: str, prior: str | None, country: str | None, wanted: tuple[str, str]) -> None:
    assert identify(text, "", prior, country) == wanted


def test_digits_and_marks_have_no_script() -> None:
    assert script_of("2023! 12:30") == "Zyyy"
