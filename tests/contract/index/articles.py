"""Articles for the index's contract, in the mission's languages; a test names only what matters to it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from wirewatch.model import Article, ArticleId

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def article(name: str, title: str = "", body: str = "", **rest: Any) -> Article:
    """An article whose id is made of `name`; everything else has a plain default."""
    values: dict[str, Any] = {
        "id": id_of(name),
        "revision": 1,
        "url": f"https://example.org/{name}",
        "title": title,
        "body": body,
        "source": "Jutro",
        "first_seen_at": NOON,
        "indexed_at": NOON,
        "story_id": id_of(name),
    }
    return Article(**(values | rest))


def id_of(name: str) -> ArticleId:
    """The id of the article of that name: names of one length keep their order."""
    return ArticleId(name.ljust(16, "x"))


def ago(**span: float) -> datetime:
    """A time before now, for what goes by freshness."""
    return datetime.now(UTC) - timedelta(**span)


PRESS = (
    article(
        "serbian",
        "Ким Џонг Ун дочекао Путина у Пјонгјангу",
        "Севернокорејски вођа разговарао је с Владимиром Путином о сарадњи. Посета Русији следи на јесен.",
        language="sr",
        script="Cyrl",
        entities=("kim-jong-un", "vladimir-putin"),
        topics=("russia-north-korea",),
        authors=("Ана Анић", "Bojan Kos"),
        country="rs",
        published_at=NOON - timedelta(days=1),
    ),
    article(
        "latin",
        "Putin i Kim na kosmodromu Vostočni",
        "Dvojica lidera obišla su kosmodrom. Kimova poseta trajala je pet dana, a Severna Koreja je zadovoljna.",
        language="sr",
        script="Latn",
        entities=("kim-jong-un", "vladimir-putin"),
        topics=("russia-north-korea",),
        source="Večernji list",
        published_at=NOON - timedelta(days=2),
    ),
    article(
        "russian",
        "Путин встретился с Ким Чен Ыном",
        "Гость прибыл на космодром Восточный. Стороны обсудили поставки и визит в Пхеньян.",
        language="ru",
        source="Волна",
        entities=("kim-jong-un", "vladimir-putin"),
        topics=("russia-north-korea",),
        published_at=NOON - timedelta(days=3),
    ),
    article(
        "ukrainian",
        "Зеленський закликав партнерів до єдності",
        "Президент України говорив про зброю з Північної Кореї та про Путіна.",
        language="uk",
        source="Ранок",
        entities=("vladimir-putin",),
        published_at=NOON - timedelta(days=4),
    ),
    article(
        "english",
        "Kim Jong Un hosts Putin in Pyongyang",
        "The Russia-Korea treaty was signed after two hours of talks. North Korea hailed a new era.",
        language="en",
        source="Harbour Times",
        entities=("kim-jong-un", "vladimir-putin"),
        topics=("russia-north-korea", "diplomacy"),
        authors=("Ana Anic",),
        published_at=NOON - timedelta(days=5),
    ),
    article(
        "korean",
        "김정은, 푸틴과 평양에서 회담",
        "김정은은 러시아와의 협력을 강조했다. 두 정상은 조약에 서명했다.",
        language="ko",
        source="새벽일보",
        entities=("kim-jong-un", "vladimir-putin"),
        published_at=NOON - timedelta(days=6),
    ),
    article(
        "chinese",
        "金正恩与普京举行会谈",
        "朝鲜领导人金正恩表示将加强同俄罗斯的合作。",
        language="zh",
        source="晨报",
        entities=("kim-jong-un", "vladimir-putin"),
        published_at=NOON - timedelta(days=7),
    ),
    article(
        "split",
        "Kim wins the title in Seoul",
        "The golfer thanked her coach. Putin, a stray cat of that name, watched from the clubhouse.",
        language="en",
        source="Harbour Times",
        published_at=NOON - timedelta(days=8),
    ),
    article(
        "other",
        "Moon Jae-in visits a bookshop",
        "The former president of South Korea sells novels now.",
        language="en",
        source="Harbour Times",
    ),
)
