"""Pages that show no text: a script carries it, and the browser would have made the page of it."""

import json
from typing import Any

import pytest

from tests.unit.extract.pages import TEXT, article, read
from wirewatch.errors import Skip

TELLINGS = {  # a title and paragraphs in each language
    "sr": (
        "Нови мост преко канала отвара се на пролеће",
        [
            "Нови мост преко северног канала биће отворен на пролеће, рекао је градоначелник јутрос на кеју.",
            "Радови на прилазним путевима трајали су годину дана дуже, јер глина испод њих није издржала.",
            "До тада скела полази на сваких пола сата, а власници кажу да никада нису продали толико карата.",
        ],
    ),
    "ru": (
        "Новый мост через канал откроют весной",
        [
            "Новый мост через северный канал откроют весной, сообщил утром на набережной мэр города.",
            "Подъездные дороги строили на год дольше, потому что глина под ними не выдержала веса.",
            "До этого паром отходит каждые полчаса, и владельцы говорят, что никогда не продавали столько билетов.",
        ],
    ),
    "ko": (
        "북쪽 수로의 새 다리 내년 봄 개통",
        [
            "북쪽 수로를 가로지르는 새 다리가 내년 봄에 개통된다고 시장이 오늘 아침 부두에서 기자들에게 말했다.",
            "진입로 공사는 땅속 진흙이 버티지 못해 예정보다 한 해가 더 걸렸고 비용도 두 배로 늘었다.",
            "그때까지 나룻배는 삼십 분마다 떠나며 주인들은 표가 이렇게 많이 팔린 적이 없다고 말한다.",
        ],
    ),
    "zh": (
        "北部航道新桥明年春天通车",
        [
            "市长今天上午在码头对记者说,横跨北部航道的新桥将于明年春天通车,比原计划晚了一年。",
            "引道工程多花了一年时间,因为下面的黏土无法承受重量,费用也增加了一倍,议会将进行调查。",
            "在此之前,渡船每半小时一班,船主们说他们从来没有卖出过这么多船票,岸上的商户也很高兴。",
        ],
    ),
    "ja": (
        "北の水路の新しい橋、来春に開通",
        [
            "北の水路に架かる新しい橋は来春に開通すると、市長が今朝、岸壁で記者団に語った。予定より一年遅い。",
            "取り付け道路の工事は、下の粘土が重さに耐えられず、一年余計にかかった。費用は二倍に膨らんだ。",
            "それまで渡し船は三十分おきに出る。持ち主たちは、これほど切符が売れたことはないと話している。",
        ],
    ),
}


def shell(title: str, script: str) -> str:
    return f"<html><head><title>{title}</title></head><body><div id=app></div>{script}<p>Please enable scripts.</p></body></html>"


def state(title: str, paragraphs: list[str]) -> dict[str, Any]:
    teasers = [{"title": "Another story of the day", "summary": "What else the island talked of this week. " * 4}] * 3
    blocks = [{"type": "paragraph", "text": paragraph, "id": str(n)} for n, paragraph in enumerate(paragraphs)]
    return {
        "props": {"page": {"article": {"headline": title, "blocks": blocks, "url": "https://e.org/1"}, "related": teasers}},
        "i18n": {"consent": "We and our partners store information on your device. " * 40},
    }


@pytest.mark.parametrize("language", TELLINGS)
def test_a_body_of_blocks_in_a_script_of_data_is_found(language: str) -> None:
    title, paragraphs = TELLINGS[language]
    data = json.dumps(state(title, paragraphs * 2))

    found = read(shell(title, f"<script id=__NEXT_DATA__ type=application/json>{data}{' ' * 1000}</script>"))

    assert (found.body.split("\n"), found.body_source) == (paragraphs, "data")


def test_a_body_of_markup_in_an_assigned_state_is_found() -> None:
    title, paragraphs = TELLINGS["ru"]
    markup = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    data = json.dumps({"story": {"title": title, "html": markup}, "user": None, "padding": "x" * 1000})

    found = read(shell(title, f"<script>window.__INITIAL_STATE__ = {data};(function(){{}})()</script>"))

    assert found.body.split("\n") == paragraphs


def test_a_state_about_something_else_makes_no_article() -> None:
    consent = {"text": "We and our partners store and read information on your device to choose advertisements. " * 20}

    with pytest.raises(Skip):
        read(
            shell("Нови мост преко канала отвара се на пролеће", f"<script type=application/json>{json.dumps(consent)}</script>")
        )


def test_what_a_page_shows_counts_before_what_its_scripts_carry() -> None:
    long = [paragraph * 2 for paragraph in TEXT]
    data = json.dumps(state("Bridge", ["Another text of the same bridge, which nobody sees on the page itself at all. " * 9] * 9))

    found = read(article(long, tail=f"<script type=application/json>{data}</script>"))

    assert (found.body.split("\n")[-5:], found.body_source) == (long, "page")


@pytest.mark.parametrize(
    "script", ["[" * 100_000, '{"a":' * 90_000 + "1" + "}" * 90_000, "{" + "x" * 5000, '["' + "word " * 900_000 + '"]']
)
def test_a_hostile_state_costs_its_page_only(script: str) -> None:
    with pytest.raises(Skip):
        read(shell("Bridge", f"<script type=application/json>{script}</script>"))
