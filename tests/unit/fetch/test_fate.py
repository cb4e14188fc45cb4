"""What becomes of a capture is a table of rules."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wirewatch.errors import Reason, Retry, Skip
from wirewatch.fetch.fate import FINAL, is_moved, refuse_status, refuse_type
from wirewatch.model import Hop, Page
from wirewatch.net.answers import LONGEST, retry_after

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def page(
    status: int = 200, body: bytes = b"text", final_url: str = "http://x/a", hops: tuple[int, ...] = (), **headers: str
) -> Page:
    return Page(
        url="http://x/old",
        final_url=final_url,
        status=status,
        headers=tuple((name.replace("_", "-"), value) for name, value in headers.items()),
        body=body,
        fetched_at=NOW,
        took=0.1,
        hops=tuple(Hop(url="http://x/old", status=one) for one in hops),
    )


@pytest.mark.parametrize(
    ("status", "reason", "final"),
    [
        (401, Reason.HTTP_401, True),
        (403, Reason.HTTP_403, True),
        (404, Reason.HTTP_404, True),
        (410, Reason.HTTP_410, True),
        (451, Reason.HTTP_4XX, True),
        (408, Reason.TIMEOUT, False),
        (429, Reason.HTTP_429, False),
        (500, Reason.HTTP_5XX, False),
        (524, Reason.HTTP_5XX, False),
        (202, Reason.HTTP_OTHER, False),
        (302, Reason.HTTP_OTHER, False),
    ],
)
def test_a_status_other_than_success_has_its_reason_and_fate(status: int, reason: Reason, final: bool) -> None:
    with pytest.raises(Retry) as ended:
        refuse_status(page(status), 0)

    assert ended.value.reason is reason
    assert (reason in FINAL) is final


def test_a_page_with_a_body_is_let_through_and_an_empty_one_is_not() -> None:
    refuse_status(page(200), 0)

    with pytest.raises(Retry) as ended:
        refuse_status(page(200, b""), 0)

    assert ended.value.reason is Reason.EMPTY


@pytest.mark.parametrize(("attempts", "minutes"), [(0, 15), (1, 30), (3, 120), (50, 1440)])
def test_too_many_requests_without_a_time_doubles_the_wait(attempts: int, minutes: int) -> None:
    with pytest.raises(Retry) as ended:
        refuse_status(page(429), attempts)

    assert ended.value.after == timedelta(minutes=minutes)


@pytest.mark.parametrize("status", [429, 503])
def test_a_retry_after_is_kept(status: int) -> None:
    with pytest.raises(Retry) as ended:
        refuse_status(page(status, retry_after="90"), 3)

    assert ended.value.after == timedelta(seconds=90)


@pytest.mark.parametrize(
    ("said", "wait"),
    [
        ("120", timedelta(minutes=2)),
        ("Sun, 01 Mar 2026 12:30:00 GMT", timedelta(minutes=30)),
        ("Sun, 01 Mar 2026 12:30:00", timedelta(minutes=30)),
        ("9999999999999999999999", LONGEST),
        ("Sun, 01 Mar 2099 12:30:00 GMT", LONGEST),
        ("0", None),
        ("-5", None),
        ("Sun, 01 Mar 2020 12:30:00 GMT", None),
        ("soon", None),
        ("", None),
        ("١٢", None),
    ],
)
def test_a_retry_after_is_seconds_or_a_date_and_at_most_a_day(said: str, wait: timedelta | None) -> None:
    assert retry_after(said, NOW) == wait


@given(st.text(max_size=60))
def test_any_retry_after_gets_an_answer_within_a_day(said: str) -> None:
    wait = retry_after(said, NOW)

    assert wait is None or timedelta(0) < wait <= LONGEST


@pytest.mark.parametrize("kind", ["image/png", "IMAGE/JPEG", "application/pdf", "audio/mpeg", "video/mp4;x=1"])
def test_what_cannot_be_a_page_is_refused_by_its_type(kind: str) -> None:
    with pytest.raises(Skip) as ended:
        refuse_type(200, kind)

    assert ended.value.reason is Reason.NOT_HTML


@pytest.mark.parametrize(("status", "kind"), [(200, "text/html"), (200, ""), (200, "text/plain"), (404, "image/png")])
def test_what_may_be_a_page_is_read(status: int, kind: str) -> None:
    refuse_type(status, kind)


@pytest.mark.parametrize(
    ("given", "moved"),
    [
        ({"hops": (301,), "final_url": "http://x/most-preko-tise"}, True),
        ({"hops": (302, 301), "final_url": "http://x/most-preko-tise"}, True),
        ({"hops": (), "final_url": "http://x/most-preko-tise"}, False),
        ({"hops": (301,), "final_url": "http://x/"}, False),
        ({"hops": (301,), "final_url": "http://x/login"}, False),
    ],
)
def test_only_a_redirect_to_what_names_an_article_gives_a_further_key(given: dict[str, Any], moved: bool) -> None:
    assert is_moved(page(**given)) is moved
