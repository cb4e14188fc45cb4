"""Stories: which articles join which, what stays for ever, and what is forgotten."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select, update

from tests.texts import LATIN, OTHER, PARAGRAPHS, invented, news
from tests.wire_state import announce, many
from wirewatch.group.sketch import fold
from wirewatch.group.stage import Text, assign
from wirewatch.model import ArticleId, ArticleNo
from wirewatch.state import grouping, stories
from wirewatch.state import tables as t
from wirewatch.state.database import Database
from wirewatch.state.forgetting import forget

WINDOW = timedelta(days=14)
DAY = timedelta(days=1)
THIRD = [f"Трећа вест, ред {n}: {line[::-1]}" for n, line in enumerate(OTHER)]
FLASH = ["Председник је вечерас поднео оставку и распустио скупштину, саопштила је влада у кратком обраћању."]


def group(db: Database, *texts: Sequence[str], first: int = 1, titles: Sequence[str] = ()) -> list[int]:
    """The stories' numbers of articles with these paragraphs, numbered on from `first`."""
    given = [
        Text(ArticleNo(no), titles[no - first] if titles else "Наслов", fold("\n".join(lines)))
        for no, lines in enumerate(texts, start=first)
    ]
    told = assign(db, given, WINDOW)
    return [told[ArticleNo(no)].story_no for no in range(first, first + len(texts))]


def seen(db: Database, no: int, before: timedelta, source: str = "") -> None:
    """The article was first seen so long ago."""
    values = {"first_seen_at": datetime.now(UTC) - before} | ({"source": source} if source else {})
    with db.write() as conn:
        conn.execute(update(t.articles).where(t.articles.c.no == no).values(values))


def indexed(db: Database) -> None:
    """All that were announced are indexed."""
    with db.write() as conn:
        conn.execute(update(t.articles).values(indexed_revision=1))


def rows(db: Database) -> dict[str, int]:
    """How many rows each of the stories' tables has."""
    tables = (t.story_texts, t.story_sketches, t.story_hashes, t.story_paragraphs, t.story_links)
    with db.read() as conn:
        return {table.name: conn.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


def test_equal_cut_edited_and_latin_texts_are_one_story_and_others_their_own(db: Database) -> None:
    announce(db, *many(7))
    edited = [line.replace("пет сати", "пуних пет часова") for line in news()]
    latin = [line.translate(LATIN) for line in news(0, 4)]

    found = group(db, news(), news(0, 4), list(OTHER), edited, latin, news(1) + list(OTHER[:1]), THIRD)

    assert found == [1, 1, 3, 1, 1, 1, 7]


def test_short_texts_are_one_story_only_if_they_are_equal(db: Database) -> None:
    announce(db, *many(3))
    for no in (1, 2, 3):
        seen(db, no, timedelta(), f"Лист {no}")

    assert group(db, FLASH, FLASH, [*FLASH, "Више детаља ускоро."]) == [1, 1, 3]


def test_a_short_text_under_several_titles_of_one_source_is_no_story(db: Database) -> None:
    announce(db, *many(3))

    assert group(db, FLASH, FLASH, FLASH, titles=["За претплатнике", "Друга вест", "За претплатнике"]) == [1, 2, 1]


def test_a_notice_in_the_place_of_every_text_is_no_story_however_it_is_cut(db: Database) -> None:
    announce(db, *many(4))
    seen(db, 4, timedelta(), "Други лист")
    notice = list(OTHER[:3])

    found = group(db, notice, notice, [*notice, "Sign in."], notice, titles=["Прва", "Друга", "Трећа", "Четврта"])

    assert found == [1, 2, 3, 1]


def test_texts_too_short_to_tell_are_their_own_stories(db: Database) -> None:
    announce(db, *many(2))

    assert group(db, ["Фото: АП"], ["Фото: АП"]) == [1, 2]


def test_an_article_keeps_its_story_when_its_text_changes_and_others_join_by_the_new_text(db: Database) -> None:
    announce(db, *many(3))
    group(db, news(), news())

    changed = group(db, list(OTHER), first=2)
    later = group(db, list(OTHER), first=3)

    assert (changed, later) == ([1], [1])
    assert rows(db)["story_sketches"] == 3


def test_an_article_sketched_by_older_rules_is_sketched_anew_when_its_text_changes(db: Database) -> None:
    announce(db, *many(2))
    group(db, news())
    held = rows(db)["story_hashes"]
    with db.write() as conn:
        conn.execute(update(t.story_sketches).values(rules=1))

    changed = group(db, list(OTHER))
    later = group(db, OTHER[:-1], first=2)

    assert (changed, later) == ([1], [1])
    assert (rows(db)["story_sketches"], rows(db)["story_hashes"]) == (2, 2 * held)


def test_grouping_an_article_again_writes_nothing(db: Database) -> None:
    announce(db, *many(3))
    first = group(db, news(), news(0, 4), FLASH)
    before = rows(db)

    assert group(db, news(), news(0, 4), FLASH) == first
    assert rows(db) == before


def test_tellings_are_numbered_as_they_come_and_keep_their_number(db: Database) -> None:
    announce(db, *many(4))
    group(db, news(), list(OTHER), news(0, 4), news())
    group(db, THIRD, first=3)

    told = stories.known(db, [ArticleNo(no) for no in range(1, 5)])

    assert [(told[ArticleNo(no)].telling, told[ArticleNo(no)].is_copy) for no in range(1, 5)] == [
        (1, False),
        (1, False),
        (2, True),
        (3, True),
    ]
    indexed(db)
    found = stories.tellings(db, told[ArticleNo(4)].story_id)
    assert [(each.telling, each.url, each.source, each.language) for each in found] == [
        (1, "https://vesti.example/0", "Вести", "sr"),
        (2, "https://vesti.example/2", "Вести", "sr"),
        (3, "https://vesti.example/3", "Вести", "sr"),
    ]


def test_a_storys_spread_counts_its_indexed_tellings_by_who_told_it_when(db: Database) -> None:
    announce(db, *many(5))
    moving = [("Политика", DAY), ("Вести", 2 * DAY), ("Вести", timedelta()), ("Курир", timedelta()), ("Вести", timedelta())]
    for no, (name, age) in enumerate(moving, start=1):
        seen(db, no, age, name)
    with db.write() as conn:
        conn.execute(update(t.articles).values(feed=None, language="sr-Cyrl"))  # an import: both are the article's own
    group(db, news(), news(0, 5), news(), news(0, 4), list(OTHER))
    indexed(db)
    told = stories.known(db, [ArticleNo(1), ArticleNo(5)])
    ids = [told[ArticleNo(no)].story_id for no in (1, 5)]
    forget(db, [stories.tellings(db, ids[0])[3].id])

    found = stories.spreads(db, [*ids, ArticleId("nothing")])

    assert {story: (each.tellings, each.sources, each.languages) for story, each in found.items()} == {
        ids[0]: (3, ("Вести", "Политика"), ("sr",)),
        ids[1]: (1, ("Вести",), ("sr",)),
    }
    assert (found[ids[0]].latest_at - found[ids[0]].begun_at).days == 2


def test_a_text_of_two_texts_joins_one_story_and_links_the_two(db: Database) -> None:
    announce(db, *many(4))
    found = group(db, news(), list(OTHER), [*news(), *OTHER], list(OTHER))
    told = stories.known(db, [ArticleNo(1), ArticleNo(2)])
    ids = [told[ArticleNo(no)].story_id for no in (1, 2)]

    assert found == [1, 2, 1, 2]
    indexed(db)
    linking = stories.tellings(db, ids[0])[1].id
    assert [(each.story_id, each.article_id) for each in stories.links(db, ids[0])] == [(ids[1], linking)]
    assert [(each.story_id, each.article_id) for each in stories.links(db, ids[1])] == [(ids[0], linking)]


def test_a_chain_of_copies_ends_where_its_ends_have_nothing_in_common(db: Database) -> None:
    announce(db, *many(3))
    first, last = [*PARAGRAPHS, *OTHER[:1]], [*PARAGRAPHS[4:], *OTHER, *THIRD]
    middle = [*PARAGRAPHS, *OTHER]

    assert group(db, first, middle, last) == [1, 1, 3]


def test_what_a_source_puts_around_every_text_is_no_part_of_it(db: Database) -> None:
    announce(db, *many(5))
    around = [f"{line} Преузмите нашу апликацију и пратите нас на свим мрежама." for line in PARAGRAPHS[:2]]

    found = group(db, *([*invented(n), *around] for n in range(5)))

    assert found == [1, 2, 3, 4, 5]
    with db.read() as conn:
        sizes = [len(words) for words in conn.scalars(select(t.story_sketches.c.words).order_by(t.story_sketches.c.article))]
    assert sizes[0] == sizes[2] > sizes[3] == sizes[4]


def test_a_near_copy_joins_within_the_window_and_an_equal_text_at_any_time(db: Database) -> None:
    announce(db, *many(4))
    for no, age in enumerate((60 * DAY, 15 * DAY, DAY, timedelta()), start=1):
        seen(db, no, age)

    assert group(db, news(), news(0, 5), news(0, 5) + list(OTHER[:1]), news()) == [1, 2, 2, 1]


def test_what_comes_late_is_a_copy_of_what_came_after_it(db: Database) -> None:
    announce(db, *many(2))
    seen(db, 2, 10 * DAY)

    assert group(db, news(), news(0, 4)) == [1, 1]


def test_maintenance_forgets_sketches_past_the_window_and_digests_past_their_keeping(db: Database) -> None:
    announce(db, *many(3))
    for no, age in enumerate((40 * DAY, 15 * DAY, DAY), start=1):
        seen(db, no, age)
    found = group(db, news(), list(OTHER), THIRD)
    held = rows(db)

    dropped = grouping.drop_old(db, WINDOW, datetime.now(UTC) - 30 * DAY)

    left = rows(db)
    assert (dropped, left["story_sketches"], left["story_texts"]) == (2, 1, 2)
    assert 0 < left["story_hashes"] < held["story_hashes"]
    assert left["story_paragraphs"] == len(THIRD)
    told = stories.known(db, [ArticleNo(no) for no in (1, 2, 3)])
    assert [told[ArticleNo(no)].story_no for no in (1, 2, 3)] == found


def test_nothing_of_a_forgotten_article_is_compared_any_more(db: Database) -> None:
    announce(db, *many(2))
    group(db, news())
    ids = [told.story_id for told in stories.known(db, [ArticleNo(1)]).values()]

    forget(db, [ArticleId(ids[0])])

    assert group(db, news(), first=2) == [2]


def test_two_workers_that_meet_the_same_copies_at_once_never_split_a_story(open_again: Callable[[], Database]) -> None:
    db = open_again()
    announce(db, *many(80))
    halves = [(open_again(), part) for part in range(2)]

    def work(half: tuple[Database, int]) -> None:
        for no in range(1 + half[1], 81, 2):
            group(half[0], invented((no - 1) // 2, 6 - half[1]), first=no)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, halves))

    with db.read() as conn:
        numbers = list(conn.scalars(select(t.articles.c.story).order_by(t.articles.c.no)))
    assert [numbers[n] == numbers[n + 1] for n in range(0, 80, 2)] == [True] * 40
    assert len(set(numbers)) == 40
