"""Dates as feeds write them: a moment where one is named, None where it can't be known."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wirewatch.poll.dates import parse_date

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("raw", "iso"),
    [
        ("Tue, 12 Sep 2023 14:05:00 GMT", "2023-09-12T14:05:00+00:00"),
        ("Tue, 12 Sep 2023 14:05:00 +0300", "2023-09-12T11:05:00+00:00"),
        ("12 Sep 2023 14:05 MSK", "2023-09-12T11:05:00+00:00"),
        ("Wed, 13 Sep 2023 09:00:00 KST", "2023-09-13T00:00:00+00:00"),
        ("2023-09-12T14:05:00Z", "2023-09-12T14:05:00+00:00"),
        ("2023-09-12T14:05:00.123456+09:00", "2023-09-12T05:05:00+00:00"),
        ("2023-09-12 14:05:00 -0500", "2023-09-12T19:05:00+00:00"),
        ("2023-09-12", "2023-09-12T00:00:00+00:00"),
        ("September 12, 2023", "2023-09-12T00:00:00+00:00"),
        ("13.09.2023 10:00 CEST", "2023-09-13T08:00:00+00:00"),
        ("пет, 15 сеп 2023 10:30:00 +0200", "2023-09-15T08:30:00+00:00"),
        ("15. septembra 2023. u 10:30 CEST", "2023-09-15T08:30:00+00:00"),
        ("15 сентября 2023 10:30 МСК", "2023-09-15T07:30:00+00:00"),
        ("12 вересня 2023 10:00 EEST", "2023-09-12T07:00:00+00:00"),
        ("2023년 9월 13일 10:00 KST", "2023-09-13T01:00:00+00:00"),
        ("2023年9月13日", "2023-09-13T00:00:00+00:00"),
    ],
)
def test_a_moment_is_read_in_utc(raw: str, iso: str) -> None:
    found = parse_date(raw, NOW)

    assert found is not None
    assert found.isoformat() == iso


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "yesterday",
        "1694512345",
        "13.09.2023 10:00",  # where?
        "2023년 9월 13일 10:00",
        "Tue, 12 Sep 2023 14:05:00 XYZT",
        "Tue, 12 Sep 2023 14:05:00 +9900",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "Mon, 01 Jan 0000 00:00:00 GMT",
        "Mon, 01 Jan 99999 00:00:00 GMT",
        "Sat, 22 Nov 2036 00:00:00 GMT",
        "0000-00-00T25:61:61+99:99",
        "31 Feb 2023 10:00 GMT",
        "2026-11",
    ],
)
def test_what_names_no_moment_is_none(raw: str) -> None:
    assert parse_date(raw, NOW) is None


@given(st.text(max_size=120))
def test_any_text_is_a_moment_in_bounds_or_none(raw: str) -> None:
    found = parse_date(raw, NOW)

    assert found is None or datetime(1995, 1, 1, tzinfo=UTC) <= found <= datetime(2026, 11, 25, 12, tzinfo=UTC)
