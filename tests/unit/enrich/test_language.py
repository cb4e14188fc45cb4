"""Language and script of short texts."""

from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.language import mixed, shares
from wirewatch.enrich.language import LANGUAGES, identify, script_of
from wirewatch.enrich.unpacked import identifier


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


@pytest.mark.parametrize(("size", "floor"), [(50, 0.98), (200, 0.995)])
def test_the_samples_texts_are_told_rightly_and_hardly_ever_wrongly(size: int, floor: float) -> None:
    found = shares(size, "right")

    assert found["right"] >= floor
    assert found["worst"] >= floor - 0.03
    assert found["wrong"] <= 0.002


def test_who_knows_no_better_says_und() -> None:
    assert shares(50, "missing")["wrong"] <= 0.01


def test_a_text_in_two_languages_is_of_none() -> None:
    assert mixed()["und"] >= 0.95


def test_a_quotation_in_another_language_changes_nothing() -> None:
    body = "Лидер Северне Кореје стигао је возом у Русију, јавиле су агенције. " * 4

    assert identify("Посета", f"{body}«We are very happy to be here», рекао је он. {body}", None, None) == ("sr", "Cyrl")


@pytest.mark.parametrize(
    ("part", "damage"),
    [
        ("nb_ptc", lambda raw: raw[:1000]),
        ("nb_ptc", lambda _: b""),
        ("nb_pc", lambda raw: b"PK\x03\x04" + raw),
        ("tk_row", lambda raw: raw[:20] + b"((((" + raw[24:]),
        ("tk_nextmove", lambda raw: raw[:128] + bytes(len(raw) - 128)),
    ],
)
def test_the_model_that_was_kept_unpacked_answers_alike_and_is_made_anew_when_it_is_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str, damage: Callable[[bytes], bytes]
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    text = "Лидер Северне Кореје стигао је возом у Русију"

    unpacked = identifier(LANGUAGES).rank(text)
    kept = identifier(LANGUAGES).rank(text)
    (table,) = tmp_path.rglob(f"{part}.npy")
    whole = table.read_bytes()
    table.write_bytes(damage(whole))
    anew = identifier(LANGUAGES).rank(text)

    assert unpacked == kept == anew
    assert table.read_bytes() == whole


def test_where_no_model_can_be_kept_it_is_unpacked_each_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cache").write_text("no folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    assert identifier(LANGUAGES).classify("The leader of North Korea arrived by train in Russia")[0] == "en"
