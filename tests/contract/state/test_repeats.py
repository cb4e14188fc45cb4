"""A text that a host shows for many articles is none of theirs."""

from sqlalchemy import insert

from tests.wire_state import announce, entry
from wirewatch.model import ArticleNo
from wirewatch.state import repeats
from wirewatch.state import tables as t
from wirewatch.state.database import Database

TITLES = ("Мост преко Тисе", "Трајект поново вози", "Пекара на углу", "Светионик на рту", "Трамвај до језера")


def shown(titles: tuple[str, ...] = TITLES, host: str = "vesti.example", digest: bytes | None = b"wall") -> list[repeats.Shown]:
    """What the host showed for articles of these titles, which were announced as the first, second … of all."""
    return [
        repeats.Shown(article=ArticleNo(n), url=f"https://{host}/{n}", title=title, digest=digest)
        for n, title in enumerate(titles, 1)
    ]


def test_a_text_shown_for_four_articles_of_a_host_is_a_wall(db: Database) -> None:
    assert repeats.repeated(db, shown(TITLES[:4])) == {1, 2, 3, 4}
    assert repeats.repeated(db, shown(TITLES[:3])) == set()


def test_one_article_announced_often_and_texts_of_several_hosts_are_no_wall(db: Database) -> None:
    assert repeats.repeated(db, shown(("Мост преко Тисе",) * 5)) == set()
    assert repeats.repeated(db, [shown(TITLES[: n + 1], f"{n}.example")[n] for n in range(5)]) == set()
    assert repeats.repeated(db, shown(digest=None)) == set()


def test_what_the_host_showed_before_counts(db: Database) -> None:
    announce(db, *(entry(f"https://vesti.example/{n}", title) for n, title in enumerate(TITLES, 1)))
    with db.write() as conn:
        conn.execute(insert(t.story_texts), [{"article": n, "story": n, "day": 20_000, "digest": b"wall"} for n in (1, 2, 3)])

    assert repeats.repeated(db, shown()[3:4]) == {4}
