"""An article survives the way to JSON and back."""

import json
import string
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.contract.index.articles import NOON, article
from wirewatch.index.document import from_bytes, rfc3339, to_bytes, to_dict
from wirewatch.model import Article

TIMES = st.datetimes(timezones=st.just(UTC))
NAMES = st.lists(st.text(), max_size=3).map(tuple)
ARTICLES = st.builds(
    Article,
    id=st.text(alphabet=string.ascii_lowercase + "234567", min_size=16, max_size=16),
    revision=st.integers(0, 2**62),
    first_seen_at=TIMES,
    indexed_at=TIMES,
    published_at=st.none() | TIMES,
    updated_at=st.none() | TIMES,
    authors=NAMES,
    entities=NAMES,
    entity_names=NAMES,
    topics=NAMES,
)


@given(ARTICLES)
def test_an_article_comes_back_from_json_as_it_went(written: Article) -> None:
    assert from_bytes(to_bytes(written)) == written


def test_times_are_rfc_3339_in_utc() -> None:
    document = to_dict(article("a", published_at=datetime(2026, 11, 20, 15, 0, tzinfo=timezone(timedelta(hours=3)))))

    assert document["published_at"] == "2026-11-20T12:00:00Z"
    assert document["updated_at"] is None


def test_the_letters_stay_readable() -> None:
    raw = to_bytes(article("a", "Ким"))

    assert "Ким" in raw.decode()
    assert json.loads(raw)["title"] == "Ким"


def test_a_time_without_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="no UTC offset"):
        rfc3339(NOON.replace(tzinfo=None))
    with pytest.raises(ValueError, match="no UTC offset"):
        to_bytes(replace(article("a"), indexed_at=NOON.replace(tzinfo=None)))
