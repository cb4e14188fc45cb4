"""Bytes to text, whatever is declared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wirewatch.extract.charset import clean, decode

SR = "Председник владе рекао је да ће мост бити отворен на пролеће, чим се заврше радови на прилазним путевима. "
SR_LATIN = (
    "Predsednik vlade rekao je da će most biti otvoren na proleće, čim se završe radovi na prilaznim putevima. Žitelji čekaju. "
)
RU = "Губернатор области сообщил, что движение по мосту откроют весной, как только закончат ремонт подъездных дорог. "
UK = "Голова міської ради повідомила, що рух мостом відкриють навесні, щойно завершать ремонт під'їзних доріг. "
KO = "시장은 진입로 공사가 끝나는 대로 내년 봄에 다리를 다시 개통할 예정이라고 기자들에게 밝혔다. "
ZH = "市长对记者表示,只要引道工程完工,大桥将在明年春天重新开放,届时两岸居民出行将更加方便。"
JA = "市長は記者団に対し、取り付け道路の工事が終わり次第、来年の春に橋を再び開通させる予定だと述べた。"

PAIRS = [
    (SR, "cp1251"),
    (SR, "iso8859-5"),
    (SR, "utf-16"),
    (SR_LATIN, "utf-8"),
    (RU, "cp1251"),
    (RU, "koi8-r"),
    (RU, "utf-8"),
    (UK, "cp1251"),
    (UK, "utf-8"),
    (KO, "cp949"),
    (KO, "utf-8"),
    (ZH, "gb18030"),
    (ZH, "big5"),
    (ZH, "utf-8"),
    (JA, "euc_jp"),
    (JA, "cp932"),
    (JA, "iso2022_jp"),
    (JA, "utf-16-be"),
    (RU, "utf-8-sig"),
]


def page(text: str, declared: str = "") -> str:
    meta = f'<meta charset="{declared}">' if declared else ""
    return f"<html><head>{meta}<title>{text[:20]}</title></head><body><p>{text * 3}</p></body></html>"


@pytest.mark.parametrize(("text", "codec"), PAIRS)
@pytest.mark.parametrize("declared", ["", "utf-8", "iso-8859-1"])
def test_a_page_is_read_whatever_it_declares(text: str, codec: str, declared: str) -> None:
    if codec == "big5":
        text = "市長對記者表示,只要引道工程完工,大橋將在明年春天重新開放,屆時兩岸居民出行將更加方便。"
    whole = page(text, declared)

    assert decode(whole.encode(codec), f"text/html; charset={declared}" if declared else "text/html") == whole


def test_short_serbian_latin_is_read_by_its_declaration() -> None:
    body = page("Žar u pećini").encode("cp1250")

    assert "Žar u pećini" in decode(body, "text/html; charset=windows-1250")


def test_gb2312_means_its_superset() -> None:
    body = page("朱镕基訪問").encode("gb18030")

    assert "朱镕基訪問" in decode(body, 'text/html; charset="GB2312"')


def test_latin_1_means_windows_1252() -> None:
    assert "“straße”" in decode(b"<p>\x93stra\xdfe\x94</p>", "text/html; charset=ISO-8859-1")


def test_utf_8_with_a_few_broken_bytes_stays_utf_8() -> None:
    body = page(RU).encode()
    broken = body[:200] + b"\xff" + body[200:]

    assert decode(broken, "text/html; charset=windows-1251").replace("\ufffd", "").count("мосту") == 3


def test_a_label_that_is_no_charset_of_the_web_is_not_obeyed() -> None:
    assert "caf\u00e9" in decode(b"<p>caf\xe9 \\u0041</p>", "text/html; charset=unicode_escape")


def test_nulls_vanish() -> None:
    assert decode(b"<p>the \0bridge</p>", "text/html") == "<p>the bridge</p>"


def test_lone_surrogates_and_control_characters_vanish() -> None:
    assert clean("a\ud800b\udfffc\0😀") == "abc😀"
    assert clean("a\x1b[31mb\x07\x9bc\td") == "a[31mbc\td"


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "cp1251"])
def test_control_characters_vanish_in_every_charset(codec: str) -> None:
    whole = page(RU)

    assert decode(whole.replace("мосту", "мо\x1bсту").replace("весной", "весной&#x1b;&#7;").encode(codec), "") == whole


@given(st.binary(max_size=300), st.sampled_from(["", "text/html; charset=utf-16", "text/html;charset=\x00", "x; charset=hz"]))
def test_any_bytes_become_text_that_can_be_stored(body: bytes, content_type: str) -> None:
    text = decode(body, content_type)

    assert "\0" not in text
    text.encode()
